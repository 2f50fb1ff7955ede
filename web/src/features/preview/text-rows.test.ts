import { expect, test } from 'vitest'
import { charsetOf, decodeText, isBinary, MAX_ROW, textRows } from './text-rows.ts'

test('lines of every system are rows; a long one is several', () => {
  expect(textRows('a\r\nb\n\nc\rd').map((row) => row.text)).toEqual(['a', 'b', '', 'c', 'd'])
  const rows = textRows(`x\n${'y'.repeat(MAX_ROW + 5)}`)
  expect(rows.map(({ from, line, text }) => [line, from, text.length])).toEqual([
    [0, 0, 1],
    [1, 0, MAX_ROW],
    [1, MAX_ROW, 5],
  ])
  expect(textRows('')).toEqual([{ line: 0, from: 0, text: '' }])
})

test('a character that lies across two pieces is whole', () => {
  const bytes = new TextEncoder().encode('Grüße 写真')
  for (let cut = 0; cut <= bytes.length; cut++)
    expect(decodeText([bytes.subarray(0, cut), bytes.subarray(cut)], 'utf-8')).toBe('Grüße 写真')
  expect(decodeText([bytes.subarray(0, 3)], 'utf-8')).toBe('Gr')
  expect(decodeText([Uint8Array.of(0x47, 0xfc)], charsetOf('text/plain'))).toBe('Gü')
})

test('bytes that are no letters are told', () => {
  expect(charsetOf('text/plain; charset=utf-16le')).toBe('utf-16le')
  expect(isBinary(Uint8Array.of(65, 0), 'utf-8')).toBe(true)
  expect(isBinary(Uint8Array.of(65, 0), 'utf-16le')).toBe(false)
})
