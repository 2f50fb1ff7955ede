import { expect, test } from 'vitest'
import { encode } from './test/encode.ts'
import { prose } from './test/prose.ts'
import { encodingOf } from './encoding-of.ts'

async function whole(bytes: Buffer): Promise<string> {
  return new TextDecoder((await encodingOf(bytes, true))!).decode(bytes)
}

const cases = Object.entries(prose).flatMap(([language, { encodings, text }]) =>
  encodings.map((encoding) => ({ language, encoding, text })),
)

test.each(cases)('$language in $encoding is read as it was written', async ({ encoding, text }) => {
  expect(await whole(encode(text, encoding))).toBe(text)
})

test.each(cases)('a single line of $language in $encoding among lines of code', async ({ encoding, text }) => {
  const code = Array.from({ length: 200 }, (_, line) => `let value${line} = compute(${line})\n`).join('')
  const source = `${code}// ${text.slice(0, 120)}\n${code}`
  expect(await whole(encode(source, encoding))).toBe(source)
})

test('a UTF-8 character may be cut off at the end of what was read', async () => {
  const bytes = Buffer.from('Grüße aus Köln ü').subarray(0, -1)
  expect(await encodingOf(bytes, false)).toBe('utf-8')
})

test.each([
  ['nothing', Buffer.alloc(0), 'utf-8'],
  ['ASCII', Buffer.from('plain'), 'utf-8'],
  ['one odd character', Buffer.from('caf\u00e9 au lait', 'latin1'), 'windows-1252'],
  ['a NUL among ASCII', Buffer.from('a\0b, and more of it'), null],
  ['random bytes with a NUL', Buffer.from(Array.from({ length: 512 }, (_, at) => (at * 7919 + 13) % 256)), null],
  ['a UTF-16 mark and half a character', Buffer.from([0xff, 0xfe, 0x41]), 'utf-16le'],
])('%s', async (_, bytes, encoding) => expect(await encodingOf(bytes, true)).toBe(encoding))
