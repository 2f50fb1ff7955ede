import { createHash } from 'node:crypto'
import { CoreError } from '../util/errors.ts'

/** The last entry of a page. The next page begins after it, even if the entry is gone by then. */
export interface PageEnd {
  readonly key: number
  readonly mtime: number
  readonly id: number
  /** The name in its folded form; empty if the order does not depend on names. */
  readonly name: string
}

/** The content of a cursor, packed as an array. */
type Packed = [fingerprint: string, now: number, key: number, mtime: number, id: number, name: string]

export function makeCursor(fingerprint: string, now: number, end: PageEnd): string {
  const packed: Packed = [fingerprint, now, end.key, end.mtime, end.id, end.name]
  return Buffer.from(JSON.stringify(packed)).toString('base64url')
}

/** Throws `InvalidInput` if the text is not a cursor, or belongs to another search. */
export function readCursor(cursor: string, fingerprint: string): { now: number; end: PageEnd } {
  const packed = parseJson(Buffer.from(cursor, 'base64url').toString('utf8'))
  if (!isPacked(packed))
    throw new CoreError('InvalidInput', 'the cursor is invalid; use the cursor of the previous page, or omit it')
  const [of, now, key, mtime, id, name] = packed
  if (of !== fingerprint) {
    throw new CoreError(
      'InvalidInput',
      'the cursor belongs to another search; only the limit may change from page to page',
    )
  }
  return { now, end: { key, mtime, id, name } }
}

/** A short hash of the search input, to recognise the same search. */
export function fingerprintOf(asked: object): string {
  return createHash('sha256')
    .update(JSON.stringify(Object.entries(asked).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .digest('base64url')
    .slice(0, 12)
}

/** Checked by hand, because otherwise the search thread would load zod only for this check. */
function isPacked(value: unknown): value is Packed {
  if (!Array.isArray(value) || value.length !== 6) return false
  const [fingerprint, now, key, mtime, id, name] = value as unknown[]
  return typeof fingerprint === 'string' && [now, key, mtime, id].every(Number.isFinite) && typeof name === 'string'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
