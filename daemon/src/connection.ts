import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import { type EventParams, type Hello, methods, type RequestId, type Subscribed } from '@spacedrive/client'
import { type Core, CoreError } from '@spacedrive/core'
import { errorMessage } from '@spacedrive/core/errors'
import type { Carrier } from './carrier.ts'
import type { ClientPool } from './client-pool.ts'
import { describeIssues } from './describe-issues.ts'
import { type Asked, dispatch, type DispatchDeps, onlyHere } from './dispatch.ts'
import { FrameWriter } from './frame-writer.ts'
import type { ServerLimits } from './limits.ts'
import { Cancel, Request, Subscribe, Unsubscribe } from './requests.ts'
import { notJson, notRequest, wireError } from './wire-error.ts'

export interface ConnectionDeps extends DispatchDeps {
  readonly limits: ServerLimits
  /** Places for requests of clients that do not have all rights, shared by all connections. */
  readonly guestRequests: ClientPool
  readonly hello: () => Hello
  /** Asks the daemon to end. */
  readonly stop: () => void
  /** Called once, when the client is gone. */
  readonly onClosed: () => void
}

type EventStream = ReturnType<Core['events']['stream']>

/** One client: its requests, its subscriptions, and its unread messages. */
export class Connection implements Disposable {
  readonly #carrier: Carrier
  readonly #deps: ConnectionDeps
  readonly #writer: FrameWriter
  readonly #running = new Map<RequestId, AbortController>()
  readonly #subscriptions = new Map<number, EventStream>()
  readonly #helloTimer: NodeJS.Timeout
  #greeted = false
  #closed = false

  constructor(carrier: Carrier, deps: ConnectionDeps) {
    const { limits } = deps
    this.#carrier = carrier
    this.#deps = deps
    this.#writer = new FrameWriter(carrier, {
      ...limits,
      onStalled: () => this.#drop('it does not read what it is sent'),
      onDrained: () => carrier.resume(),
    })
    this.#helloTimer = setTimeout(() => {
      // If the daemon itself was busy, it first reads the bytes that the client sent in the meantime.
      setImmediate(() => {
        if (!this.#greeted && !this.#closed) this.#drop('it does not say hello')
      })
    }, limits.helloMs)
    carrier.open({
      onFrame: (frame) => this.#receive(frame),
      onTooLong: () => this.#drop(`a request has more than ${limits.frameBytes} bytes`),
      onClosed: () => this.#close(),
    })
  }

  /** Disconnects the client and cancels its requests. */
  [Symbol.dispose](): void {
    this.#carrier.end(this.#deps.limits.farewellMs)
    this.#close()
  }

  #receive(frame: string): void {
    const document = parseJson(frame)
    if (document === undefined) return this.#refuse(notJson)
    const parsed = Request.safeParse(document)
    if (!parsed.success) return this.#refuse(notRequest('this is no JSON-RPC 2.0 request'))
    const request = parsed.data
    if (!this.#greeted && request.method !== methods.hello) {
      return this.#refuse(notRequest(`the first request must be ${methods.hello}`))
    }
    if (request.id === undefined) this.#notified(request)
    else void this.#answer({ ...request, id: request.id })
    // If the client does not read its answers, its further requests wait.
    if (this.#writer.isFull) this.#carrier.pause()
  }

  #notified({ method, params }: Request): void {
    if (method === methods.cancel) {
      const cancel = Cancel.safeParse(params)
      if (cancel.success) this.#running.get(cancel.data.id)?.abort()
    } else if (method === methods.unsubscribe) {
      const unsubscribe = Unsubscribe.safeParse(params)
      if (unsubscribe.success) this.#unsubscribe(unsubscribe.data.subscription)
    }
  }

  async #answer(request: Request & { id: RequestId }): Promise<void> {
    const { id } = request
    const controller = new AbortController()
    try {
      if (this.#running.has(id)) throw new CoreError('InvalidInput', `request ${id} is still being answered`)
      if (this.#running.size >= this.#deps.limits.requestsInFlight) {
        throw new CoreError(
          'Unavailable',
          `this connection has ${this.#running.size} running requests, the maximum; wait for an answer first`,
        )
      }
      this.#running.set(id, controller)
      const result = await this.#perform(request, controller.signal)
      this.#writer.send({ jsonrpc: '2.0', id, result: result ?? null })
    } catch (err) {
      if (!(err instanceof CoreError))
        this.#deps.core.log.error({ err, method: request.method }, 'cannot send an answer')
      this.#writer.send({ jsonrpc: '2.0', id, error: wireError(err) })
    } finally {
      if (this.#running.get(id) === controller) this.#running.delete(id)
    }
  }

  async #perform({ confirm, library, method, params }: Request, signal: AbortSignal): Promise<unknown> {
    switch (method) {
      case methods.hello:
        this.#greeted = true
        clearTimeout(this.#helloTimer)
        return this.#deps.hello()
      case methods.stop:
        if (this.#carrier.asker.rights !== 'all') throw onlyHere(method, this.#carrier.asker)
        // The answer goes first.
        setImmediate(this.#deps.stop)
        return {}
      case methods.subscribe:
        return this.#subscribe(params)
      default:
        return this.#dispatch({ method, params, library, confirm: confirm ?? this.#asksItself }, signal)
    }
  }

  /** The command asks the user itself. Nothing else uses the socket. */
  get #asksItself(): boolean {
    return this.#carrier.kind === 'socket'
  }

  async #dispatch(request: Asked, signal: AbortSignal): Promise<unknown> {
    const { guestRequests } = this.#deps
    const { asker } = this.#carrier
    using _place = asker.rights === 'all' ? null : guestRequests.take(asker)
    return await dispatch(this.#deps, { ...request, asker }, signal)
  }

  #subscribe(params: unknown): Subscribed {
    const { core, limits } = this.#deps
    const parsed = Subscribe.safeParse(params)
    if (!parsed.success) {
      const { issues, message } = describeIssues(parsed.error.issues, params)
      throw new CoreError('InvalidInput', `${methods.subscribe}: ${message}`, { details: { issues } })
    }
    const { library, since, subscription, ...filter } = parsed.data
    if (this.#subscriptions.has(subscription)) {
      throw new CoreError('InvalidInput', `subscription ${subscription} is in use`)
    }
    if (this.#subscriptions.size >= limits.subscriptions) {
      throw new CoreError('Unavailable', `this connection has ${limits.subscriptions} subscriptions, the maximum`)
    }
    const { rights } = this.#carrier.asker
    const libraryId = library === undefined ? {} : { libraryId: core.libraries.resolve(library).id }
    const wanted = { ...filter, rights, ...libraryId }
    const stream = core.events.stream(wanted)
    this.#subscriptions.set(subscription, stream)
    const seq = since ?? core.events.lastSeq
    const { complete, events } = core.events.since(seq, wanted)
    this.#pump(subscription, events, stream).catch((err: unknown) => this.#drop(errorMessage(err)))
    return { seq, complete }
  }

  #unsubscribe(subscription: number): void {
    this.#subscriptions.get(subscription)?.[Symbol.dispose]()
    this.#subscriptions.delete(subscription)
  }

  /** Sends events as fast as the client reads. The stream counts the others as missed. */
  async #pump(subscription: number, kept: Iterable<EventParams['event']>, stream: EventStream): Promise<void> {
    // The answer to the request goes first.
    await nextTurn()
    const send = async (event: EventParams['event']) => {
      await this.#writer.drained()
      const params: EventParams = { subscription, event }
      this.#writer.send({ jsonrpc: '2.0', method: methods.event, params })
    }
    for (const event of kept) await send(event)
    const isItsTurn = batches(this.#carrier.kind === 'websocket' ? this.#deps.limits.eventBatchMs : 0)
    for await (const event of stream) {
      await isItsTurn()
      await send(event)
    }
  }

  /** A client that does not speak the language is told so, and dropped. */
  #refuse(error: ReturnType<typeof notRequest>): void {
    this.#carrier.stopReading()
    this.#writer.send({ jsonrpc: '2.0', id: null, error })
    this.#carrier.end(this.#deps.limits.farewellMs)
  }

  #drop(why: string): void {
    this.#deps.core.log.warn({ why }, 'disconnected a client')
    this.#carrier.destroy()
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#carrier.stopReading()
    clearTimeout(this.#helloTimer)
    this.#writer[Symbol.dispose]()
    for (const controller of this.#running.values()) controller.abort()
    for (const stream of this.#subscriptions.values()) stream[Symbol.dispose]()
    this.#subscriptions.clear()
    this.#deps.onClosed()
  }
}

/** Time for which messages are collected into one batch, in milliseconds. */
const BATCH_MS = 10

/** Resolves at once if the message belongs to the current batch, else when the next batch may be sent. */
function batches(intervalMs: number): () => Promise<void> {
  let began = -Infinity
  return async () => {
    const elapsed = performance.now() - began
    if (elapsed < Math.min(BATCH_MS, intervalMs)) return
    if (elapsed < intervalMs) await wait(intervalMs - elapsed)
    began = performance.now()
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
