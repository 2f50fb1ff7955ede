import type { CommandSpec } from './command-spec.ts'
import type { Globals } from './globals.ts'
import type { Interrupt } from './interrupt.ts'
import type { Io } from './io.ts'

/** The context of a command, besides its own arguments. */
export interface CliContext {
  readonly globals: Globals
  readonly io: Io
  /** Aborts at the first Ctrl-C; at the second the process is gone. */
  readonly interrupt: Interrupt
  readonly env: NodeJS.ProcessEnv
  /** Every command, for help and completion. */
  readonly commands: readonly CommandSpec[]
}
