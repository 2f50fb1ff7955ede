import type { InputOf, OutputOf } from '@spacedrive/client'
import type { Ops } from '@spacedrive/daemon/ops'
import type { Session } from '../session.ts'

/** The code that the command of one operation needs beside its declaration. Most commands need none. */
export interface OperationExtras<N extends keyof Ops> {
  /** Names the object for the confirmation, so that no user confirms the wrong one. Null: there is nothing to confirm. */
  touches?(input: InputOf<N>, session: Session): Promise<string | null>
  /** Takes the place of the request if a user watches at a terminal. Gives the exit code. */
  watch?(input: InputOf<N>, session: Session): Promise<number>
  /** Lines for stderr below the output, for a user. */
  notes?(session: Session): Promise<readonly string[]>
  /** The exit code of an output that `cli.exit` cannot tell. */
  exitCode?(output: OutputOf<N>): number
}
