import { expect, test } from 'vitest'
import { plainStyle } from '../text/style.ts'
import { plainLines } from './plain.ts'

process.env.TZ = 'UTC'
const view = {
  width: 50,
  verbose: false,
  now: 0,
  names: new Map<string, string>(),
  style: plainStyle,
  withTypedCommands: (text: string) => text,
}

test('a list of things is a table of their plain fields, and narrow screens leave out the last', () => {
  const things = [
    { name: 'a\u001b.jpg', sizeBytes: 1_200_000, takenAt: '2026-03-01T12:00:00Z', online: true, tags: ['x'] },
    { name: 'notes', sizeBytes: 12, takenAt: null, online: false, tags: [] },
  ]
  expect(plainLines(things, view)).toEqual([
    'NAME     SIZE BYTES  TAKEN AT          ONLINE',
    'a\\e.jpg     1.20 MB  2026-03-01 12:00  yes',
    'notes          12 B  –                 no',
  ])
  expect(plainLines(things, { ...view, width: 30 })[0]).toBe('NAME     SIZE BYTES  TAKEN AT')
})

test('one thing is its fields, then the lists and things inside it', () => {
  expect(
    plainLines(
      { name: 'Blue', files: 12_000, error: null, disk: { readOnly: true }, rules: ['a', 'b'], none: [] },
      view,
    ),
  ).toEqual(['Name   Blue', 'Files  12,000', 'Disk', 'Read only  yes', 'Rules', 'a', 'b'])
})

test('nothing, and a value alone, are one line', () => {
  expect([[], null, 3, 'text'].map((output) => plainLines(output, view))).toEqual([
    ['Nothing.'],
    ['Nothing.'],
    ['3'],
    ['text'],
  ])
})
