import { type InputOf, methods, type OutputOf, type Request } from '@spacedrive/client'
import type { ErrorCode } from '@spacedrive/core/errors'
import { confirmationOf } from '@spacedrive/core/confirmation'
import { type EventData, events, type EventType } from '@spacedrive/core/events'
import type { Ops } from '@spacedrive/daemon/ops'
import { sidecarKindFacts } from '../../core/src/domain/sidecar-kinds.ts'
import { SidecarKind } from '../../core/src/domain/index.ts'
import { ops } from '../../daemon/src/ops/index.ts'
import type { Proved } from '@spacedrive/client/page-session'

/** Answers one operation: with its output, or by throwing a `Refusal`. A promise answers later. */
export type Answer<N extends keyof Ops> = (input: Ops[N]['input']['_output']) => OutputOf<N> | Promise<OutputOf<N>>
export type Answers = { readonly [N in keyof Ops]?: Answer<N> }

/** A request that the page has sent. */
export interface Asked {
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
}

/** An error as the daemon answers it. */
export class Refusal extends Error {
  readonly code: ErrorCode
  readonly details: unknown
  constructor(code: ErrorCode, message: string, details: unknown = null) {
    super(message)
    this.code = code
    this.details = details
  }
}

/** The kinds as a desktop's engine lists them; no answer of a test is about their variants. */
function listKinds(): OutputOf<'sidecars.kinds'> {
  return Object.entries(sidecarKindFacts).map(([kind, { folder, label, origin, preview, search, usual }]) => ({
    kind: SidecarKind.parse(kind),
    folder,
    label,
    origin,
    preview,
    search,
    usual: usual?.desktop ?? 'off',
    variants: [],
  }))
}

const PROVED: Proved = { session: 'session', access: 'access', mediaKey: 'a2V5', media: 'http://media.test' }

/**
 * The daemon at the other end of the page's WebSocket. It reads every input and checks every answer and event with the
 * schemas of the contract, as the real one does.
 */
export class FakeDaemon {
  /** All requests so far, also those that were given up. */
  readonly asked: Asked[] = []
  #answers: Answers
  #seq = 0
  readonly #pid: number

  constructor(answers: Answers, { pid = 7 } = {}) {
    this.#answers = { 'sidecars.kinds': listKinds, ...answers }
    this.#pid = pid
    FakeDaemon.current = this
    // The page on the machine itself lets the daemon prove itself first; `early.ts` leaves that for the page to take.
    globalThis.earlyProof = Promise.resolve(PROVED)
  }

  /** The daemon that answers at present: a page has one connection, whichever test it serves. */
  static current: FakeDaemon | null = null

  /** Changes what it answers from now on. */
  answer(answers: Answers): void {
    this.#answers = { ...this.#answers, ...answers }
  }

  /** The inputs of an operation so far, the first first. */
  asksOf<N extends keyof Ops>(name: N): InputOf<N>[] {
    return this.asked.filter(({ method }) => method === name).map(({ params }) => params as InputOf<N>)
  }

  /** Tells every subscriber that something has happened. */
  emit<T extends EventType>(type: T, data: EventData<T>): void {
    const event = {
      type,
      data: events[type].parse(data),
      seq: ++this.#seq,
      at: new Date().toISOString(),
      libraryId: null,
    }
    for (const socket of FakeSocket.open) socket.tell(event)
  }

  /** Goes away: the connection is lost, and cannot be made again until `comeBack`. */
  stop(): void {
    FakeDaemon.current = null
    for (const socket of FakeSocket.open) socket.drop()
  }

  comeBack(): void {
    FakeDaemon.current = this
    globalThis.earlyProof = Promise.resolve(PROVED)
  }

  async respond({ confirm, method, params }: Request): Promise<unknown> {
    if (method === methods.hello)
      return { version: '1', protocol: 1, pid: this.#pid, instance: 'test', dataDir: '/', idle: true }
    if (method === methods.subscribe) return { seq: this.#seq, complete: true }
    const op = ops[method as keyof Ops]
    this.asked.push({ method, params: params as Asked['params'] })
    const destroys = confirm === true ? null : confirmationOf(op.cli, (params ?? {}) as Record<string, unknown>)
    if (destroys !== null) throw new Refusal('NeedsConfirmation', destroys)
    const answer = this.#answers[op.name] as ((input: unknown) => unknown) | undefined
    if (!answer) throw new Refusal('Internal', `this test has no answer to ${method}`)
    return op.output.parse(await answer(op.input.parse(params)))
  }
}

// Those of the system, also where a test has fake timers.
const { setTimeout } = globalThis

/** A WebSocket of the browser whose other end is the current `FakeDaemon`. */
export class FakeSocket extends EventTarget {
  static readonly OPEN = 1
  static readonly open = new Set<FakeSocket>()
  readyState = 0
  #subscription: unknown

  constructor() {
    super()
    setTimeout(() => (FakeDaemon.current ? this.#greet() : this.drop()))
  }

  #greet(): void {
    this.readyState = FakeSocket.OPEN
    FakeSocket.open.add(this)
    this.dispatchEvent(new Event('open'))
  }

  send(frame: string): void {
    const request = JSON.parse(frame) as Request
    if (request.method === methods.subscribe)
      this.#subscription = (request.params as { subscription: unknown }).subscription
    if (request.id !== undefined && FakeDaemon.current) void this.#answer(FakeDaemon.current, request)
  }

  tell(event: object): void {
    this.#say({ method: methods.event, params: { subscription: this.#subscription, event } })
  }

  close(): void {
    FakeSocket.open.delete(this)
  }

  drop(): void {
    this.readyState = 3
    FakeSocket.open.delete(this)
    this.dispatchEvent(Object.assign(new Event('close'), { code: 1006, reason: '' }))
  }

  async #answer(daemon: FakeDaemon, request: Request): Promise<void> {
    try {
      this.#say({ id: request.id, result: await daemon.respond(request) })
    } catch (err) {
      const { code = 'Internal', details = null, message } = err as Partial<Refusal> & Error
      this.#say({ id: request.id, error: { code: -32_000, message, data: { code, details } } })
    }
  }

  #say(document: object): void {
    if (this.readyState !== FakeSocket.OPEN) return
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify({ jsonrpc: '2.0', ...document }) }))
  }
}
