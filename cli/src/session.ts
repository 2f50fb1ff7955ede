import { existsSync } from 'node:fs'
import { CoreError } from '@spacedrive/core/errors'
import type { Event, EventType } from '@spacedrive/core/events'
import {
  type ActionName,
  type CallOptions,
  type Client,
  ClientError,
  type InputOf,
  type OutputOf,
  type QueryName,
} from '@spacedrive/client'
import {
  connect,
  type ConnectOptions,
  DaemonNotRunningError,
  DEFAULT_INSTANCE,
  type InstanceOptions,
  instancePaths,
  stopDaemon,
} from '@spacedrive/client/node'
import type { CliContext } from './context.ts'
import type { ContractOp } from './contract.ts'
import { exitCodes } from './exit-codes.ts'
import { printable } from './text/escape.ts'

/** A connection to the daemon for one command. Requests use the library of `--library`, and Ctrl-C cancels them. */
export interface Session extends Disposable {
  readonly context: CliContext
  /** Whether the daemon was started for this command. */
  readonly startedDaemon: boolean
  query<N extends QueryName>(name: N, input: InputOf<N>): Promise<OutputOf<N>>
  action<N extends ActionName>(name: N, input: InputOf<N>): Promise<OutputOf<N>>
  /** An operation known only by its contract. */
  call(
    operation: Pick<ContractOp, 'name'>,
    input: Readonly<Record<string, unknown>>,
    options?: CallOptions,
  ): Promise<unknown>
  /** Events from now on; `types` null: every one. `onMissed`: some were lost, ask for the state again. */
  subscribe(
    types: readonly EventType[] | null,
    onEvent: (event: Event) => void,
    onMissed?: () => void,
  ): Promise<Disposable>
  /** Settles when the daemon is gone, with the reason. */
  readonly closed: Promise<Error | null>
}

/** No daemon runs and none was, or could be, started; exit code 6. */
export class NoDaemonError extends Error {
  override name = 'NoDaemonError'
  readonly code = 'Unavailable'
  readonly exitCode = exitCodes.notRunning
  readonly details: unknown
  constructor(cause: ClientError) {
    const isStopped = cause instanceof DaemonNotRunningError
    super(isStopped ? `${cause.message}; \`spacedrive start\` starts it` : cause.message, { cause })
    this.details = cause.details
  }
}

/**
 * Throws `NotFound` if a command that only reads names a data folder or an instance that does not exist: a mistyped name
 * must not create one.
 */
export function requireDataFolder(context: CliContext): void {
  const { dataDir, instance, ownFolder } = instancePaths(instanceOf(context))
  if ((!ownFolder && instance === DEFAULT_INSTANCE) || existsSync(dataDir)) return
  const name = instance === DEFAULT_INSTANCE ? '' : `no instance ${instance}: `
  throw new CoreError(
    'NotFound',
    `there is ${name}no data folder ${dataDir}, so no daemon and no library. Check the name; \`spacedrive quickstart <folder>\` or \`spacedrive start\` makes a new one`,
    { details: { dataDir, instance } },
  )
}

type SessionOptions = Pick<ConnectOptions, 'start' | 'version' | 'onStarting' | 'httpPort' | 'enableNetworking'>

/** Connects, and starts the daemon where that is allowed. Throws NoDaemonError where there is none. */
export async function openSession(context: CliContext, options: Partial<SessionOptions> = {}): Promise<Session> {
  const { globals, interrupt, io } = context
  const start = globals.start ? 'auto' : 'never'
  const onStarting = () => io.announce('Starting the daemon …')
  const { client, startedDaemon } = await connect({
    start,
    ...instanceOf(context),
    verbose: globals.verbose,
    onStarting,
    ...options,
  }).catch(explained)
  // `start` shows all notices itself.
  if (startedDaemon && !options.start) await sayDamaged(client, io)
  const call = { library: globals.library, signal: interrupt.signal }
  return {
    context,
    startedDaemon,
    closed: client.closed,
    query: (name, input) => client.query(name, input, call),
    action: (name, input) => client.action(name, input, call),
    call: (operation, input, over) => client.call(operation.name, input, { ...call, ...over }),
    subscribe: (types, onEvent, onMissed) =>
      client.subscribe({ types: types ?? undefined, library: globals.library, onMissed }, onEvent),
    [Symbol.dispose]: () => client[Symbol.dispose](),
  }
}

/** Prints the damage that a newly started daemon found, whichever command started it. */
async function sayDamaged(client: Client, io: CliContext['io']): Promise<void> {
  const { damaged } = await client.query('system.status', {})
  for (const sentence of damaged) io.note(printable(sentence))
}

/** For commands that go on until Ctrl-C. Throws where the daemon goes first. */
export async function untilLeft(session: Session, signal: AbortSignal): Promise<void> {
  const left = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => left.resolve())
  void session.closed.then(() =>
    left.reject(new NoDaemonError(new ClientError('Unavailable', 'the daemon has stopped; run `spacedrive start`'))),
  )
  await left.promise
}

/** Stops the daemon the command is about. False: none was running. */
export async function stopDaemonOf(context: CliContext): Promise<boolean> {
  const slow = setTimeout(() => {
    context.io.note('Waiting for the daemon: its jobs come to a stop …')
  }, SLOW_STOP_MS)
  try {
    return await stopDaemon(instanceOf(context))
  } finally {
    clearTimeout(slow)
  }
}

/** A start that takes longer than this is announced. */
const SLOW_STOP_MS = 1_500

/** Which daemon the command is about. */
export function instanceOf({ globals }: CliContext): InstanceOptions {
  return { instance: globals.instance, dataDir: globals.dataDir }
}

function explained(err: unknown): never {
  throw err instanceof ClientError && err.code === 'Unavailable' ? new NoDaemonError(err) : err
}
