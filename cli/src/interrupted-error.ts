import { exitCodes } from './exit-codes.ts'

/** Ctrl-C; exit code 130. */
export class InterruptedError extends Error {
  override name = 'InterruptedError'
  readonly code = 'Cancelled'
  readonly exitCode = exitCodes.interrupted
}
