import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { acceptedLanguage } from '../../../daemon/src/http/accepted-language.ts'
import { parseByteRanges } from '../../../daemon/src/media/byte-ranges.ts'
import { formatHttpDate, parseHttpDate } from '../../../daemon/src/media/http-date.ts'
import { signedSession } from '../../../daemon/src/media/media-signature.ts'
import { checkPreconditions } from '../../../daemon/src/media/preconditions.ts'
import type { FuzzTarget } from '../target.ts'

const SIZE = 1_000
const validators = { etag: '"abc"', lastModified: 784_111_777_000 }

export const target: FuzzTarget = {
  reads: 'headers and signed addresses of the explorer: ranges, dates, tags, languages',
  guides: ['daemon/src/media/', 'daemon/src/http/accepted-language.ts'],
  maxBytes: 300,
  tokens: [
    'bytes=',
    '-',
    ',',
    'W/"abc"',
    '"abc"',
    '*',
    'GMT',
    'q=0.5',
    'de',
    '&session=a&until=',
    '&sig=',
    'A'.repeat(43),
  ],
  seeds: () =>
    [
      'bytes=0-9,20-29,-5',
      'Sun, 06 Nov 1994 08:49:37 GMT',
      'Sunday, 06-Nov-94 08:49:37 GMT',
      'Sun Nov  6 08:49:37 1994',
      'W/"x", "abc"',
      'de-AT;q=0.9, en;q=0.8',
      `/media/a?session=abc&until=9999999999999&sig=${'A'.repeat(43)}`,
    ].map((text) => Buffer.from(text)),
  run(bytes) {
    // Node.js hands out headers as Latin-1, without line ends.
    const text = Buffer.from(bytes)
      .toString('latin1')
      .replaceAll(/[\r\n\0]/g, '')
    const ranges = parseByteRanges(text, SIZE)
    const covered = (ranges ?? []).reduce((sum, { first, last }) => sum + last - first + 1, 0)
    assert.ok(
      covered <= SIZE && (ranges ?? []).every(({ first, last }) => first >= 0 && first <= last && last < SIZE),
      JSON.stringify(ranges),
    )
    const date = parseHttpDate(text)
    const written = date === null ? null : formatHttpDate(date)
    if (written !== null) assert.equal(parseHttpDate(written), date)
    const conditions = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'].map((name) =>
      checkPreconditions(new Headers({ [name]: text }), validators),
    )
    return `${ranges?.length} ${date !== null} ${conditions.join()} ${acceptedLanguage(text)} ${sessionOf(text)}`
  },
}

function sessionOf(url: string): boolean {
  try {
    signedSession({ url } as IncomingMessage, { keyOf: () => Buffer.alloc(32, 1), now: () => 0 })
  } catch (err) {
    assert.equal((err as { status?: unknown }).status, 401, String(err))
    return false
  }
  throw new Error('an address was accepted that nobody has signed')
}
