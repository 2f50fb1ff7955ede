import type { DatabaseSync } from 'node:sqlite'
import type { ErrorCode } from '../util/errors.ts'

/**
 * A function that reads a library's database; its input and its output can be posted to a thread. `memory` is what the
 * thread remembers from one call to the next, each under the name of whoever has put it there.
 */
export type Reading<Input, Output> = (db: DatabaseSync, input: Input, memory: Map<string, unknown>) => Output

/** What the thread is started with. */
export interface ReadWorkerData {
  /** The library's database file. */
  readonly file: string
}

export interface ReadRequest {
  readonly id: number
  /** Address of the module that exports the function. */
  readonly module: string
  readonly name: string
  readonly input: unknown
}

export type ReadReply =
  | { readonly id: number; readonly output: unknown }
  | { readonly id: number; readonly error: { readonly code: ErrorCode; readonly message: string } }
