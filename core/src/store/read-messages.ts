import type { ReadDatabase } from '../db/sqlite.ts'

/**
 * A function that reads a library's database; its input and output can be posted to a thread. `memory` keeps values of
 * the thread from one call to the next, each under the name of the function that stored it.
 */
export type Reading<Input, Output> = (db: ReadDatabase, input: Input, memory: Map<string, unknown>) => Output

/** The data that the thread is started with. */
export interface ReadWorkerData {
  /** The library's database file. */
  readonly file: string
}

export interface ReadRequest {
  /** Address of the module that exports the function. */
  readonly module: string
  readonly name: string
  readonly input: unknown
}
