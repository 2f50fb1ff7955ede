import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contentDisposition } from './content-disposition.ts'

test.each([
  ['cat.jpg', 'inline; filename="cat.jpg"'],
  ['my cat.jpg', 'inline; filename="my cat.jpg"'],
  ['naïve.txt', `inline; filename="na_ve.txt"; filename*=UTF-8''na%C3%AFve.txt`],
  ['a"b\\c.txt', `inline; filename="a_b_c.txt"; filename*=UTF-8''a%22b%5Cc.txt`],
  ['50%41.txt', `inline; filename="50_41.txt"; filename*=UTF-8''50%2541.txt`],
  ["it's (1)*ü", `inline; filename="it's (1)*_"; filename*=UTF-8''it%27s%20%281%29%2A%C3%BC`],
  ['a\r\nSet-Cookie: x', `inline; filename="a__Set-Cookie: x"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x`],
  ['photo\u202Egpj.exe', `inline; filename="photo_gpj.exe"; filename*=UTF-8''photo%E2%80%AEgpj.exe`],
  ['🐈.gif', `inline; filename="_.gif"; filename*=UTF-8''%F0%9F%90%88.gif`],
])('%j is said as RFC 6266 has it', (name, header) => {
  expect(contentDisposition(name, { download: false })).toBe(header)
})

test('any name comes out as it went in, in a header that HTTP can carry', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
      const header = contentDisposition(name, { download: true })
      expect(header).toMatch(/^attachment; filename="[\x20-\x7e]*"(?:; filename\*=UTF-8''[\w!#$&+\-.^`|~%]*)?$/)
      const [, plain, encoded] = /^attachment; filename="(.*?)"(?:; filename\*=UTF-8''(.*))?$/.exec(header)!
      expect(encoded === undefined ? plain : decodeURIComponent(encoded)).toBe(name.toWellFormed())
    }),
  )
})
