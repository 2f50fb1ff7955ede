import { mkdtempDisposableSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { formatTextSidecar } from '../formats/text-sidecar.ts'
import { readTextWindow } from './text-window.ts'

const engine = { name: 'reader', version: '1' }

function written(dir: string, name: string, ...texts: readonly string[]): string {
  const path = join(dir, name)
  const pages = texts.map((text, i) => ({ page: i + 1, text, source: 'layer' as const }))
  writeFileSync(path, formatTextSidecar({ engine, languages: ['eng'], pages }))
  return path
}

test('a text is read window by window, kept as long as its file is the same, and the first that says something counts', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'sd-text-'))
  const [empty, full] = [written(folder.path, 'empty', ' '), written(folder.path, 'full', 'one two', 'three')]
  utimesSync(full, 1_700_000_000, 1_700_000_000)
  using db = new DatabaseSync(':memory:')
  const memory = new Map<string, unknown>()
  const sidecars = [
    { kind: 'text', path: empty },
    { kind: 'ocr', path: full },
  ] as const
  const read = (of: object) => readTextWindow(db, { sidecars, of: { characters: 4, ...of } }, memory)
  const first = read({})
  expect(first).toMatchObject({ kind: 'ocr', languages: ['eng'], parts: [{ page: 1, text: 'one ' }], cursor: '0.4' })
  expect(read({ cursor: first?.cursor })).toMatchObject({ parts: [{ text: 'two' }, { page: 2, text: 't' }] })
  expect(() => read({ cursor: 'x' })).toThrow(expect.objectContaining({ code: 'InvalidInput' }))

  // With the same size and time it is the same file.
  written(folder.path, 'full', 'SIX TWO', 'THREE')
  utimesSync(full, 1_700_000_000, 1_700_000_000)
  expect(read({})?.parts[0]?.text).toBe('one ')
  utimesSync(full, 1_700_000_001, 1_700_000_001)
  expect(read({})?.parts[0]?.text).toBe('SIX ')
  truncateSync(full, 10)
  expect(read({})).toMatchObject({ kind: 'text', parts: [], cursor: null })
})

test('of what is not there, or no text, nothing is said', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'sd-text-'))
  using db = new DatabaseSync(':memory:')
  const path = join(folder.path, 'x')
  const read = () => readTextWindow(db, { sidecars: [{ kind: 'text', path }], of: { characters: 10 } }, new Map())
  expect(read()).toBeNull()
  writeFileSync(path, 'no JSON')
  expect(read()).toBeNull()
})
