import type { Event, EventType } from '@spacedrive/core/events'
import type { Ops } from '@spacedrive/core/ops'
import type { CliContext } from './context.ts'
import type { ContractOp, OutputOf } from './contract.ts'

type NamesOf<K extends Ops[keyof Ops]['kind']> = { [N in keyof Ops]: Ops[N]['kind'] extends K ? N : never }[keyof Ops]
type InputOf<N extends keyof Ops> = Ops[N]['input']['_input']

/** A connection to the daemon for one command. Requests are about the library of `--library`, and end at Ctrl-C. */
export interface Session extends AsyncDisposable {
  readonly context: CliContext
  /** Whether the daemon was started for this command. */
  readonly startedDaemon: boolean
  query<N extends NamesOf<'query'>>(name: N, input: InputOf<N>): Promise<OutputOf<N>>
  action<N extends NamesOf<'action'>>(name: N, input: InputOf<N>): Promise<OutputOf<N>>
  /** An operation known only by its contract. */
  call(operation: ContractOp, input: Readonly<Record<string, unknown>>): Promise<unknown>
  /** Events from now on; `types` null: every one. */
  subscribe(types: readonly EventType[] | null, listener: (event: Event) => void): Promise<Disposable>
  stopDaemon(): Promise<void>
}
