import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'

/** A parser of bytes that somebody else has written, and what must hold for every input. */
export interface FuzzTarget {
  /** Which input is read, for the list of targets. */
  readonly reads: string
  /** Folders and files of the repository whose coverage guides the search. */
  readonly guides: readonly string[]
  /** Longest input that is tried: a corpus of short files is fast to search and to replay. */
  readonly maxBytes: number
  /** Valid inputs to begin with. They are made by code, so that they follow the format when it changes. */
  seeds(): readonly Uint8Array[] | Promise<readonly Uint8Array[]>
  /** Words of the format, to insert. String and number literals of the guiding sources are added to them. */
  readonly tokens?: readonly (string | Uint8Array)[]
  /**
   * Reads the input. Throws if an invariant does not hold. The result describes how the input was read: an input with a
   * new result is kept, as one that reaches new code is.
   */
  run(bytes: Uint8Array): Outcome | Promise<Outcome>
}

/** A short text, the same for all inputs that were read in the same way. */
export type Outcome = string | undefined

/** Longest part of an error's text that tells one reason from another. */
const MAX_REASON = 60

/** Calls `read`. An error with one of these codes means that the input was refused; every other error is a finding. */
export async function readOrRefuse<T>(
  read: () => T | Promise<T>,
  { codes }: { readonly codes: readonly string[] },
): Promise<{ readonly value: T } | { readonly refused: string }> {
  try {
    return { value: await read() }
  } catch (err) {
    const { code, message } = err as { code?: unknown; message?: unknown }
    if (typeof code !== 'string' || !codes.includes(code)) throw err
    return { refused: reasonOf(String(message)) }
  }
}

/** Numbers and quoted names differ between inputs that are refused for one reason. */
export function reasonOf(message: string): string {
  return message
    .replaceAll(/"[^"]*"|'[^']*'|\d+/g, '#')
    .replaceAll(/[^\x20-\x7e]/g, '')
    .slice(0, MAX_REASON)
}

/** Throws unless `encode` and `decode` agree on what was decoded: decode(encode(value)) is value. */
export function assertStable<T>(
  value: T,
  { encode, decode }: { readonly encode: (value: T) => Uint8Array; readonly decode: (bytes: Uint8Array) => T },
): void {
  // A copy: a decoder may hand out parts of its input, of the same class.
  const again = decode(Uint8Array.from(encode(value)))
  // Not deepStrictEqual itself: its message about two large values takes longer than the comparison.
  assert.ok(isDeepStrictEqual(again, value), 'what was decoded differs after it was encoded and decoded again')
}

/** The kinds of values in it, down to a small depth: how a decoded message is told from others. */
export function shapeOf(value: unknown, depth = 3): string {
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value
  if (value instanceof Uint8Array) return 'bytes'
  if (depth === 0) return '…'
  if (Array.isArray(value)) return `[${value.length === 0 ? '' : shapeOf(value[0], depth - 1)}]`
  const fields = Object.entries(value).slice(0, MAX_FIELDS)
  return `{${fields.map(([name, field]) => `${name.slice(0, MAX_REASON)}:${shapeOf(field, depth - 1)}`).join()}}`
}

const MAX_FIELDS = 12
