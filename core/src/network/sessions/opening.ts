import { z } from 'zod'
import { CoreError, errorCodes } from '../../util/errors.ts'
import type { ByteStream } from '../transport/transport.ts'
import { FrameStream } from '../wire/frame-stream.ts'
import { MAX_OPENING_BYTES } from './limits.ts'

const MAX_NAME = 64
const MAX_SENTENCE = 500

/** The first message of a stream. It names the protocol. */
export const Opening = z.object({ protocol: z.string().max(MAX_NAME), version: z.int().min(0) })
export type Opening = z.infer<typeof Opening>

/** The first message in reply. */
export const OpeningAnswer = z.union([
  z.object({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), code: z.enum(errorCodes), message: z.string().max(MAX_SENTENCE) }),
])
export type OpeningAnswer = z.infer<typeof OpeningAnswer>

/**
 * Frames for the opening, before the limits of a protocol apply. Receiving reads the four bytes of the length, then
 * exactly that many bytes, so that the following bytes stay in the stream.
 */
export function openingFrames(stream: ByteStream): FrameStream {
  return new FrameStream(stream, { maxFrameBytes: MAX_OPENING_BYTES })
}

/** Receives the answer to an opening. Throws the refusal of the other device, whose name is `name`. */
export async function takeAnswer(stream: ByteStream, name: string): Promise<void> {
  const answer = await openingFrames(stream).receive(OpeningAnswer)
  if (answer === null) throw new CoreError('Unavailable', `${name} closed the stream before it opened`)
  if (!answer.ok) throw new CoreError(answer.code, `${name}: ${answer.message}`)
}
