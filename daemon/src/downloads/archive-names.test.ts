import { expect, test, vi } from 'vitest'
import { ArchiveNames, portableName } from './archive-names.ts'

test.each([
  ['letter.txt', 'letter.txt'],
  ['Straße 東京 🎈.jpg', 'Straße 東京 🎈.jpg'],
  ['a:b*c?.txt', 'a_b_c_.txt'],
  ['..\\..\\evil.exe', '.._.._evil.exe'],
  ['two\nlines', 'two_lines'],
  ['ends in dots...', 'ends in dots'],
  ['...', '_'],
  ['con', '_con'],
  ['LPT1.txt', '_LPT1.txt'],
  ['console.txt', 'console.txt'],
  ['\ud800', '\ufffd'],
])('the name %j is %j for every system', (name, portable) => {
  expect(portableName(name)).toBe(portable)
})

test('each name of an archive is given out once, also without regard to case and to the form of accents', () => {
  const names = new ArchiveNames()
  expect([
    names.take('', 'a.txt'),
    names.take('', 'A.TXT'),
    names.take('', 'a.txt'),
    names.take('b/', 'a.txt'),
    names.take('', 'caf\u00e9'),
    names.take('', 'cafe\u0301'),
    names.take('', '.env'),
    names.take('', '.env'),
  ]).toEqual(['a.txt', 'A (2).TXT', 'a (3).txt', 'b/a.txt', 'caf\u00e9', 'cafe\u0301 (2)', '.env', '.env (2)'])
})

test('many files of one name do not take longer each', () => {
  const names = new ArchiveNames()
  let keys = 0
  const { toLowerCase } = String.prototype
  using _counted = vi.spyOn(String.prototype, 'toLowerCase').mockImplementation(function (this: string) {
    keys++
    return toLowerCase.call(this)
  })
  // The letters decide the case, so all are one name for a system that ignores it; every second copy is taken already.
  const wanted = Array.from({ length: 1_000 }, (_, i) =>
    Array.from('abcdefghij', (letter, bit) => ((i >> bit) & 1 ? letter.toUpperCase() : letter)).join(''),
  )
  for (let count = 2; count < 1_000; count += 2) names.take('', `abcdefghij (${count})`)
  const given = wanted.map((name) => names.take('', name))
  expect(new Set(given).size).toBe(1_000)
  expect(given.at(-1)).toMatch(/^ABCDEFGHIJ \(\d+\)$/i)
  expect(keys).toBeLessThan(4_000)
})
