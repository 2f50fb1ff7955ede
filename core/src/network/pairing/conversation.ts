import { z } from 'zod'
import { CoreError } from '../../util/errors.ts'
import { settledWithin } from '../../util/settled-within.ts'
import { untilAborted } from '../../util/until-aborted.ts'
import type { Link } from '../transport/transport.ts'
import { FrameStream } from '../wire/frame-stream.ts'
import { MAX_FRAME_BYTES, Refuse, type Refusal } from './protocol.ts'
import { RefusedError } from './refusal.ts'

export interface Wait {
  /** How long it may take, in milliseconds. */
  readonly ms: number
  readonly signal: AbortSignal
}

/** The one stream of a pairing: messages in turn, each within its time. */
export class Conversation {
  readonly link: Link
  readonly #frames: FrameStream
  /** The other side has said its last word, and waits for the end. */
  #isOver = false

  private constructor(link: Link, frames: FrameStream) {
    this.link = link
    this.#frames = frames
  }

  static async open(link: Link, { ms, signal }: Wait): Promise<Conversation> {
    const stream = await link.openStream(AbortSignal.any([signal, AbortSignal.timeout(ms)]))
    return new Conversation(link, new FrameStream(stream, { maxFrameBytes: MAX_FRAME_BYTES }))
  }

  /** The first stream the other side opens; any other one is given up. */
  static async accept(link: Link, wait: Wait): Promise<Conversation> {
    const first = Promise.withResolvers<FrameStream>()
    let isFirst = true
    link.onStream((stream) => {
      if (!isFirst) return stream.abort()
      isFirst = false
      first.resolve(new FrameStream(stream, { maxFrameBytes: MAX_FRAME_BYTES }))
    })
    return new Conversation(link, await within(Promise.race([first.promise, ended(link)]), wait))
  }

  /** Throws `Timeout` where the other side does not take it: one that never reads holds up nobody. */
  send(message: unknown, wait: Wait): Promise<void> {
    return within(this.#frames.send(message), wait)
  }

  /** Throws `RefusedError` where the other side refuses instead, `Timeout`, `Unavailable` or `InvalidInput`. */
  async receive<S extends z.ZodType>(schema: S, wait: Wait): Promise<z.output<S>> {
    const message = await within(this.#frames.receive(z.union([Refuse, schema])), wait)
    if (message === null) throw new CoreError('Unavailable', 'the other device ended the connection')
    const refused = Refuse.safeParse(message)
    if (refused.success) {
      this.#isOver = true
      throw new RefusedError(refused.data.reason)
    }
    return message as z.output<S>
  }

  /** Says why nothing follows, and leaves. Never throws: the other side may be gone. */
  async refuse(reason: Refusal, lingerMs: number): Promise<void> {
    await this.leave({ type: 'refuse', reason } satisfies Refuse, lingerMs)
  }

  /** Sends the last message and waits until the other side, which has it then, closes the connection. */
  async leave(last: unknown, lingerMs: number): Promise<void> {
    if (this.#isOver) return this.close()
    const sent = this.#frames.send(last).then(() => this.link.closed)
    await settledWithin(lingerMs, [sent])
    this.close()
  }

  close(): void {
    this.#frames.abort()
    this.link.close('pairing has ended')
  }
}

async function ended(link: Link): Promise<never> {
  await link.closed
  throw new CoreError('Unavailable', 'the other device ended the connection')
}

async function within<T>(promise: Promise<T>, { ms, signal }: Wait): Promise<T> {
  const deadline = AbortSignal.timeout(ms)
  try {
    return await untilAborted(promise, AbortSignal.any([signal, deadline]))
  } catch (err) {
    signal.throwIfAborted()
    if (deadline.aborted) throw new CoreError('Timeout', 'the other device did not answer in time', { cause: err })
    throw err
  }
}
