import { z } from 'zod'
import { CoreError } from '../../util/errors.ts'
import { settledWithin } from '../../util/settled-within.ts'
import { untilAborted } from '../../util/until-aborted.ts'
import type { ByteStream, Link } from '../transport/transport.ts'
import { FrameStream } from './frame-stream.ts'

export interface Wait {
  /** The longest wait, in milliseconds. */
  readonly ms: number
  readonly signal: AbortSignal
}

/** The limits and refusals of a conversation between two devices that are not paired. */
export interface ConversationOptions<R extends string> {
  readonly maxFrameBytes: number
  /**
   * The reasons for a refusal. Each side shows its own sentence for a reason, so that no text of a stranger is shown.
   */
  readonly refusals: readonly R[]
  readonly refused: (reason: R) => CoreError
  /** The sentence that is sent when the connection is closed. */
  readonly goodbye: string
}

/** Sent by either side instead of any other message. It ends the conversation. */
const Refuse = z.object({ type: z.literal('refuse'), reason: z.string().max(32) })
type Refuse = z.infer<typeof Refuse>

/** Sent by either side: its user has confirmed the number. */
const Confirm = z.object({ type: z.literal('confirm') })
type Confirm = z.infer<typeof Confirm>

/**
 * How much longer this side waits for the other side's user than for its own, so that the other side can send the
 * reason for a timeout.
 */
const GRACE_MS = 5_000

/** A conversation of two strangers over one stream: messages in turn, each with a time limit. */
export class Conversation<R extends string> {
  readonly link: Link
  readonly frames: FrameStream
  readonly #options: ConversationOptions<R>
  /** Whether the other side has sent its last message and waits for the end. */
  #isOver = false

  private constructor(link: Link, stream: ByteStream, options: ConversationOptions<R>) {
    this.link = link
    this.frames = new FrameStream(stream, options)
    this.#options = options
  }

  static async open<R extends string>(
    link: Link,
    options: ConversationOptions<R>,
    { ms, signal }: Wait,
  ): Promise<Conversation<R>> {
    return new Conversation(link, await link.openStream(AbortSignal.any([signal, AbortSignal.timeout(ms)])), options)
  }

  /**
   * Waits for the first stream that the other side opens. `onOther` gets all other streams; by default they are
   * aborted.
   */
  static async accept<R extends string>(
    link: Link,
    {
      onOther = (stream) => stream.abort(),
      ...options
    }: ConversationOptions<R> & { onOther?: (stream: ByteStream) => void },
    wait: Wait,
  ): Promise<Conversation<R>> {
    const first = Promise.withResolvers<ByteStream>()
    let isFirst = true
    link.onStream((stream) => {
      if (!isFirst) return onOther(stream)
      isFirst = false
      first.resolve(stream)
    })
    return new Conversation(link, await within(Promise.race([first.promise, ended(link)]), wait), options)
  }

  /** Throws `Timeout` if the other side does not read the message in time, so that it cannot block this side. */
  send(message: unknown, wait: Wait): Promise<void> {
    return within(this.frames.send(message), wait)
  }

  /**
   * Waits for the next message. If it is a refusal, throws its error from `options`; also `Timeout`, `Unavailable`,
   * `InvalidInput`.
   */
  async receive<S extends z.ZodType>(schema: S, wait: Wait): Promise<z.output<S>> {
    const message = await within(this.frames.receive(z.union([Refuse, schema])), wait)
    if (message === null) throw new CoreError('Unavailable', 'the other device ended the connection')
    const refused = Refuse.safeParse(message)
    if (!refused.success) return message as z.output<S>
    this.#isOver = true
    const reason = this.#options.refusals.find((known) => known === refused.data.reason)
    throw reason === undefined
      ? new CoreError(
          'InvalidInput',
          'the other device refused for a reason that this version does not know; update Spacedrive',
        )
      : this.#options.refused(reason)
  }

  /** Waits until users on both sides have confirmed the number. Throws if either has not, or not in time. */
  async agree(decided: Promise<void>, { ms, signal }: Wait): Promise<void> {
    const here = untilAborted(decided, signal).then(() =>
      this.send({ type: 'confirm' } satisfies Confirm, { ms, signal }),
    )
    const there = this.receive(Confirm, { ms: ms + GRACE_MS, signal })
    await Promise.all([here, there])
  }

  /** Sends the reason for the end, and closes the conversation. Never throws, because the other side may have left. */
  async refuse(reason: R, lingerMs: number): Promise<void> {
    await this.leave({ type: 'refuse', reason } satisfies Refuse, lingerMs)
  }

  /** Sends the last message, and waits until the other side has received it and closes the connection. */
  async leave(last: unknown, lingerMs: number): Promise<void> {
    if (this.#isOver) return this.close()
    const sent = this.frames.send(last).then(() => this.link.closed)
    await settledWithin(lingerMs, [sent])
    this.close()
  }

  close(): void {
    this.frames.abort()
    this.link.close(this.#options.goodbye)
  }
}

async function ended(link: Link): Promise<never> {
  await link.closed
  throw new CoreError('Unavailable', 'the other device ended the connection')
}

async function within<T>(promise: Promise<T>, { ms, signal }: Wait): Promise<T> {
  const deadline = AbortSignal.timeout(ms)
  // If the wait is already over, no caller handles an error of the promise.
  promise.catch(() => {})
  try {
    return await untilAborted(promise, AbortSignal.any([signal, deadline]))
  } catch (err) {
    signal.throwIfAborted()
    if (deadline.aborted) throw new CoreError('Timeout', 'the other device did not answer in time', { cause: err })
    throw err
  }
}
