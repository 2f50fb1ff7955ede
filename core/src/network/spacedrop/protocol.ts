import { z } from 'zod'
import type { Question, Rpc } from '../wire/rpc.ts'

/** How long an offer waits for an answer, in milliseconds. */
export const OFFER_MS = 600_000
/** Maximum number of names sent with an offer, and the longest one, in UTF-16 units. */
export const MAX_NAMES = 20
export const MAX_NAME = 255
/** Longest name of a sender. */
export const MAX_SENDER = 100
/** The limit of a transfer; see `MAX_ITEMS` there. */
export const MAX_ITEMS = 1_000_000

const id = z.uuid()
const reason = z.string().max(1_000).nullable()

/** Maximum number of files that did not arrive and are listed by name. */
export const MAX_FAILURES = 50
/** Longest path below the offered item, in UTF-16 units; longer paths are cut. */
const MAX_FAILED_PATH = 300
const cut = (length: number) => z.string().transform((text) => text.slice(0, length))
/** A file of an offer that did not arrive: its path below the offered item, and the reason. */
const FailedFile = z.object({ path: cut(MAX_FAILED_PATH), code: cut(32), message: cut(300) })
export type FailedFile = z.infer<typeof FailedFile>

const questions = {
  /** The sending side offers files. The answer only says that a person will be asked, or that the offer is accepted. */
  offer: {
    input: z.object({
      id,
      sender: z.string().max(MAX_SENDER).nullable(),
      items: z.int().min(0).max(MAX_ITEMS),
      bytes: z.int().min(0),
      names: z.array(z.string().max(MAX_NAME)).min(1).max(MAX_NAMES),
      /** Relative to the sending of the message, so that the clocks need not agree. */
      expiresInMs: z.int().min(1).max(OFFER_MS),
    }),
    output: z.object({ state: z.enum(['waiting', 'accepted']) }),
  },
  /** The receiving side reports the outcome. */
  answer: {
    input: z.object({
      id,
      state: z.enum(['accepted', 'declined', 'completed', 'failed', 'cancelled']),
      reason,
      /** Older versions omit it. */
      failures: z.array(FailedFile).max(MAX_FAILURES).default([]),
    }),
    output: z.object({}),
  },
  /** The sending side withdraws the offer. */
  withdraw: { input: z.object({ id }), output: z.object({}) },
} as const satisfies Record<string, Question>

/**
 * Messages about an offer, before its files are sent. After accepting, the receiving side fetches the files with the
 * transfer protocol. Specified in docs/protocols/spacedrop.md.
 */
export const spacedropRpc: Rpc<typeof questions> = {
  name: 'spacedrop',
  version: 1,
  maxFrameBytes: 65_536,
  maxStreams: 8,
  questions,
}
