import { z } from 'zod'
import { DeviceId, LibraryId, PeerKey } from '../../domain/index.ts'
import { isSignedBy } from '../identity/ed25519.ts'
import { MAX_NAME } from '../registry/device-card.ts'

/** Maximum number of statements in one message or file. No list has more: see the quotas in `kept-statements.ts`. */
export const MAX_STATEMENTS = 3_100
/** Maximum number of statements of one member. A removal of the member names each of them. */
export const MAX_BY_MEMBER = 100
/** Counters of stored statements stay far below this: see `MAX_GAP` in `kept-statements.ts`. */
const MAX_COUNTER = 2 ** 40
/**
 * Maximum number of marks of one removal, for reading those of older versions. A removal with more than
 * `MAX_BY_MEMBER` is invalid.
 */
const MAX_KEPT = 1_000
/** Hex digits of a signature that identify a statement among those of its author. */
const MARK_DIGITS = 16
/** Prefix of the signed bytes, so that a signature for one purpose is invalid for any other. */
const CONTEXT = 'spacedrive/membership/1'

/**
 * A member's signed claim that a device joins or leaves. It is never changed or withdrawn; a later statement replaces
 * it.
 */
export const Statement = z.object({
  kind: z.enum(['add', 'leave', 'remove']),
  library: LibraryId,
  /** The device that the statement is about. */
  device: DeviceId,
  key: PeerKey,
  /** The name of that device at the time. */
  name: z.string().max(MAX_NAME),
  /** The author. */
  by: PeerKey,
  /** One more than the highest counter that the author knew. */
  counter: z.int().min(1).max(MAX_COUNTER),
  /** Time of the statement in milliseconds since 1970; only shown to people. */
  at: z.int().min(0),
  /**
   * For `remove`: the marks of all statements of the removed device that the author knew. All its other earlier `add`s
   * and `leave`s are void.
   */
  kept: z.array(z.string().regex(/^[0-9a-f]{16}$/)).max(MAX_KEPT),
  /** Ed25519, by `by`. */
  signature: z.string().regex(/^[0-9a-f]{128}$/),
})
export type Statement = z.infer<typeof Statement>
export type Unsigned = Omit<Statement, 'signature'>

/** The bytes that are signed: a JSON list in UTF-8, with the items in this order and without spaces. */
export function signedBytes({ at, by, counter, device, kept, key, kind, library, name }: Unsigned): Uint8Array {
  return Buffer.from(JSON.stringify([CONTEXT, kind, library, device, key, name, by, counter, at, kept]))
}

export function isGenuine(statement: Statement): boolean {
  return isSignedBy(statement.by, signedBytes(statement), Buffer.from(statement.signature, 'hex'))
}

/** The prefix of the signature, which identifies a statement among those of its author. */
export function markOf({ signature }: Statement): string {
  return signature.slice(0, MARK_DIGITS)
}

/** The order in which statements are evaluated, the same on every device. */
export function inOrder(a: Statement, b: Statement): number {
  return a.counter - b.counter || (a.signature < b.signature ? -1 : a.signature > b.signature ? 1 : 0)
}
