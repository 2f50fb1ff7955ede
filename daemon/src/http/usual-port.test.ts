import { mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UsualPort } from './usual-port.ts'

function at(file: string, wanted: number): UsualPort {
  return new UsualPort({ file, wanted })
}

test('a port that was not the wanted one is tried first after a restart, until the setting changes', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'usual-port-'))
  const file = join(folder.path, 'http-port.json')
  expect(at(file, 7378).candidates.slice(0, 2)).toEqual([7378, 7379])
  expect(at(file, 0).candidates).toEqual([0])
  await at(file, 7378).remember(7380)
  expect(at(file, 7378).candidates.slice(0, 3)).toEqual([7380, 7378, 7379])
  expect(at(file, 7378).candidates.at(-1)).toBe(0)
  expect(at(file, 8000).candidates[0]).toBe(8000)
  await at(file, 0).remember(40_123)
  expect(at(file, 0).candidates).toEqual([40_123, 0])
})

test.each(['', '{"wanted":7378}', '{"wanted":7378,"got":700000}', '[]'])('a damaged file is as none: %s', (text) => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'usual-port-'))
  const file = join(folder.path, 'http-port.json')
  writeFileSync(file, text)
  expect(at(file, 7378).candidates[0]).toBe(7378)
})
