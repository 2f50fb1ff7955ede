import { CoreError, type ErrorCode, errorCodes } from '../../util/errors.ts'

/** An error as another device receives it. */
export interface Told {
  readonly code: ErrorCode
  readonly message: string
}

/**
 * Sentences for the user of the other device. They must not contain a path, a size or the free space of this device.
 */
const sentences: Readonly<Record<ErrorCode, string>> = {
  NotFound: 'the file or folder does not exist any more',
  AlreadyExists: 'the receiving device has a file of this name already',
  InvalidInput: 'the other device cannot use what was sent or asked for',
  Conflict: 'the file changed in the meantime; try again',
  NeedsConfirmation: 'somebody has to confirm it on the other device',
  Locked: 'the other device is locked; unlock it there',
  Offline: 'a device that is needed is not connected',
  Unavailable: 'the disk or the connection of one of the two devices failed; try again',
  PermissionDenied: 'one of the two devices may not read or write the file; check the permissions on both',
  NotAuthorised: 'the other device does not allow it',
  VersionMismatch: 'the two devices have different versions of Spacedrive; update the older one',
  DiskFull: 'the other device has not enough free space; free some there',
  Corrupt: 'the data arrived damaged; try again',
  Unsupported: 'the other device does not support it; update Spacedrive there',
  Timeout: 'one of the two devices took too long; try again',
  Cancelled: 'it was cancelled',
  Internal: 'an error of the other device; its log says more',
}

/** The sentence for a code; an unknown code counts as `Internal`. */
export function toldSentence(code: string): string {
  return sentences[errorCodes.find((known) => known === code) ?? 'Internal']
}

/**
 * Converts an error for a peer. A `CoreError` is sent unchanged, unless it names a path of this device that the peer
 * has not named itself in `asked`. For any other error, the peer learns only that it happened.
 */
export function toldError(err: unknown, asked?: unknown): Told {
  if (!(err instanceof CoreError) || err.code === 'Internal') return { code: 'Internal', message: sentences.Internal }
  const { code, message } = err
  return { code, message: namesPath(message, asked) ? sentences[code] : message }
}

/** Where an absolute path begins, on any system: at the start of the text, or after a space, quote or bracket. */
const START = /(?<=^|[\s"'`(=:])(?:[A-Za-z]:[\\/]|[\\/])(?=[^\s"'`)])/gu
/**
 * Text that may follow a path. File names may contain spaces too, so a space ends a path only before certain words of
 * our sentences.
 */
const AFTER = /^(?:$|["'`)]|[.,:;](?:\s|$)|\s(?:is|was|has|does|exists|cannot|could|may|takes)\b)/u

/** Whether a text names a path that is neither in `asked` nor a folder above one of those. */
export function namesPath(text: string, asked?: unknown): boolean {
  const known = textsIn(asked).map((each) => each.replace(/^[a-z]+:\/\/[^/]*/i, ''))
  let end = 0
  for (const { index } of text.matchAll(START)) {
    // Skip a match inside the previous path.
    if (index < end) continue
    const rest = text.slice(index)
    const length = known.reduce((longest, each) => Math.max(longest, sharedPath(rest, each)), 0)
    if (length === 0 || !AFTER.test(rest.slice(length))) return true
    end = index + length
  }
  return false
}

/** Length of the longest beginning of a text that is a path or one of the folders above it. */
function sharedPath(text: string, path: string): number {
  let length = 0
  while (length < text.length && length < path.length && text[length] === path[length]) length++
  while (length > 0 && length < path.length && !/[\\/]/.test(path[length]!)) length--
  return length
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (value instanceof Uint8Array) return [Buffer.from(value).toString()]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
