import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test } from 'vitest'
import { RotatingFile } from './rotating-file.ts'

function linesOf(folder: string): Record<string, string[]> {
  const files = readdirSync(folder).toSorted()
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), 'utf8').trimEnd().split('\n')]))
}

test('a full file becomes the first of the older ones, and the oldest goes', () => {
  using dir = createTempDir('log')
  using file = new RotatingFile(join(dir.path, 'd.log'), { maxBytes: 12, files: 2 })
  for (let n = 1; n <= 7; n++) file.write(`line${n}\n`)
  expect(linesOf(dir.path)).toEqual({
    'd.log': ['line7'],
    'd.log.1': ['line5', 'line6'],
    'd.log.2': ['line3', 'line4'],
  })
})

test('what was there before is kept, and counts', () => {
  using dir = createTempDir('log')
  const path = join(dir.path, 'd.log')
  using first = new RotatingFile(path, { maxBytes: 12, files: 2 })
  first.write('line1\n')
  using second = new RotatingFile(path, { maxBytes: 12, files: 2 })
  second.write('line2\n')
  second.write('line3\n')
  expect(linesOf(dir.path)).toEqual({ 'd.log': ['line3'], 'd.log.1': ['line1', 'line2'] })
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('bytes count, not letters', () => {
  using dir = createTempDir('log')
  using file = new RotatingFile(join(dir.path, 'd.log'), { maxBytes: 12, files: 2 })
  file.write('line1\n')
  file.write('äöüß\n')
  expect(Object.keys(linesOf(dir.path))).toEqual(['d.log', 'd.log.1'])
})

test('a line longer than a file is written all the same', () => {
  using dir = createTempDir('log')
  using file = new RotatingFile(join(dir.path, 'd.log'), { maxBytes: 4, files: 1 })
  file.write('a long line\n')
  file.write('b\n')
  expect(linesOf(dir.path)).toEqual({ 'd.log': ['b'], 'd.log.1': ['a long line'] })
})

test('where nothing can be written the program goes on, and afterwards it is said how much is missing', () => {
  using dir = createTempDir('log')
  const path = join(dir.path, 'logs', 'd.log')
  using file = new RotatingFile(path, { maxBytes: 10, files: 1 })
  file.write('line1\n')
  // Rotating fails as long as the folder is gone.
  rmSync(join(dir.path, 'logs'), { recursive: true })
  file.write('line2\n')
  file.write('line3\n')
  mkdirSync(join(dir.path, 'logs'))
  file.write('line4\n')
  const lines = linesOf(join(dir.path, 'logs'))['d.log']!
  expect(JSON.parse(lines[0]!)).toMatchObject({ level: 40, dropped: 2 })
  expect(lines.slice(1)).toEqual(['line4'])
})
