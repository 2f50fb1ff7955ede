import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir } from '../../testing/temp-dir.ts'
import { writeFileAtomically } from './write-file.ts'

test('the file is the new one, for its user alone, and nothing else is left', async () => {
  using dir = createTempDir('write')
  const path = join(dir.path, 'settings')
  writeFileSync(path, 'old')
  await Promise.all(['a', 'b', 'c'].map((text) => writeFileAtomically(path, text)))
  expect(readFileSync(path, 'utf8')).toMatch(/^[abc]$/)
  expect([readdirSync(dir.path), statSync(path).mode & 0o777]).toEqual([['settings'], 0o600])
})

test('what cannot take its place is cleared away', async () => {
  using dir = createTempDir('write')
  const path = join(dir.path, 'settings')
  mkdirSync(path)
  await expect(writeFileAtomically(path, 'new')).rejects.toMatchObject({ code: 'EISDIR' })
  expect(readdirSync(dir.path)).toEqual(['settings'])
})
