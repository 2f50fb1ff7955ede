import { z } from 'zod'
import { CoreError, errorCodes } from '../../util/errors.ts'
import type { ByteStream } from '../transport/transport.ts'
import { FrameStream } from '../wire/frame-stream.ts'
import { MAX_OPENING_BYTES } from './limits.ts'

const MAX_NAME = 64
const MAX_SENTENCE = 500

/** The first message of a stream: what it is for. */
export const Opening = z.object({ protocol: z.string().max(MAX_NAME), version: z.int().min(0) })
export type Opening = z.infer<typeof Opening>

/** The first message back. */
export const OpeningAnswer = z.union([
  z.object({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), code: z.enum(errorCodes), message: z.string().max(MAX_SENTENCE) }),
])
export type OpeningAnswer = z.infer<typeof OpeningAnswer>

/**
 * Messages of an opening, before the limits of a protocol hold. A reader of it takes no byte beyond the first message:
 * none that is valid is shorter than the four bytes that are asked for at the least.
 */
export function openingFrames(stream: ByteStream): FrameStream {
  return new FrameStream(stream, { maxFrameBytes: MAX_OPENING_BYTES })
}

/** Throws what the other side, `name`, has refused the stream with. */
export async function takeAnswer(stream: ByteStream, name: string): Promise<void> {
  const answer = await openingFrames(stream).receive(OpeningAnswer)
  if (answer === null) throw new CoreError('Unavailable', `${name} ended the stream before it began`)
  if (!answer.ok) throw new CoreError(answer.code, `${name}: ${answer.message}`)
}
