import {
  type ActionName,
  Client,
  ClientError,
  ConnectionLostError,
  type Hello,
  type InputOf,
  type OpenTransport,
  type OutputOf,
  type QueryName,
} from '@spacedrive/client'
import type { Event } from '@spacedrive/core/events'
import { ImpostorError, SignedOutError } from '@spacedrive/client/page-session'

export type ConnectionState =
  | { readonly name: 'connecting' }
  | { readonly name: 'open' }
  /** Tried again by itself at `retryAt`, milliseconds of the clock, and from then on until it succeeds or fails. */
  | {
      readonly name: 'lost'
      readonly why: string
      readonly retryAt: number
      /** Another program answers in place of the daemon. */
      readonly isImpostor: boolean
    }
  | { readonly name: 'signed-out' }

export interface AskOptions {
  /** True once the user has agreed to what the action destroys. */
  readonly confirm?: boolean | undefined
  readonly library?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** What a listener hears: an event, or that events were lost, so that everything must be asked for again. */
export type Heard = Event | { readonly type: 'gap' }

/** Waits between attempts: at first short, as a daemon that restarts is back at once. */
const RETRY_MS = [250, 500, 1_000, 2_000, 5_000, 10_000]

/**
 * The page's way to the daemon: connects, connects again when it is lost, and goes on with the events where it stopped.
 * Queries that were under way are asked again; actions are not, since nobody knows whether they were done.
 */
export class Connection {
  readonly #open: OpenTransport
  readonly #version: string
  readonly #onState = new Set<() => void>()
  readonly #onEvent = new Set<(heard: Heard) => void>()
  #state: ConnectionState = { name: 'connecting' }
  #client: PromiseWithResolvers<Client> = Promise.withResolvers()
  /** Whether `#client` has one, which may not have answered yet. */
  #isAsked = false
  #lastSeq: number | undefined
  #pid: number | null = null
  #attempt = 0
  #opened = 0
  /** Of the next attempt; undefined while there is one, or no need of one. */
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(open: OpenTransport, version: string) {
    this.#open = open
    this.#version = version
    this.#connect()
  }

  /** How many times it has come to be open: what is not asked again by itself is asked again when this changes. */
  get opened(): number {
    return this.#opened
  }

  get state(): ConnectionState {
    return this.#state
  }

  async query<N extends QueryName>(name: N, input: InputOf<N>, options?: AskOptions): Promise<OutputOf<N>> {
    for (;;) {
      const client = await waitFor(this.#client.promise, options?.signal)
      try {
        return await client.query(name, input, options)
      } catch (err) {
        if (!(err instanceof ConnectionLostError) || options?.signal?.aborted) throw err
      }
    }
  }

  /** Throws `Unavailable` where there is no connection, or it is lost before the answer. */
  async action<N extends ActionName>(name: N, input: InputOf<N>, options?: AskOptions): Promise<OutputOf<N>> {
    if (this.#state.name !== 'open') throw new ClientError('Unavailable', 'the daemon cannot be reached')
    const client = await this.#client.promise
    return client.action(name, input, options)
  }

  /** Calls `listener` whenever the state is another one, until what it returns is called. */
  readonly onState = (listener: () => void): (() => void) => {
    this.#onState.add(listener)
    return () => void this.#onState.delete(listener)
  }

  /** Calls `listener` for every event of the daemon, until what it returns is called. */
  readonly onEvent = (listener: (heard: Heard) => void): (() => void) => {
    this.#onEvent.add(listener)
    return () => void this.#onEvent.delete(listener)
  }

  /** Does not wait for the next attempt. */
  retryNow(): void {
    if (this.#state.name !== 'signed-out' && this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#connect()
  }

  #connect(): void {
    this.#timer = undefined
    // What is lost stays so until it is back: the page would flicker with every attempt.
    if (this.#state.name === 'lost') this.#setState({ ...this.#state, retryAt: Date.now() })
    else this.#setState({ name: 'connecting' })
    void this.#tryToConnect()
  }

  async #tryToConnect(): Promise<void> {
    try {
      const { client: greeting, greeted } = await Client.greet(this.#open, this.#version)
      using client = greeting
      const listening = this.#listen(client, greeted)
      // Nobody waits for the answers to those two: the daemon hears in order.
      this.#client.resolve(client)
      this.#isAsked = true
      const open = async () => {
        await greeted
        this.#attempt = 0
        this.#opened++
        this.#setState({ name: 'open' })
      }
      await Promise.all([open(), listening])
      this.#lose(await client.closed)
    } catch (err) {
      this.#lose(err)
    }
  }

  /** Events go on after the last one heard; where that cannot be, or another daemon answers, there is a gap. */
  async #listen(client: Client, greeted: Promise<Hello>): Promise<void> {
    const hadEvents = this.#pid !== null
    // Only where there is something to go on after has it to be known first who answers.
    const isSame = hadEvents && (await greeted).pid === this.#pid
    const since = isSame ? this.#lastSeq : undefined
    const subscribed = client.subscribe({ since, onMissed: () => this.#tell({ type: 'gap' }) }, (event) => {
      this.#lastSeq = event.seq
      this.#tell(event)
    })
    const [{ pid }, { complete, seq }] = await Promise.all([greeted, subscribed])
    this.#pid = pid
    this.#lastSeq ??= seq
    if (hadEvents && (since === undefined || !complete)) {
      this.#lastSeq = seq
      this.#tell({ type: 'gap' })
    }
  }

  #lose(reason: unknown): void {
    if (this.#isAsked) this.#client = Promise.withResolvers()
    this.#isAsked = false
    if (reason instanceof SignedOutError) return this.#setState({ name: 'signed-out' })
    const wait = RETRY_MS[Math.min(this.#attempt++, RETRY_MS.length - 1)]!
    const why = reason instanceof Error ? reason.message : 'the connection was closed'
    this.#timer = setTimeout(() => this.#connect(), wait)
    this.#setState({ name: 'lost', why, retryAt: Date.now() + wait, isImpostor: reason instanceof ImpostorError })
  }

  #setState(state: ConnectionState): void {
    this.#state = state
    for (const listener of this.#onState) listener()
  }

  #tell(heard: Heard): void {
    for (const listener of this.#onEvent) listener(heard)
  }
}

async function waitFor<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason as Error)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
