import { AsyncLocalStorage } from 'node:async_hooks'
import type { CoreError } from './errors.ts'
import { untilAborted } from './until-aborted.ts'

/** A request or a job that code runs for, also code that nobody waits for. */
export interface Operation {
  /** `files.list`, `job sidecars.generate 3f2a…` */
  readonly name: string
  /** Ends this operation alone, with an error. */
  readonly fail: (err: CoreError) => void
}

const operations = new AsyncLocalStorage<Operation>()

/** The operation that runs now, also in a callback or a failure of something it started; null where there is none. */
export function currentOperation(): Operation | null {
  return operations.getStore() ?? null
}

/**
 * Runs `fn` as an operation of its own. Throws what `fn` throws, or what `Operation.fail` is given as soon as it is: then
 * nobody waits for `fn` any longer. `fn` gets a signal that is aborted in that case and with `signal`.
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
