import { expect, test } from 'vitest'
import { isSafe, markedParts, plainText, splitName, visibleText } from './names.ts'
import { makeFormat } from './use-format.ts'

test('sizes have three digits and the unit that fits', () => {
  const { bytes } = makeFormat('en')
  expect([0, 1, 999, 1000, 999_950, 3_140_000, 8.25e9].map(bytes)).toEqual([
    '0 bytes',
    '1 byte',
    '999 bytes',
    '1 kB',
    '1 MB',
    '3.14 MB',
    '8.25 GB',
  ])
})

test('a duration has its two largest parts', () => {
  const { clock, duration } = makeFormat('en')
  expect([0, 59_000, 61_000, 7_500_000, 7_205_000].map(duration)).toEqual([
    '0 sec',
    '59 sec',
    '1 min 1 sec',
    '2 hr 5 min',
    '2 hr',
  ])
  expect([7_000, 3_787_000].map(clock)).toEqual(['0:07', '1:03:07'])
})

test('a date is told from today up to a week, then as it is', () => {
  const { date } = makeFormat('en')
  const yesterday = new Date(Date.now() - 86_400_000)
  yesterday.setHours(14, 5)
  expect(date(yesterday.toISOString())).toMatch(/^yesterday 2:05/)
  expect(date('2024-03-12T12:00:00Z')).toBe('Mar 12, 2024')
})

test('what cannot be seen in a name is shown as its code', () => {
  expect(isSafe('photo.jpg')).toBe(true)
  expect(isSafe('schöne Grüße – 写真.jpg')).toBe(true)
  expect(isSafe('a\u202egpj.exe')).toBe(false)
  expect(plainText('a\u202egpj.exe\n')).toBe('aU+202Egpj.exeU+000A')
  expect(visibleText('a\u202egpj.exe\n')).toEqual([
    { text: 'a', isCode: false },
    { text: 'U+202E', isCode: true },
    { text: 'gpj.exe', isCode: false },
    { text: 'U+000A', isCode: true },
  ])
})

test('a name keeps its end when it is cut', () => {
  expect(splitName('short.jpg')).toEqual(['short.jpg', ''])
  expect(splitName('a very long name of a holiday photograph.jpeg')).toEqual([
    'a very long name of a holiday photogr',
    'aph.jpeg',
  ])
  const [head, tail] = splitName(`${'x'.repeat(30)}😀ab.jpg`)
  expect(head + tail).toBe(`${'x'.repeat(30)}😀ab.jpg`)
  expect(tail).not.toMatch(/^[\udc00-\udfff]/)
})

test('a text falls into parts of which those that were found are marked, also where it is the end of a longer one', () => {
  const marked = (...input: Parameters<typeof markedParts>) =>
    markedParts(...input).map(({ isMarked, text }) => (isMarked ? `[${text}]` : text))
  expect(marked('waterfall.jpg', [[0, 5]])).toEqual(['[water]', 'fall.jpg'])
  expect(
    marked(
      'all.jpg',
      [
        [0, 2],
        [5, 8],
        [10, 99],
      ],
      6,
    ),
  ).toEqual(['[al]', 'l.', '[jpg]'])
  expect(marked('plain', [])).toEqual(['plain'])
})
