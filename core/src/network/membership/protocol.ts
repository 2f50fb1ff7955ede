import { z } from 'zod'
import { LibraryId, PeerKey } from '../../domain/index.ts'
import type { Question, Rpc } from '../wire/rpc.ts'
import { MAX_STATEMENTS, Statement } from './statement.ts'

/** Longest name of a library, in UTF-16 units. */
export const MAX_LIBRARY_NAME = 200
const MAX_DESCRIPTION = 2_000

const name = z.string().trim().min(1).max(MAX_LIBRARY_NAME)
const statements = z.array(Statement).max(MAX_STATEMENTS)

/** Exchanges lists of members. Either side asks. Only present and former members learn that a library exists. */
export const membership = {
  name: 'membership',
  version: 1,
  // Enough for all statements of one library: 3,100 of 620 bytes, half of them with 100 marks.
  maxFrameBytes: 5_242_880,
  maxStreams: 8,
  questions: {
    /** Offers a library that the user of the asked device may join. */
    invite: { input: z.object({ library: LibraryId, name }), output: z.object({}) },
    /** The library is not shared with that device any more. */
    withdraw: { input: z.object({ library: LibraryId }), output: z.object({}) },
    /** Makes the asking device a member of a library that it was invited to, given by name or id. */
    join: {
      input: z.object({ library: z.string().min(1).max(MAX_LIBRARY_NAME) }),
      output: z.object({
        id: LibraryId,
        name,
        description: z.string().max(MAX_DESCRIPTION),
        createdAt: z.iso.datetime(),
        root: PeerKey,
        statements,
      }),
    },
    /** The statements of the other device; empty if both lists are equal. */
    pull: {
      input: z.object({ library: LibraryId, digest: z.string().max(64) }),
      output: z.object({ statements }),
    },
    push: { input: z.object({ library: LibraryId, statements }), output: z.object({}) },
  },
} satisfies Rpc<Record<string, Question>>
