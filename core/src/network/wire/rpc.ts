import { randomInt } from 'node:crypto'
import { z } from 'zod'
import { CoreError, errorCodes, errorMessage } from '../../util/errors.ts'
import { Deadline } from './deadline.ts'
import type { FrameStream } from './frame-stream.ts'
import type { Peer, Peers, Protocol, ProtocolHandler } from './protocol.ts'
import { toldError } from './told-error.ts'

/** The schemas of one question and its answer. */
export interface Question<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly input: I
  readonly output: O
  /** How long an answer may take, in milliseconds; `DEFAULT_DEADLINE_MS` if omitted. */
  readonly deadlineMs?: number
}

/** A protocol of questions with one answer each. Each question has a separate stream. */
export interface Rpc<Q extends Record<string, Question>> extends Protocol {
  readonly questions: Q
}

export type Answers<Q extends Record<string, Question>> = {
  readonly [V in keyof Q]: (
    input: z.output<Q[V]['input']>,
    peer: Peer,
    signal: AbortSignal,
  ) => Promise<z.input<Q[V]['output']>>
}

const DEFAULT_DEADLINE_MS = 30_000
/** How long a stream may be open before its question has arrived, in milliseconds. */
const ASK_TIMEOUT_MS = 10_000
/** Longest accepted error message of a peer. */
const MAX_MESSAGE = 1_000

/** Limit for the random ids of questions. An id identifies a question in logs, and its answer. */
const MAX_ID = 2 ** 47

const Asked = z.object({ id: z.int().min(0), verb: z.string().max(64), input: z.unknown() })
// The first matching schema is used. If the answer is `undefined`, `output` is missing.
const Answered = z.union([
  z.object({ id: z.int(), error: z.object({ code: z.enum(errorCodes), message: z.string().max(MAX_MESSAGE) }) }),
  z.object({ id: z.int(), error: z.undefined().optional(), output: z.unknown() }),
])

/**
 * Asks a peer. Throws the error that the peer answers, `Timeout` after the deadline of the question, `Unavailable` if
 * the connection is lost, and `InvalidInput` if the answer is not valid.
 */
export async function ask<Q extends Record<string, Question>, V extends keyof Q & string>(
  peer: Peer,
  { rpc, verb, input }: { rpc: Rpc<Q>; verb: V; input: z.input<Q[V]['input']> },
  signal: AbortSignal,
): Promise<z.output<Q[V]['output']>> {
  const question: Question = rpc.questions[verb]!
  using deadline = new Deadline(signal, {
    ms: question.deadlineMs ?? DEFAULT_DEADLINE_MS,
    reason: () => new CoreError('Timeout', `${peer.name} did not answer in time (${rpc.name} ${verb})`),
  })
  let stream: FrameStream | null = null
  deadline.signal.addEventListener('abort', () => stream?.abort(), { once: true })
  try {
    stream = await peer.open(rpc, deadline.signal)
    deadline.signal.throwIfAborted()
    const id = randomInt(MAX_ID)
    await sendQuestion(stream, { id, verb, input })
    const answer = await stream.receive(Answered)
    if (!answer || answer.id !== id)
      throw new CoreError('Unavailable', `${peer.name} ended the connection without an answer`)
    if (answer.error) throw new CoreError(answer.error.code, `${peer.name}: ${answer.error.message}`)
    return question.output.parse(answer.output) as z.output<Q[V]['output']>
  } catch (err) {
    // If the deadline or the caller has aborted the stream, throw that reason.
    deadline.signal.throwIfAborted()
    if (err instanceof z.ZodError)
      throw new CoreError('InvalidInput', `${peer.name} sent an invalid answer`, { cause: err })
    throw err
  } finally {
    stream?.abort()
  }
}

/** Ignores `Unavailable`: if the other side refuses the stream, the next `receive` throws its reason. */
async function sendQuestion(stream: FrameStream, question: object): Promise<void> {
  try {
    await stream.send(question)
    await stream.finish()
  } catch (err) {
    if (!(err instanceof CoreError) || err.code !== 'Unavailable') throw err
  }
}

/**
 * Answers the questions of a protocol. Errors are sent to the peer through `toldError`, so that it learns no paths of
 * this device.
 */
export function answering<Q extends Record<string, Question>>(rpc: Rpc<Q>, answers: Answers<Q>): ProtocolHandler {
  return {
    protocol: rpc,
    async serve(stream: FrameStream, peer: Peer, signal: AbortSignal) {
      const asked = await receiveQuestion(stream)
      if (!asked) return
      const { id, verb } = asked
      const question = Object.hasOwn(rpc.questions, verb) ? rpc.questions[verb] : undefined
      using deadline = new Deadline(signal, {
        ms: question?.deadlineMs ?? DEFAULT_DEADLINE_MS,
        reason: () => new CoreError('Timeout', `${rpc.name} ${verb} took too long`),
      })
      try {
        const answer = answers[verb]
        if (!question || !answer) throw new CoreError('Unsupported', `unknown request ${rpc.name} ${verb}`)
        const input = question.input.safeParse(asked.input)
        if (!input.success) throw new CoreError('InvalidInput', `${rpc.name} ${verb}: ${z.prettifyError(input.error)}`)
        const output = await answer(input.data as never, peer, deadline.signal)
        await stream.send({ id, output })
      } catch (err) {
        if (signal.aborted) return
        const told = toldError(err, asked.input)
        await stream.send({ id, error: { code: told.code, message: told.message.slice(0, MAX_MESSAGE) } })
        if (told.code === 'Internal')
          throw new CoreError('Internal', `${rpc.name} ${verb}: ${errorMessage(err)}`, { cause: err })
      }
      await stream.finish()
    },
  }
}

/** Receives the question of a stream. If it does not arrive in time, the stream is aborted. */
async function receiveQuestion(stream: FrameStream): Promise<z.output<typeof Asked> | null> {
  const timer = setTimeout(() => stream.abort(), ASK_TIMEOUT_MS)
  timer.unref()
  try {
    return await stream.receive(Asked)
  } finally {
    clearTimeout(timer)
  }
}

/** Connects to a device if necessary, and asks it. */
export async function askDevice<Q extends Record<string, Question>, V extends keyof Q & string>(
  peers: Peers,
  { device, ...question }: { device: Peer['id']; rpc: Rpc<Q>; verb: V; input: z.input<Q[V]['input']> },
  signal: AbortSignal,
): Promise<z.output<Q[V]['output']>> {
  return ask(await peers.reach(device, signal), question, signal)
}
