import { z } from 'zod'
import { CoreError } from '../../util/errors.ts'
import { settledWithin } from '../../util/settled-within.ts'
import { untilAborted } from '../../util/until-aborted.ts'
import type { ByteStream, Link } from '../transport/transport.ts'
import { FrameStream } from './frame-stream.ts'

export interface Wait {
  /** How long it may take, in milliseconds. */
  readonly ms: number
  readonly signal: AbortSignal
}

/** How two devices that do not know each other yet talk, and part. */
export interface Manners<R extends string> {
  readonly maxFrameBytes: number
  /** Why one side may end it. The other one says it in its own words: it shows no text of a stranger. */
  readonly refusals: readonly R[]
  readonly refused: (reason: R) => CoreError
  /** What the connection is closed with, a sentence. */
  readonly goodbye: string
}

/** Either to the other, instead of any message; nothing follows. */
const Refuse = z.object({ type: z.literal('refuse'), reason: z.string().max(32) })
type Refuse = z.infer<typeof Refuse>

/** Either to the other: the person here has compared the number. */
const Confirm = z.object({ type: z.literal('confirm') })
type Confirm = z.infer<typeof Confirm>

/** How much later than here the other side's person is given up: so that the reason comes from there. */
const GRACE_MS = 5_000

/** One stream between two strangers: messages in turn, each within its time. */
export class Conversation<R extends string> {
  readonly link: Link
  readonly frames: FrameStream
  readonly #manners: Manners<R>
  /** The other side has said its last word, and waits for the end. */
  #isOver = false

  private constructor(link: Link, stream: ByteStream, manners: Manners<R>) {
    this.link = link
    this.frames = new FrameStream(stream, manners)
    this.#manners = manners
  }

  static async open<R extends string>(link: Link, manners: Manners<R>, { ms, signal }: Wait): Promise<Conversation<R>> {
    return new Conversation(link, await link.openStream(AbortSignal.any([signal, AbortSignal.timeout(ms)])), manners)
  }

  /** The first stream the other side opens; `onOther` has any other one, and gives it up by default. */
  static async accept<R extends string>(
    link: Link,
    { onOther = (stream) => stream.abort(), ...manners }: Manners<R> & { onOther?: (stream: ByteStream) => void },
    wait: Wait,
  ): Promise<Conversation<R>> {
    const first = Promise.withResolvers<ByteStream>()
    let isFirst = true
    link.onStream((stream) => {
      if (!isFirst) return onOther(stream)
      isFirst = false
      first.resolve(stream)
    })
    return new Conversation(link, await within(Promise.race([first.promise, ended(link)]), wait), manners)
  }

  /** Throws `Timeout` where the other side does not take it: one that never reads holds up nobody. */
  send(message: unknown, wait: Wait): Promise<void> {
    return within(this.frames.send(message), wait)
  }

  /** Throws what `manners` make of a refusal, `Timeout`, `Unavailable` or `InvalidInput`. */
  async receive<S extends z.ZodType>(schema: S, wait: Wait): Promise<z.output<S>> {
    const message = await within(this.frames.receive(z.union([Refuse, schema])), wait)
    if (message === null) throw new CoreError('Unavailable', 'the other device ended the connection')
    const refused = Refuse.safeParse(message)
    if (!refused.success) return message as z.output<S>
    this.#isOver = true
    const reason = this.#manners.refusals.find((known) => known === refused.data.reason)
    throw reason === undefined
      ? new CoreError('InvalidInput', 'the other device refused for a reason that is not known here; update Spacedrive')
      : this.#manners.refused(reason)
  }

  /** Waits until the persons on both sides have compared the number. Throws where either has not, or not in time. */
  async agree(decided: Promise<void>, { ms, signal }: Wait): Promise<void> {
    const here = untilAborted(decided, signal).then(() =>
      this.send({ type: 'confirm' } satisfies Confirm, { ms, signal }),
    )
    const there = this.receive(Confirm, { ms: ms + GRACE_MS, signal })
    await Promise.all([here, there])
  }

  /** Says why nothing follows, and leaves. Never throws: the other side may be gone. */
  async refuse(reason: R, lingerMs: number): Promise<void> {
    await this.leave({ type: 'refuse', reason } satisfies Refuse, lingerMs)
  }

  /** Sends the last message and waits until the other side, which has it then, closes the connection. */
  async leave(last: unknown, lingerMs: number): Promise<void> {
    if (this.#isOver) return this.close()
    const sent = this.frames.send(last).then(() => this.link.closed)
    await settledWithin(lingerMs, [sent])
    this.close()
  }

  close(): void {
    this.frames.abort()
    this.link.close(this.#manners.goodbye)
  }
}

async function ended(link: Link): Promise<never> {
  await link.closed
  throw new CoreError('Unavailable', 'the other device ended the connection')
}

async function within<T>(promise: Promise<T>, { ms, signal }: Wait): Promise<T> {
  const deadline = AbortSignal.timeout(ms)
  // Where it is given up before it was begun, nobody waits for it.
  promise.catch(() => {})
  try {
    return await untilAborted(promise, AbortSignal.any([signal, deadline]))
  } catch (err) {
    signal.throwIfAborted()
    if (deadline.aborted) throw new CoreError('Timeout', 'the other device did not answer in time', { cause: err })
    throw err
  }
}
