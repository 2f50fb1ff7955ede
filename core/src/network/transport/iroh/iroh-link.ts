import type { BiStream, Connection } from '@number0/iroh'
import type { PeerKey } from '../../../domain/index.ts'
import { CoreError } from '../../../util/errors.ts'
import type { Logger } from '../../../util/logger.ts'
import { untilAborted } from '../../../util/until-aborted.ts'
import type { Alpn, ByteStream, Link, LinkEnd, LinkPath } from '../transport.ts'
import { textToArray } from './byte-array.ts'
import { irohMessage, linkEnd, MAX_REASON } from './iroh-errors.ts'
import { IrohStream } from './iroh-stream.ts'

/** Streams that the other side may have open at once; more wait on its side. Each may hold 1.25 MB of unread data. */
export const MAX_STREAMS_PER_LINK = 128
/** How long a stream may wait for the other side to take one more, in milliseconds. */
const OPEN_STREAM_TIMEOUT_MS = 30_000
/**
 * How long the result of `path()` stays valid, in milliseconds. A listener for changes in Iroh would end the process.
 */
const PATH_AGE_MS = 1_000
/** A code must be sent with the reason of a closed connection. Its value has no meaning. */
const CLOSED_CODE = 0n

export interface IrohLinkOptions {
  readonly connection: Connection
  readonly key: PeerKey
  readonly alpn: Alpn
  readonly dialled: boolean
  readonly now: () => number
  readonly log: Logger
}

/**
 * A QUIC connection. It holds a reference to itself and its streams until they have ended, because Iroh closes objects
 * that are garbage-collected.
 */
export class IrohLink implements Link {
  readonly key: PeerKey
  readonly alpn: Alpn
  readonly dialled: boolean
  readonly closed: Promise<LinkEnd>
  /** Null once the link has ended, because a reference to the connection keeps Iroh's socket open. */
  #connection: Connection | null
  readonly #now: () => number
  readonly #log: Logger
  readonly #resolveClosed: (end: LinkEnd) => void
  readonly #streams = new Set<IrohStream>()
  /**
   * Streams that were requested, but whose caller no longer waits. Iroh opens them anyway, so later requests get them.
   */
  readonly #spare: Promise<BiStream>[] = []
  #end: LinkEnd | null = null
  #path: { readonly at: number; readonly path: LinkPath | null } | null = null
  #isAccepting = false

  constructor({ connection, key, alpn, dialled, now, log }: IrohLinkOptions) {
    this.key = key
    this.alpn = alpn
    this.dialled = dialled
    this.#connection = connection
    this.#now = now
    this.#log = log
    const { promise, resolve } = Promise.withResolvers<LinkEnd>()
    this.closed = promise
    this.#resolveClosed = resolve
    connection.setMaxConcurrentBiStreams(BigInt(MAX_STREAMS_PER_LINK))
    connection.setMaxConcurrentUniStreams(0n)
    connection.closed().then(
      (sentence) => this.#ended(linkEnd(sentence)),
      (err: unknown) => this.#ended({ by: 'lost', reason: irohMessage(err) }),
    )
  }

  async openStream(signal: AbortSignal): Promise<ByteStream> {
    signal.throwIfAborted()
    if (this.#end) throw this.#gone()
    const opening = this.#spare.pop() ?? this.#connection!.openBi()
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => late.reject(tooManyOpen()), OPEN_STREAM_TIMEOUT_MS)
    try {
      return this.#held(await untilAborted(Promise.race([opening, late.promise]), signal))
    } catch (err) {
      if (this.#end) throw this.#gone()
      if (!signal.aborted && !(err instanceof CoreError))
        throw new CoreError('Unavailable', `no stream is opened: ${irohMessage(err)}`, { cause: err })
      this.#keep(opening)
      throw err
    } finally {
      clearTimeout(timer)
    }
  }

  onStream(listener: (stream: ByteStream) => void): void {
    if (this.#isAccepting) throw new CoreError('Internal', 'a connection has one listener for its streams')
    this.#isAccepting = true
    void this.#accept(listener)
  }

  path(): LinkPath | null {
    if (this.#end) return null
    const now = this.#now()
    // Iroh selects a path soon after it has connected. Until then, ask each time.
    if (!this.#path?.path || now - this.#path.at >= PATH_AGE_MS || now < this.#path.at)
      this.#path = { at: now, path: this.#readPath() }
    return this.#path.path
  }

  close(reason: string): void {
    if (this.#end) return
    const told = reason.slice(0, MAX_REASON)
    this.#connection!.close(CLOSED_CODE, textToArray(told))
    this.#ended({ by: 'local', reason: told })
  }

  // Until there is a listener, Iroh keeps the streams of the other side, up to their limit.
  async #accept(listener: (stream: ByteStream) => void): Promise<void> {
    while (this.#connection) {
      let stream: BiStream
      try {
        stream = await this.#connection.acceptBi()
      } catch {
        // Only the end of the connection ends this loop. Its reason is in `closed`.
        return
      }
      if (!this.#end) this.#hand(this.#held(stream), listener)
    }
  }

  /** An error in the listener ends the stream, not the process: otherwise a peer could end the process. */
  #hand(stream: IrohStream, listener: (stream: ByteStream) => void): void {
    try {
      listener(stream)
    } catch (err) {
      this.#log.error({ err, peer: this.key }, 'a stream of another device was not taken')
      stream.abort()
    }
  }

  #held({ send, recv }: BiStream): IrohStream {
    const stream = new IrohStream({ send, receive: recv, onDone: (done) => this.#streams.delete(done) })
    this.#streams.add(stream)
    if (this.#end) stream.cut(this.#gone())
    return stream
  }

  #keep(opening: Promise<BiStream>): void {
    opening.catch(() => {})
    this.#spare.push(opening)
  }

  #readPath(): LinkPath | null {
    const paths = this.#connection!.paths()
    // In the first seconds, Iroh may not have marked the only path as selected.
    const path = paths.find(({ isSelected }) => isSelected) ?? (paths.length === 1 ? paths[0] : undefined)
    if (!path) return null
    return {
      kind: path.isRelay ? 'relay' : 'direct',
      address: path.isRelay ? null : path.remoteAddr,
      latencyMs: path.rttMs,
    }
  }

  #ended(end: LinkEnd): void {
    if (this.#end) return
    this.#end = end
    const gone = this.#gone()
    for (const stream of this.#streams) stream.cut(gone)
    this.#spare.length = 0
    this.#connection = null
    this.#resolveClosed(end)
  }

  #gone(): CoreError {
    const why = this.#end?.reason ? `: ${this.#end.reason}` : ''
    return new CoreError('Unavailable', `the connection has ended${why}`)
  }
}

function tooManyOpen(): CoreError {
  return new CoreError('Timeout', 'the other device accepts no more streams: it has too many open')
}
