import { AsyncLocalStorage } from 'node:async_hooks'
import type { CoreError } from './errors.ts'
import { untilAborted } from './until-aborted.ts'

/** A request or job on whose behalf code runs, including code in the background. */
export interface Operation {
  /** Such as `files.list`, or `job sidecars.generate 3f2a…`. */
  readonly name: string
  /** Ends only this operation, with an error. */
  readonly fail: (err: CoreError) => void
}

const operations = new AsyncLocalStorage<Operation>()

/**
 * The operation for which the current code runs, including callbacks and failures of work that the operation started.
 * Null if there is none.
 */
export function currentOperation(): Operation | null {
  return operations.getStore() ?? null
}

/**
 * Runs `fn` as a separate operation. Throws the error of `fn`. If `Operation.fail` is called, throws that error at
 * once, and does not wait for `fn` any longer. The signal for `fn` is aborted in that case, and together with
 * `signal`.
 */
export async function asOperation<T>(
  { name, signal }: { readonly name: string; readonly signal: AbortSignal },
  fn: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const failure = new AbortController()
  const operation: Operation = { name, fail: (err) => failure.abort(err) }
  const both = AbortSignal.any([signal, failure.signal])
  return operations.run(operation, () => untilAborted(fn(both), failure.signal))
}
