import { type ErrorCode, errorCodes } from '../util/errors.ts'
import type { EventData, EventType } from '../events/catalog.ts'
import type { JobItems, JobManager, ProgressUpdate } from '../jobs/index.ts'
import type { LibraryStore } from '../store/index.ts'
import type { KnownLocation, LocationRecords } from '../location/index.ts'
import type { Logger } from '../util/logger.ts'
import type { VolumeManager } from '../volume/index.ts'
import type { IndexThread } from './index-thread.ts'
import type { WaitingFiles } from './waiting-files.ts'

/**
 * A feature that derives data from contents. It is called at the end of every index run, to queue work for new
 * contents.
 */
export interface IntelligencePort {
  /**
   * Called before contents are identified, to prepare for the work that will be queued for them. Must return at once.
   */
  prepare?(): void
  /** Queues the sidecars that can be derived from the contents of a location; returns the number of work items. */
  queue(location: KnownLocation, signal: AbortSignal): Promise<number>
}

export interface IndexingDeps {
  readonly store: LibraryStore
  readonly jobs: JobManager
  readonly locations: LocationRecords
  readonly volumes: VolumeManager
  readonly intelligence: readonly IntelligencePort[]
  readonly emit: <T extends EventType>(type: T, data: EventData<T>) => void
  readonly now: () => number
  readonly log: Logger
  /** Number of walking threads, and of hashing threads. */
  readonly walkers: number
  readonly hashers: number
  /** How long to wait for a mount that may hang; one minute if omitted. */
  readonly answerMs?: number | undefined
}

/** The dependencies of the indexer, and its own parts. */
export interface IndexingParts extends IndexingDeps {
  readonly worker: IndexThread
  readonly waiting: WaitingFiles
}

/** The part of a job that its work uses: cancellation, progress and warnings. */
export interface RunHost {
  readonly signal: AbortSignal
  progress(update: ProgressUpdate): void
  warn(warning: { code: ErrorCode; message: string; path?: string | undefined }): void
  /** If omitted, no items are noted. */
  readonly items?: JobItems | undefined
}

export function toErrorCode(code: string | undefined): ErrorCode {
  return (errorCodes as readonly string[]).includes(code ?? '') ? (code as ErrorCode) : 'Unavailable'
}
