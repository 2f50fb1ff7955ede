import type { UnexpectedFailure } from './doctor/index.ts'

/** The process around the engine, as shown by `status`. */
export interface CoreHost {
  readonly version: string
  readonly instance: string
  /** The path of the process's log file; null if there is none. */
  readonly logFile: string | null
  /** Problems of the process that the user should take care of, one sentence each. */
  readonly notices?: () => readonly string[]
  /** Uncaught failures in this process, newest first. */
  readonly failures?: () => readonly UnexpectedFailure[]
}
