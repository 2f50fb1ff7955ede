import type { Event } from '@spacedrive/core/events'
import type { Kind } from '@spacedrive/core/ops'
import type { Ops } from '@spacedrive/daemon/ops'
import { ClientError, ConnectionLostError } from './client-error.ts'
import {
  type EventFilter,
  type EventParams,
  type Hello,
  methods,
  type Notification,
  PROTOCOL,
  type Request,
  type Response,
  type Subscribed,
  type WireError,
} from './protocol.ts'
import { deferred } from './deferred.ts'

type NamesOf<K extends Kind> = { [N in keyof Ops]: Ops[N]['kind'] extends K ? N : never }[keyof Ops]
/** The names of the operations that read. */
export type QueryName = NamesOf<'query'>
/** The names of the operations that change something. */
export type ActionName = NamesOf<'action'>
export type InputOf<N extends keyof Ops> = Ops[N]['input']['_input']
export type OutputOf<N extends keyof Ops> = Ops[N]['output']['_output']

/** A way to the daemon that carries whole JSON documents. */
export interface Transport {
  send(frame: string): void
  close(): void
}

export interface TransportListener {
  onFrame(frame: string): void
  /** Called once; `reason` is the error, or null if one side closed the connection normally. */
  onClose(reason: Error | null): void
}

export type OpenTransport = (listener: TransportListener) => Promise<Transport>

export interface CallOptions {
  /** Name or id of the library the operation is about; the current one by default. */
  readonly library?: string | undefined
  /**
   * True once the user has agreed to what the operation destroys. If it is false, or is not given over a WebSocket, such an
   * operation throws `NeedsConfirmation`, with the sentence to show. Over the socket of the daemon, not given means true:
   * the program asks the user itself.
   */
  readonly confirm?: boolean | undefined
  /** Aborting it gives the request up, here and in the daemon. */
  readonly signal?: AbortSignal | undefined
}

export interface SubscribeOptions extends EventFilter {
  /** Begin with the events after this number, as far as the daemon keeps them. */
  readonly since?: number | undefined
  /** Events were lost because this client was too slow: ask for the state again. */
  readonly onMissed?: ((count: number) => void) | undefined
}

export interface Subscription extends Subscribed, Disposable {}

interface Pending {
  readonly method: string
  readonly resolve: (result: unknown) => void
  readonly reject: (reason: unknown) => void
}

interface Subscriber {
  readonly onEvent: (event: Event) => void
  readonly onMissed: ((count: number) => void) | undefined
}

/**
 * A client of a daemon, over any transport. Every async method throws `ClientError`: the daemon's error, `Cancelled`
 * where the signal was aborted, `Unavailable` where the connection is gone.
 */
export class Client implements Disposable {
  /** Settles when the connection is gone, with the reason, null where it was closed on purpose. Never rejects. */
  readonly closed: Promise<Error | null>
  readonly #pending = new Map<number, Pending>()
  readonly #subscribers = new Map<number, Subscriber>()
  readonly #settleClosed: (reason: Error | null) => void
  #transport: Transport | null = null
  #hello: Hello | null = null
  #lastId = 0

  private constructor() {
    const { promise, resolve } = deferred<Error | null>()
    this.closed = promise
    this.#settleClosed = resolve
  }

  /** Opens the transport and shakes hands; `version` is that of the caller's program. */
  static async open(openTransport: OpenTransport, version: string, signal?: AbortSignal): Promise<Client> {
    const { client, greeted } = await Client.greet(openTransport, version, signal)
    await greeted
    return client
  }

  /** Opens the transport and says hello. Requests made before the answer wait. Closes the transport if hello is refused. */
  static async greet(
    openTransport: OpenTransport,
    version: string,
    signal?: AbortSignal,
  ): Promise<{ readonly client: Client; readonly greeted: Promise<Hello> }> {
    const client = new Client()
    client.#transport = await openTransport({
      onFrame: (frame) => client.#receive(frame),
      onClose: (reason) => client.#lose(reason),
    })
    const greeted = client.#shakeHands({ version, protocol: PROTOCOL }, signal)
    // The caller may ask for something else first, and wait for that.
    greeted.catch(() => {})
    return { client, greeted }
  }

  async #shakeHands(params: Pick<Hello, 'version' | 'protocol'>, signal: AbortSignal | undefined): Promise<Hello> {
    try {
      this.#hello = (await this.call(methods.hello, params, { signal })) as Hello
      return this.#hello
    } catch (err) {
      this[Symbol.dispose]()
      throw err
    }
  }

  /** The hello of the daemon. */
  get hello(): Hello {
    if (!this.#hello) throw new Error('the client is not open yet')
    return this.#hello
  }

  query<N extends QueryName>(name: N, input: InputOf<N>, options?: CallOptions): Promise<OutputOf<N>> {
    return this.call(name, input, options) as Promise<OutputOf<N>>
  }

  action<N extends ActionName>(name: N, input: InputOf<N>, options?: CallOptions): Promise<OutputOf<N>> {
    return this.call(name, input, options) as Promise<OutputOf<N>>
  }

  /** A request by name, for callers that know an operation only by its contract. */
  async call(method: string, params: unknown, { confirm, library, signal }: CallOptions = {}): Promise<unknown> {
    if (signal?.aborted) throw cancelled(method, signal)
    const id = ++this.#lastId
    const { promise, reject, resolve } = deferred<unknown>()
    this.#pending.set(id, { method, resolve, reject })
    const giveUp = () => {
      this.#notify(methods.cancel, { id })
      reject(cancelled(method, signal))
    }
    signal?.addEventListener('abort', giveUp, { once: true })
    try {
      this.#send({ jsonrpc: '2.0', id, method, params, library, confirm })
      return await promise
    } finally {
      signal?.removeEventListener('abort', giveUp)
      this.#pending.delete(id)
    }
  }

  /** Calls `onEvent` for every event from now on that passes the filter, until the subscription is disposed. */
  async subscribe(options: SubscribeOptions, onEvent: (event: Event) => void): Promise<Subscription> {
    const { onMissed, ...wanted } = options
    const subscription = ++this.#lastId
    // Known before the daemon is asked: its first event may come together with its answer.
    this.#subscribers.set(subscription, { onEvent, onMissed })
    try {
      const { complete, seq } = (await this.call(methods.subscribe, { subscription, ...wanted })) as Subscribed
      return { seq, complete, [Symbol.dispose]: () => this.#unsubscribe(subscription) }
    } catch (err) {
      this.#subscribers.delete(subscription)
      throw err
    }
  }

  /** Closes the connection; whatever still waits fails with `Unavailable`. */
  [Symbol.dispose](): void {
    this.#lose(null)
  }

  #unsubscribe(subscription: number): void {
    if (this.#subscribers.delete(subscription)) this.#notify(methods.unsubscribe, { subscription })
  }

  #notify(method: string, params: unknown): void {
    this.#transport?.send(JSON.stringify({ jsonrpc: '2.0', method, params }))
  }

  #send(request: Request): void {
    if (!this.#transport) throw lost(request.method, null)
    this.#transport.send(JSON.stringify(request))
  }

  #receive(text: string): void {
    const frame = parseFrame(text)
    if (!frame) return this.#lose(new ClientError('Internal', 'the daemon sent an invalid message'))
    if ('method' in frame) {
      if (frame.method === methods.event) this.#deliver(frame.params as EventParams)
      return
    }
    // An answer without a waiting request belongs to a cancelled request.
    const pending = frame.id === null ? undefined : this.#pending.get(Number(frame.id))
    if ('result' in frame) pending?.resolve(frame.result)
    else if (pending) pending.reject(errorFrom(frame.error))
    // The daemon did not even see which request it was, and closes the connection.
    else if (frame.id === null) this.#lose(errorFrom(frame.error))
  }

  #deliver({ event, subscription }: EventParams): void {
    const subscriber = this.#subscribers.get(subscription)
    if (event.type === 'missed') subscriber?.onMissed?.(event.count)
    else subscriber?.onEvent(event)
  }

  #lose(reason: Error | null): void {
    this.#transport?.close()
    this.#transport = null
    for (const { method, reject } of this.#pending.values()) reject(lost(method, reason))
    this.#pending.clear()
    this.#subscribers.clear()
    this.#settleClosed(reason)
  }
}

function parseFrame(text: string): Response | Notification | null {
  try {
    return JSON.parse(text) as Response | Notification
  } catch {
    return null
  }
}

function errorFrom({ data, message }: WireError): ClientError {
  return new ClientError(data.code, message, { details: data.details })
}

function cancelled(method: string, signal: AbortSignal | undefined): ClientError {
  return new ClientError('Cancelled', `${method} was cancelled`, { cause: signal?.reason })
}

function lost(method: string, reason: Error | null): ClientError {
  return reason instanceof ClientError ? reason : new ConnectionLostError(method, reason)
}
