import { z } from 'zod'
import { Job, JobStatus, LibraryId } from '../../domain/index.ts'
import type { Protocol } from '../wire/protocol.ts'
import type { Question, Rpc } from '../wire/rpc.ts'

/** Longest payload of a ping, in bytes. */
export const MAX_PING_BYTES = 1_024
/** Longest payload of a message, in bytes. */
export const MAX_DATA_BYTES = 65_536
/** Maximum number of libraries, and of jobs, of one answer. */
export const MAX_LIBRARIES = 1_000
export const MAX_JOBS = 1_000

const MAX_CONTENT_TYPE = 128
/** A user waits for the result. */
const PING_DEADLINE_MS = 5_000

function bytes(max: number) {
  return z.instanceof(Uint8Array).refine(({ length }) => length <= max, `more than ${max} bytes`)
}

/** Questions with short answers, between paired devices. */
export const messages = {
  name: 'messages',
  version: 1,
  // A message, plus room for the names around it.
  maxFrameBytes: MAX_DATA_BYTES + 2_048,
  maxStreams: 32,
  questions: {
    /** The answer has the same payload. */
    ping: {
      input: z.object({ payload: bytes(MAX_PING_BYTES) }),
      output: z.object({ payload: bytes(MAX_PING_BYTES), clock: z.number() }),
      deadlineMs: PING_DEADLINE_MS,
    },
    /** A message for the listener of its content type. The answer is the receipt. */
    data: {
      input: z.object({
        id: z.uuid(),
        contentType: z.string().min(1).max(MAX_CONTENT_TYPE),
        payload: bytes(MAX_DATA_BYTES),
      }),
      output: z.object({ id: z.uuid() }),
    },
    /** The open libraries that the asking device is a member of. */
    libraries: {
      input: z.object({}),
      output: z.array(z.object({ id: LibraryId, name: z.string().max(1_000) })).max(MAX_LIBRARIES),
    },
  },
} satisfies Rpc<Record<string, Question>>

/**
 * The jobs of another device. The asking device sees a library's jobs if it is a member, or if it may browse all its
 * locations.
 */
export const jobActivity = {
  name: 'jobs',
  version: 1,
  // A page of jobs, each with its progress.
  maxFrameBytes: 2_097_152,
  maxStreams: 8,
  questions: {
    list: {
      input: z.object({
        library: LibraryId.nullable(),
        status: JobStatus.nullable(),
        limit: z.int().min(1).max(MAX_JOBS),
      }),
      output: z.array(Job).max(MAX_JOBS),
    },
  },
} satisfies Rpc<Record<string, Question>>

/** Changes of jobs on another device, sent as they happen, until either side ends the stream. */
export const jobEvents = { name: 'job-events', version: 1, maxFrameBytes: 65_536, maxStreams: 2 } satisfies Protocol

/** The only message of the asking side. */
export const JobEventsAsked = z.object({ library: LibraryId.nullable() })
/** The current state of a job. */
export const JobEvent = z.object({ libraryId: LibraryId, job: Job })
export type JobEvent = z.infer<typeof JobEvent>
