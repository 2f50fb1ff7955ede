import type { PeerKey } from '../../src/domain/index.ts'
import type { Alpn, ByteStream, Link, LinkEnd, LinkPath } from '../../src/network/transport/transport.ts'
import { CoreError } from '../../src/util/errors.ts'
import { untilAborted } from '../../src/util/until-aborted.ts'
import { MemoryStream, type StreamMessage } from './memory-stream.ts'
import { newLane, type Wire } from './wire.ts'

/** Streams that one side may have open at once, and that the other side is not through with. */
const MAX_STREAMS = 128

export interface MemoryLinkOptions {
  /** The name of the machine it is on. */
  readonly machine: string
  readonly key: PeerKey
  readonly alpn: Alpn
  readonly dialled: boolean
  readonly wire: Wire
  readonly readPath: () => LinkPath
}

/** One end of a connection in memory. */
export class MemoryLink implements Link {
  readonly machine: string
  readonly key: PeerKey
  readonly alpn: Alpn
  readonly dialled: boolean
  readonly closed: Promise<LinkEnd>
  readonly #wire: Wire
  readonly #readPath: () => LinkPath
  readonly #resolveClosed: (end: LinkEnd) => void
  readonly #streams = new Map<number, MemoryStream>()
  /** Those of the other side that are over here: more of them may be on its way. */
  readonly #over = new Set<number>()
  readonly #unheard: ByteStream[] = []
  readonly #lane = newLane()
  #listener: ((stream: ByteStream) => void) | null = null
  #other: MemoryLink | null = null
  #end: LinkEnd | null = null
  /** The side that dialled has the even ones. */
  #nextId: number
  #open = 0
  #hasRoom = Promise.withResolvers<void>()

  constructor({ machine, key, alpn, dialled, wire, readPath }: MemoryLinkOptions) {
    this.machine = machine
    this.key = key
    this.alpn = alpn
    this.dialled = dialled
    this.#wire = wire
    this.#readPath = readPath
    this.#nextId = dialled ? 0 : 1
    const { promise, resolve } = Promise.withResolvers<LinkEnd>()
    this.closed = promise
    this.#resolveClosed = resolve
  }

  get hasEnded(): boolean {
    return this.#end !== null
  }

  /** Called once, before anything else. */
  connect(other: MemoryLink): void {
    this.#other = other
  }

  async openStream(signal: AbortSignal): Promise<ByteStream> {
    for (;;) {
      signal.throwIfAborted()
      if (this.#end) throw this.#gone()
      if (this.#open < MAX_STREAMS) break
      await untilAborted(this.#hasRoom.promise, signal)
    }
    this.#open++
    const id = this.#nextId
    this.#nextId += 2
    return this.#stream(id)
  }

  onStream(listener: (stream: ByteStream) => void): void {
    if (this.#listener) throw new CoreError('Internal', 'a connection has one listener for its streams')
    this.#listener = listener
    for (const stream of this.#unheard.splice(0)) listener(stream)
  }

  path(): LinkPath | null {
    return this.#end ? null : this.#readPath()
  }

  close(reason: string): void {
    if (this.#end) return
    this.#wire.send(this.#lane, () => this.#other!.ended({ by: 'remote', reason }))
    this.ended({ by: 'local', reason })
  }

  ended(end: LinkEnd): void {
    if (this.#end) return
    this.#end = end
    for (const stream of this.#streams.values()) stream.cut(this.#gone())
    this.#hasRoom.resolve()
    this.#resolveClosed(end)
    this.#wire.check()
  }

  #stream(id: number): MemoryStream {
    const lane = newLane()
    const isOwn = id % 2 === (this.dialled ? 0 : 1)
    const send = (message: StreamMessage) => {
      if (!this.#end) this.#wire.send(lane, () => this.#other!.#arrived(id, message))
    }
    const stream = new MemoryStream({
      send,
      onDone: () => {
        this.#streams.delete(id)
        if (isOwn) return
        this.#over.add(id)
        send({ type: 'done' })
      },
    })
    this.#streams.set(id, stream)
    return stream
  }

  #arrived(id: number, message: StreamMessage): void {
    if (this.#end) return
    if (message.type === 'done') return this.#freeOne()
    const isOwn = id % 2 === (this.dialled ? 0 : 1)
    const known = this.#streams.get(id)
    if (known) return known.arrived(message)
    // The rest of one that is over here.
    if (isOwn || this.#over.has(id)) return
    const stream = this.#stream(id)
    stream.arrived(message)
    if (this.#listener) this.#listener(stream)
    else this.#unheard.push(stream)
  }

  #freeOne(): void {
    this.#open--
    this.#hasRoom.resolve()
    this.#hasRoom = Promise.withResolvers<void>()
  }

  #gone(): CoreError {
    const why = this.#end?.reason ? `: ${this.#end.reason}` : ''
    return new CoreError('Unavailable', `the connection has ended${why}`)
  }
}
