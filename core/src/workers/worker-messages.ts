import type { Transferable } from 'node:worker_threads'
import { CoreError, type ErrorCode, errorCodes, errorMessage } from '../util/errors.ts'
import { pathError } from '../util/path-error.ts'

/** An error in the form in which messages contain it. */
export interface PlainError {
  readonly code: ErrorCode
  readonly message: string
  readonly details: unknown
  readonly stack: string
}

export type ToWorker<Request> =
  | {
      readonly kind: 'request'
      readonly id: number
      readonly request: Request
      /**
       * Becomes 1 when the caller no longer waits for the answer; a thread can read it in the middle of a loop. Null
       * for a process, which shares no memory.
       */
      readonly stop: Int32Array | null
    }
  /** The caller no longer waits for the answer. */
  | { readonly kind: 'stop'; readonly id: number }
  /** The answer to a question of the worker. */
  | { readonly kind: 'answer'; readonly ticket: number; readonly answer: unknown }
  | { readonly kind: 'refusal'; readonly ticket: number; readonly error: PlainError }
  /** A message that does not belong to a request. */
  | { readonly kind: 'tell'; readonly message: unknown }

export type FromWorker<Reply> =
  | { readonly kind: 'reply'; readonly id: number; readonly reply: Reply }
  | { readonly kind: 'error'; readonly id: number; readonly error: PlainError }
  /** A message about a request before its reply. */
  | { readonly kind: 'note'; readonly id: number; readonly note: unknown }
  | { readonly kind: 'question'; readonly id: number; readonly ticket: number; readonly question: unknown }
  | { readonly kind: 'tell'; readonly message: unknown }

/** A reply, and the buffers in it that are transferred from the thread without a copy. */
export interface Served<Reply> {
  readonly reply: Reply
  readonly transfer?: Transferable[]
}

/** Converts an error for a message. Only a `CoreError`, an abort, and an error about a path keep their meaning. */
export function toPlainError(err: unknown): PlainError {
  // Permissions may change between two system calls, so such an error is not a fault of this program.
  const path = err instanceof Error && 'path' in err && typeof err.path === 'string' ? err.path : null
  const known = path === null ? err : pathError(err, path)
  return { ...ownError(known), stack: stackOf(err) }
}

/** Like `toPlainError`, but an error about a path becomes `Internal`. */
export function ownError(err: unknown): PlainError {
  const stack = stackOf(err)
  if (err instanceof CoreError) return { code: err.code, message: err.message, details: err.details, stack }
  if (err instanceof Error && err.name === 'AbortError')
    return { code: 'Cancelled', message: 'cancelled', details: null, stack }
  return { code: 'Internal', message: errorMessage(err), details: null, stack }
}

function stackOf(err: unknown): string {
  return err instanceof Error ? (err.stack ?? '') : ''
}

export function fromPlainError({ code, message, details, stack }: PlainError): CoreError {
  const known = (errorCodes as readonly string[]).includes(code) ? code : 'Internal'
  return new CoreError(known, message, { details, cause: stack })
}
