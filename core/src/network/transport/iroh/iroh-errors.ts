import type { PeerKey } from '../../../domain/index.ts'
import { CoreError, errorMessage } from '../../../util/errors.ts'
import type { LinkEnd } from '../transport.ts'

/** The message of an Iroh error on one line, without the backtrace and the positions in Iroh's source. */
export function irohMessage(err: unknown): string {
  return errorMessage(err)
    .split('Stack backtrace', 1)[0]!
    .replace(/ \(\/[^)]*\)/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && line !== 'Caused by:' && !/^Connect(ing)?Error::/.test(line))
    .join(': ')
}

/** Converts the error of a failed dial to one that users understand. */
export function dialError(err: unknown, key: PeerKey): CoreError {
  const message = irohMessage(err)
  const device = shortKey(key)
  const known = dialFailures.find(({ pattern }) => pattern.test(message))
  return new CoreError(
    known?.code ?? 'Unavailable',
    known?.sentence(device) ?? `${device} is not reached: ${message}`,
    {
      cause: err,
    },
  )
}

const dialFailures = [
  {
    pattern: /UnknownIssuer|cryptographic handshake failed.*certificate|invalid peer certificate/i,
    code: 'NotAuthorised',
    sentence: (device: string) => `another device answers where ${device} should be; its address may have passed on`,
  },
  {
    pattern: /known protocol|error 120/i,
    code: 'Unavailable',
    sentence: (device: string) =>
      `${device} does not take this kind of connection now: it is not pairing, or has another version`,
  },
  {
    pattern: /server refused/i,
    code: 'Unavailable',
    sentence: (device: string) => `${device} takes no more connections now`,
  },
  {
    pattern: /Connecting to ourself/i,
    code: 'InvalidInput',
    sentence: () => 'that is this device: it does not connect to itself',
  },
  {
    pattern: /No addressing information/i,
    code: 'Unavailable',
    sentence: (device: string) => `no address of ${device} is known`,
  },
  {
    pattern: /timed out/i,
    code: 'Timeout',
    sentence: (device: string) => `${device} does not answer`,
  },
] as const

/** The beginning of a key, to distinguish devices in messages. */
export function shortKey(key: PeerKey): string {
  return `device ${key.slice(0, 10)}`
}

/** The end of a link, parsed from Iroh's message, such as `closed by peer: <reason> (code 7)`. */
export function linkEnd(sentence: string): LinkEnd {
  const byPeer = /^closed by peer: (.*) \(code \d+\)$/s.exec(sentence)
  if (byPeer) return { by: 'remote', reason: byPeer[1]!.slice(0, MAX_REASON) }
  if (sentence.startsWith('closed by peer')) return { by: 'remote', reason: '' }
  if (sentence === 'closed') return { by: 'local', reason: '' }
  // Iroh's own timeout for a silent connection.
  if (sentence === 'timed out') return { by: 'lost', reason: 'no sign of life for 30 seconds' }
  return { by: 'lost', reason: irohMessage(sentence) }
}

/** Longest reason for the end of a connection, in characters, sent or received. */
export const MAX_REASON = 200
