import { z } from 'zod'
import { JobId } from './ids.ts'
import { Timestamp } from './time.ts'

export const jobStatuses = ['queued', 'running', 'paused', 'completed', 'failed', 'cancelled'] as const
export const JobStatus = z.enum(jobStatuses)
export type JobStatus = z.infer<typeof JobStatus>

/**
 * The progress of a job. `total` is null while it is still being counted. The rate and the remaining time are null
 * while they are unknown.
 */
export const JobProgress = z.object({
  phase: z.string(),
  done: z.number(),
  total: z.number().nullable(),
  bytes: z.number(),
  /** Items per second. */
  rate: z.number().nullable(),
  etaMs: z.number().nullable(),
})
export type JobProgress = z.infer<typeof JobProgress>

/** One thing that a job could not do and skipped. */
export const JobWarning = z.object({
  code: z.string(),
  message: z.string(),
  path: z.string().nullable(),
  /** The phase in which the warning was given; empty if the job has no phases. */
  phase: z.string(),
  at: Timestamp,
})
export type JobWarning = z.infer<typeof JobWarning>

export const Job = z.object({
  id: JobId,
  name: z.string(),
  /** Id of the object on which the job works, such as a location; null if there is none. */
  subject: z.string().nullable(),
  status: JobStatus,
  priority: z.number(),
  parentId: JobId.nullable(),
  progress: JobProgress,
  attempts: z.number(),
  createdAt: Timestamp,
  startedAt: Timestamp.nullable(),
  endedAt: Timestamp.nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  /**
   * Set if the job waits for a problem to end, such as a full disk: `waiting: no space left for …`. It then continues
   * by itself.
   */
  waiting: z.string().optional(),
  /** Number of warnings; `jobs.info` lists them. A completed job with warnings is "completed with failures". */
  warnings: z.number(),
})
export type Job = z.infer<typeof Job>

export const JobDetails = Job.extend({
  input: z.unknown(),
  output: z.unknown(),
  warningList: z.array(JobWarning),
  /** The last lines of the job's own log. */
  log: z.array(z.string()),
})
export type JobDetails = z.infer<typeof JobDetails>

/** A job type in the result of `jobs.types`. Schemas are JSON Schema. */
export const JobType = z.object({
  name: z.string(),
  summary: z.string(),
  resumable: z.boolean(),
  inputSchema: z.unknown(),
})
export type JobType = z.infer<typeof JobType>
