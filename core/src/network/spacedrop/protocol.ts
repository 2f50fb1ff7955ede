import { z } from 'zod'
import type { Question, Rpc } from '../wire/rpc.ts'

/** How long an offer waits for an answer, in milliseconds. */
export const OFFER_MS = 600_000
/** Names that are told with an offer, and the longest, in UTF-16 units. */
export const MAX_NAMES = 20
export const MAX_NAME = 255
/** Longest name of whoever sends. */
export const MAX_SENDER = 100
/** What a transfer may hold; see `MAX_ITEMS` there. */
const MAX_ITEMS = 1_000_000

const id = z.uuid()
const reason = z.string().max(1_000).nullable()

const questions = {
  /** The sending side: will you have these? The answer only says that somebody will be asked, or that it is accepted. */
  offer: {
    input: z.object({
      id,
      sender: z.string().max(MAX_SENDER).nullable(),
      items: z.int().min(0).max(MAX_ITEMS),
      bytes: z.int().min(0),
      names: z.array(z.string().max(MAX_NAME)).min(1).max(MAX_NAMES),
      /** From now, so that the clocks need not agree. */
      expiresInMs: z.int().min(1).max(OFFER_MS),
    }),
    output: z.object({ state: z.enum(['waiting', 'accepted']) }),
  },
  /** The receiving side: what came of it. */
  answer: {
    input: z.object({ id, state: z.enum(['accepted', 'declined', 'completed', 'failed', 'cancelled']), reason }),
    output: z.object({}),
  },
  /** The sending side has thought better of it. */
  withdraw: { input: z.object({ id }), output: z.object({}) },
} as const satisfies Record<string, Question>

/**
 * What goes before the files of an offer: they come by the transfer protocol, asked for by the receiving side. Specified
 * in docs/protocols/spacedrop.md.
 */
export const spacedropRpc: Rpc<typeof questions> = {
  name: 'spacedrop',
  version: 1,
  maxFrameBytes: 65_536,
  maxStreams: 8,
  questions,
}
