import { z } from 'zod'
import { errorCodes } from '../util/errors.ts'
import type { ProcessReply } from './serve-process.ts'

const id = z.int()

const replySchema = z.union([
  z.strictObject({ id, ok: z.literal(true), reply: z.unknown() }),
  z.strictObject({ id, ok: z.literal(false), code: z.enum(errorCodes), message: z.string(), last: z.boolean() }),
  z.strictObject({ id, progress: z.number() }),
  z.strictObject({ ready: z.literal(true) }),
  z.strictObject({ compiled: z.literal(true) }),
])

/**
 * Parses a message of a process. Throws if it is not valid, because a process that was taken over may send anything.
 */
export function parseReply(message: unknown): ProcessReply<unknown> {
  const { data, success } = replySchema.safeParse(message)
  if (!success) throw new Error('it is no reply')
  return data
}
