import { utimesSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createTestMedia, type TestMedia } from './media/media-server.ts'

const MODIFIED = 'Mon, 02 Mar 2026 10:00:00 GMT'
const EARLIER = 'Mon, 02 Mar 2026 09:59:59 GMT'
const LATER = 'Mon, 02 Mar 2026 10:00:01 GMT'
const TEXT = '0123456789abcdefghij'

async function arrange(): Promise<{ t: TestMedia; etag: string; path: string }> {
  const t = await createTestMedia()
  const path = t.write('a.txt', TEXT)
  utimesSync(path, new Date(MODIFIED), new Date(MODIFIED))
  const { headers } = await t.ask(t.file(path))
  return { t, path, etag: headers.get('etag')! }
}

type Row = readonly [
  what: string,
  headers: Record<string, string>,
  status: number,
  answer: { body?: string; range?: string; length?: string },
]

/** `<etag>` stands for the file's. */
const rows: readonly Row[] = [
  ['nothing special', {}, 200, { body: TEXT, length: '20' }],
  // RFC 9110 §14.1.2
  ['a range', { range: 'bytes=0-4' }, 206, { body: '01234', range: 'bytes 0-4/20', length: '5' }],
  ['one byte', { range: 'bytes=3-3' }, 206, { body: '3', range: 'bytes 3-3/20' }],
  ['an open range', { range: 'bytes=15-' }, 206, { body: 'fghij', range: 'bytes 15-19/20' }],
  ['a range past the end', { range: 'bytes=15-999999999999999999999' }, 206, { range: 'bytes 15-19/20' }],
  ['all of it as a range', { range: 'bytes=0-' }, 206, { body: TEXT, range: 'bytes 0-19/20' }],
  ['the last bytes', { range: 'bytes=-3' }, 206, { body: 'hij', range: 'bytes 17-19/20' }],
  ['more last bytes than there are', { range: 'bytes=-30' }, 206, { body: TEXT, range: 'bytes 0-19/20' }],
  ['a range with spaces', { range: 'bytes= 0-1 ' }, 206, { body: '01' }],
  ['the unit in capitals', { range: 'BYTES=0-1' }, 206, { body: '01' }],
  ['a range behind the end', { range: 'bytes=20-' }, 416, { range: 'bytes */20' }],
  ['no last bytes', { range: 'bytes=-0' }, 416, { range: 'bytes */20' }],
  ['two ranges of which one is there', { range: 'bytes=30-40,1-2' }, 206, { body: '12', range: 'bytes 1-2/20' }],
  ['ranges that are all behind the end', { range: 'bytes=30-40,50-' }, 416, { range: 'bytes */20' }],
  // What makes no sense is ignored (RFC 9110 §14.2).
  ['a range backwards', { range: 'bytes=4-1' }, 200, { body: TEXT }],
  ['another unit', { range: 'lines=0-1' }, 200, { body: TEXT }],
  ['no numbers', { range: 'bytes=a-b' }, 200, { body: TEXT }],
  ['no range at all', { range: 'bytes=' }, 200, { body: TEXT }],
  ['a hyphen alone', { range: 'bytes=-' }, 200, { body: TEXT }],
  ['a sign', { range: 'bytes=+1-2' }, 200, { body: TEXT }],
  ['overlapping ranges', { range: 'bytes=0-5,3-8' }, 200, { body: TEXT }],
  ['the same range again', { range: 'bytes=0-0,0-0' }, 200, { body: TEXT }],
  ['a bomb of ranges', { range: `bytes=${Array.from({ length: 9 }, (_, i) => `${i}-${i}`).join(',')}` }, 200, {}],
  ['a bomb of empty ranges', { range: `bytes=${','.repeat(5_000)}1-2` }, 200, { body: TEXT }],
  // RFC 9110 §13.1.5
  ['If-Range with its tag', { range: 'bytes=0-1', 'if-range': '<etag>' }, 206, { body: '01' }],
  ['If-Range with a weak tag', { range: 'bytes=0-1', 'if-range': 'W/<etag>' }, 200, { body: TEXT }],
  ['If-Range with another tag', { range: 'bytes=0-1', 'if-range': '"other"' }, 200, { body: TEXT }],
  ['If-Range with its date', { range: 'bytes=0-1', 'if-range': MODIFIED }, 206, { body: '01' }],
  ['If-Range with a later date', { range: 'bytes=0-1', 'if-range': LATER }, 200, { body: TEXT }],
  ['If-Range with an earlier date', { range: 'bytes=0-1', 'if-range': EARLIER }, 200, { body: TEXT }],
  ['If-Range with nonsense', { range: 'bytes=0-1', 'if-range': 'soon' }, 200, { body: TEXT }],
  // RFC 9110 §13.1.2
  ['If-None-Match with its tag', { 'if-none-match': '<etag>' }, 304, { body: '' }],
  ['If-None-Match with its tag, weak', { 'if-none-match': 'W/<etag>' }, 304, { body: '' }],
  ['If-None-Match with a list', { 'if-none-match': '"a,b", W/"c", <etag>' }, 304, { body: '' }],
  ['If-None-Match with a star', { 'if-none-match': '*' }, 304, { body: '' }],
  ['If-None-Match with another tag', { 'if-none-match': '"other"' }, 200, { body: TEXT }],
  ['If-None-Match with nonsense', { 'if-none-match': 'other' }, 200, { body: TEXT }],
  // RFC 9110 §13.1.3
  ['If-Modified-Since its date', { 'if-modified-since': MODIFIED }, 304, { body: '' }],
  ['If-Modified-Since a later date', { 'if-modified-since': LATER }, 304, { body: '' }],
  ['If-Modified-Since an earlier date', { 'if-modified-since': EARLIER }, 200, { body: TEXT }],
  ['If-Modified-Since in the form of RFC 850', { 'if-modified-since': 'Monday, 02-Mar-26 10:00:00 GMT' }, 304, {}],
  ['If-Modified-Since in the form of asctime', { 'if-modified-since': 'Mon Mar  2 10:00:00 2026' }, 304, {}],
  ['If-Modified-Since nonsense', { 'if-modified-since': '2026-03-02' }, 200, { body: TEXT }],
  // RFC 9110 §13.1.1 and §13.1.4
  ['If-Match with its tag', { 'if-match': '"other", <etag>' }, 200, { body: TEXT }],
  ['If-Match with a star', { 'if-match': '*' }, 200, { body: TEXT }],
  ['If-Match with a weak tag', { 'if-match': 'W/<etag>' }, 412, {}],
  ['If-Match with another tag', { 'if-match': '"other"' }, 412, {}],
  ['If-Unmodified-Since its date', { 'if-unmodified-since': MODIFIED }, 200, { body: TEXT }],
  ['If-Unmodified-Since an earlier date', { 'if-unmodified-since': EARLIER }, 412, {}],
  ['If-Unmodified-Since nonsense', { 'if-unmodified-since': 'never' }, 200, { body: TEXT }],
  // RFC 9110 §13.2.2
  ['If-Match before If-Unmodified-Since', { 'if-match': '<etag>', 'if-unmodified-since': EARLIER }, 200, {}],
  ['If-Match before If-None-Match', { 'if-match': '"other"', 'if-none-match': '<etag>' }, 412, {}],
  ['If-None-Match before If-Modified-Since', { 'if-none-match': '"other"', 'if-modified-since': LATER }, 200, {}],
  ['both that a cache sends', { 'if-none-match': '<etag>', 'if-modified-since': EARLIER }, 304, {}],
  ['a condition before the range', { range: 'bytes=0-1', 'if-none-match': '<etag>' }, 304, { body: '' }],
  ['a condition that fails before a bad range', { range: 'bytes=90-', 'if-match': '"other"' }, 412, {}],
  ['a condition that holds, and a range', { range: 'bytes=0-1', 'if-match': '<etag>' }, 206, { body: '01' }],
]

test('a GET is answered as RFC 9110 says', async () => {
  const { etag, path, t } = await arrange()
  await using _ = t
  const found: Row[] = []
  const unsound: string[] = []
  for (const [what, given, , asked] of rows) {
    const headers = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, value.replace('<etag>', etag)]),
    )
    const response = await t.ask(t.file(path), { headers })
    const body = await response.text()
    const answer = {
      ...('body' in asked && { body }),
      ...('range' in asked && { range: response.headers.get('content-range')! }),
      ...('length' in asked && { length: response.headers.get('content-length')! }),
    }
    found.push([what, given, response.status, answer])
    if (!isSound(response, body, etag)) unsound.push(what)
  }
  expect(found).toEqual(rows)
  expect(unsound).toEqual([])
})

/** What holds for every answer. */
function isSound({ headers, status }: Response, body: string, etag: string): boolean {
  const hasLength = status >= 300 || headers.get('content-length') === String(body.length)
  return hasLength && headers.get('etag') === etag && headers.get('accept-ranges') === 'bytes'
}

test('a HEAD says what a GET would, and ranges are none of its business', async () => {
  const { etag, path, t } = await arrange()
  await using _ = t
  const get = await t.ask(t.file(path))
  const head = await t.ask(t.file(path), { method: 'HEAD', headers: { range: 'bytes=0-1' } })
  expect(head.status).toBe(200)
  expect([...head.headers]).toEqual([...get.headers])
  expect(await head.text()).toBe('')
  const known = await t.ask(t.file(path), { method: 'HEAD', headers: { 'if-none-match': etag } })
  expect(known.status).toBe(304)
})

test('a whole answer says all there is to say', async () => {
  const { etag, path, t } = await arrange()
  await using _ = t
  const { headers } = await t.ask(t.file(path))
  expect(Object.fromEntries(headers)).toEqual({
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    'content-disposition': 'inline; filename="a.txt"',
    'content-length': '20',
    'content-security-policy': expect.stringMatching(/^sandbox; default-src 'none'; /) as string,
    'content-type': 'text/plain; charset=utf-8',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'last-modified': MODIFIED,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-request-id': 'test',
    etag,
  })
})

test('several ranges come as one multipart', async () => {
  const { path, t } = await arrange()
  await using _ = t
  const response = await t.ask(t.file(path), { headers: { range: 'bytes=0-1, 5-6, -2' } })
  const type = response.headers.get('content-type')!
  const boundary = /^multipart\/byteranges; boundary=([\w-]+)$/.exec(type)?.[1]
  const part = (range: string, body: string) =>
    `--${boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes ${range}/20\r\n\r\n${body}\r\n`
  const body = await response.text()
  expect(response.status).toBe(206)
  expect(body).toBe(`${part('0-1', '01')}${part('5-6', '56')}${part('18-19', 'ij')}--${boundary}--\r\n`)
  expect(response.headers.get('content-length')).toBe(String(body.length))
  expect(response.headers.get('content-range')).toBe(null)
})

test('an empty file is answered whole, whatever is asked of it', async () => {
  await using t = await createTestMedia()
  const path = t.write('empty.txt', '')
  for (const range of ['bytes=0-', 'bytes=-1', 'bytes=5-6', 'bytes=0-0,2-3']) {
    const response = await t.ask(t.file(path), { headers: { range } })
    expect([response.status, await response.text(), response.headers.get('content-length')]).toEqual([200, '', '0'])
  }
})

test('files are only read', async () => {
  const { path, t } = await arrange()
  await using _ = t
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    const response = await t.ask(t.file(path), { method })
    expect([method, response.status, response.headers.get('allow')]).toEqual([method, 405, 'GET, HEAD'])
  }
})

test('a date tells states apart only where its second is over and is not yet to come', async () => {
  const modified = Date.parse(MODIFIED)
  let now = modified + 500
  await using t = await createTestMedia({ now: () => now })
  const path = t.write('a.txt', TEXT)
  utimesSync(path, new Date(modified), new Date(modified))
  const ranged = async () => {
    const response = await t.ask(t.file(path), { headers: { range: 'bytes=0-1', 'if-range': MODIFIED } })
    return [response.status, response.headers.get('last-modified')]
  }
  expect(await ranged()).toEqual([200, MODIFIED])
  now = modified + 1_000
  expect(await ranged()).toEqual([206, MODIFIED])
  now = modified - 1
  expect(await ranged()).toEqual([200, null])
})
