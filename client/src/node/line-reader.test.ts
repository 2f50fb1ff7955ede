import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineReader } from './line-reader.ts'

function read(chunks: readonly Buffer[], maxBytes = 1_000_000) {
  const lines: string[] = []
  let tooLong = 0
  const reader = new LineReader({ maxBytes, onLine: (line) => lines.push(line), onTooLong: () => tooLong++ })
  for (const chunk of chunks) reader.push(chunk)
  return { lines, tooLong }
}

test('the lines are the same, however the bytes are cut', () => {
  const text = fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll('\n', ''))
  fc.assert(
    fc.property(fc.array(text), fc.array(fc.nat(40)), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
      const chunks: Buffer[] = []
      let at = 0
      for (const cut of cuts) chunks.push(bytes.subarray(at, (at += cut)))
      chunks.push(bytes.subarray(at))
      expect(read(chunks).lines).toEqual(lines.filter((line) => line !== ''))
    }),
  )
})

test('a line that is too long is said once, and nothing comes after it', () => {
  const chunks = [Buffer.from('short\n123456'), Buffer.from('7890123\nlater\n'), Buffer.from('more\n')]
  expect(read(chunks, 10)).toEqual({ lines: ['short'], tooLong: 1 })
})

test('a line may be exactly as long as is allowed', () => {
  expect(read([Buffer.from('12345'), Buffer.from('67890\n')], 10)).toEqual({ lines: ['1234567890'], tooLong: 0 })
})

test('a listener that stops the reading hears no more of the same chunk', () => {
  const lines: string[] = []
  const reader: LineReader = new LineReader({
    maxBytes: 100,
    onLine: (line) => {
      lines.push(line)
      reader.stop()
    },
    onTooLong: () => {},
  })
  reader.push(Buffer.from('one\ntwo\n'))
  expect(lines).toEqual(['one'])
})
