import type { ContentId, LibraryId, SidecarKind } from '../../domain/index.ts'
import { type FetchHost, type FetchReport, RECORD_BYTES, SIZE_AT, type SidecarKey } from '../../sidecars/index.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { uuidToBlob } from '../../util/uuid.ts'
import { type Clock, sleep } from '../clock.ts'
import { idsOf } from './peer-availability.ts'
import { findRecord } from './records.ts'
import type { SidecarLibrary } from './shared-library.ts'
import { type Batch, WaitingBatches } from './waiting-batches.ts'

/** The settings for sidecars that are fetched in advance. */
export interface PrefetchSettings {
  /** Kinds that are fetched as soon as another device has them, joined by `+`. */
  readonly eager: string
  /** Kinds that are fetched only on request, joined by `+`. */
  readonly never: string
  /** Kinds that this device makes instead of fetching them, joined by `+`. */
  readonly makeHere: string
  /** Maximum number of batches at once. */
  readonly concurrent: number
  /** Limit on received bytes per second; 0 means no limit. */
  readonly maxBytesPerSecond: number
}

/** How often to check whether a brief hold is over, in milliseconds. */
const LOOK_AGAIN_MS = 2_000
/**
 * How often to check whether a longer hold, such as a battery, is over, in milliseconds. A user who plugs in the cable
 * or frees space expects the fetch to continue about this soon.
 */
const HELD_LOOK_AGAIN_MS = 15_000
/** Number of contents in one transfer. It takes about a second, after which the fetch can be paused. */
const BATCH = 250

/** New sidecars that a device has reported. */
export interface News {
  readonly library: SidecarLibrary
  readonly of: Omit<SidecarKey, 'contentId'>
  /** Sorted by content id. */
  readonly records: Buffer
}

export interface PrefetcherDeps {
  readonly settings: (library: LibraryId) => PrefetchSettings
  readonly clock: Clock
  readonly log: Logger
  /** Whether a library is still open. */
  readonly isOpen: (library: SidecarLibrary) => boolean
}

/**
 * Fetches sidecars in advance, by one job for each library: not on a battery, not on a metered line, and not above the
 * quota.
 */
export class Prefetcher implements AsyncDisposable {
  readonly #deps: PrefetcherDeps
  readonly #waiting = new Map<LibraryId, WaitingBatches>()
  /** Libraries whose job has ended because of a hold, each with the timer for its next check. */
  readonly #held = new Map<SidecarLibrary, Disposable>()
  readonly #working = new Set<Promise<void>>()
  readonly #ending = new AbortController()

  constructor(deps: PrefetcherDeps) {
    this.#deps = deps
  }

  /** Queues new sidecars, and starts the job of the library if it is not running. */
  add(news: News): void {
    const { library, of, records } = news
    const { eager, never } = this.#deps.settings(library.id)
    if (!names(eager, of.kind) || names(never, of.kind) || library.readOnly) return
    this.#keep(this.#sort(library, of, records), 'sidecars of others were not looked through')
  }

  async #sort(library: SidecarLibrary, of: News['of'], records: Buffer): Promise<void> {
    const waiting = this.#waitingOf(library.id)
    for (let at = 0; at < records.length; at += BATCH * RECORD_BYTES) {
      if (this.#ending.signal.aborted || !this.#deps.isOpen(library)) return
      const some = records.subarray(at, at + BATCH * RECORD_BYTES)
      const lacking = library.sidecars.exchange.lacking(of, idsOf(some)).filter((id) => !waiting.has(of, id))
      if (lacking.length > 0) {
        waiting.add({ library, of, sizes: new Map(lacking.map((id) => [id, sizeOf(some, id)])) })
        if (waiting.length === 1) this.#begin(library)
      }
      // Let other work run in between, because a library may have many thousands.
      await new Promise(setImmediate)
    }
    if (waiting.length > 0) this.#begin(library)
  }

  /** Starts the job again if sidecars were queued while it ended. */
  goOn(library: SidecarLibrary): void {
    if (this.#waitingOf(library.id).length > 0) this.#begin(library)
  }

  /** Drops the queue of a library, because its job was cancelled or its members are gone. */
  forget(library: LibraryId): void {
    this.#waiting.delete(library)
  }

  /**
   * The body of the job: fetches queued sidecars, also those that are added during the run, until none is left or a
   * hold ends it.
   */
  async run(library: LibraryId, host: FetchHost): Promise<FetchReport> {
    const signal = AbortSignal.any([host.signal, this.#ending.signal])
    const waiting = this.#waitingOf(library)
    const run: Run = { counts: { fetched: 0, missing: 0 }, running: 0, held: null, host, signal }
    /**
     * Kinds in progress. Each kind has one worker at a time, so that no two workers handle variants of the same
     * content.
     */
    const busy = new Set<SidecarKind>()
    let freed = Promise.withResolvers<void>()
    const work = async () => {
      while (run.held === null && !signal.aborted) {
        const batch = waiting.take(busy)
        if (!batch) {
          if (busy.size === 0) return
          await freed.promise
          continue
        }
        const { kind } = batch.of
        busy.add(kind)
        try {
          const held = await this.#fetch(batch, run)
          if (held === null) waiting.done(batch)
          else {
            run.held = held
            waiting.putBack(batch)
            this.#lookAgain(batch.library, HELD_LOOK_AGAIN_MS)
          }
        } catch (err) {
          // Keep the batch. The code that aborted the job decides whether the job continues.
          if (signal.aborted) waiting.putBack(batch)
          else {
            waiting.done(batch)
            this.#deps.log.info({ kind, err: errorMessage(err) }, 'sidecars were not fetched ahead')
          }
        } finally {
          busy.delete(kind)
          freed.resolve()
          freed = Promise.withResolvers()
        }
      }
    }
    await Promise.all(Array.from({ length: this.#deps.settings(library).concurrent }, work))
    signal.throwIfAborted()
    return { ...run.counts, held: run.held }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort(new CoreError('Cancelled', 'the engine closes'))
    this.#waiting.clear()
    for (const timer of this.#held.values()) timer[Symbol.dispose]()
    await Promise.allSettled(this.#working)
  }

  #waitingOf(library: LibraryId): WaitingBatches {
    const waiting = this.#waiting.get(library) ?? new WaitingBatches()
    this.#waiting.set(library, waiting)
    return waiting
  }

  #begin(library: SidecarLibrary): void {
    if (this.#ending.signal.aborted || this.#held.has(library)) return
    this.#keep(library.sidecars.exchange.startFetching(), 'fetching sidecars ahead did not begin')
  }

  /** Makes the disposal wait for some work, and logs the errors of that work. */
  #keep(work: Promise<void>, failed: string): void {
    const kept = work
      .catch((err: unknown) => {
        if (!this.#ending.signal.aborted) this.#deps.log.info({ err: errorMessage(err) }, failed)
      })
      .finally(() => this.#working.delete(kept))
    this.#working.add(kept)
  }

  #lookAgain(library: SidecarLibrary, ms: number): void {
    if (this.#ending.signal.aborted || this.#held.has(library)) return
    const { clock, isOpen } = this.#deps
    const look = () => {
      this.#held.delete(library)
      if (isOpen(library) && this.#waitingOf(library.id).length > 0) this.#lookOnce(library)
    }
    this.#held.set(library, clock.after(ms, look))
  }

  #lookOnce(library: SidecarLibrary): void {
    library.sidecars.exchange
      .fetchHold()
      .then((hold) =>
        hold ? this.#lookAgain(library, hold.isBrief ? LOOK_AGAIN_MS : HELD_LOOK_AGAIN_MS) : this.#begin(library),
      )
      // The library is being closed.
      .catch(() => {})
  }

  /**
   * Fetches a batch. Returns the reason if the fetch was held back; null if it was tried, even if not all of it
   * arrived.
   */
  async #fetch({ library, of, sizes }: Batch, run: Run): Promise<string | null> {
    const { clock, isOpen, settings } = this.#deps
    const { counts, signal } = run
    for (
      let hold = await library.sidecars.exchange.fetchHold();
      hold;
      hold = await library.sidecars.exchange.fetchHold()
    ) {
      if (!hold.isBrief) return hold.reason
      await sleep(clock, LOOK_AGAIN_MS, signal)
    }
    if (!isOpen(library)) return null
    // In the meantime, another device may have sent some of the sidecars, or the files may have been deleted.
    const ids = Buffer.concat([...sizes.keys()].map(uuidToBlob))
    const contentIds = library.sidecars.exchange.lacking(of, ids)
    if (contentIds.length === 0) {
      this.#tell(library.id, run)
      return null
    }
    run.running += contentIds.length
    try {
      this.#tell(library.id, run)
      const came = await library.sidecars.exchange.prefetch(of, contentIds, signal)
      counts.fetched += came
      counts.missing += contentIds.length - came
    } finally {
      run.running -= contentIds.length
    }
    this.#tell(library.id, run)
    const { maxBytesPerSecond } = settings(library.id)
    const bytes = contentIds.reduce((sum, id) => sum + sizes.get(id)!, 0)
    if (maxBytesPerSecond > 0) await sleep(clock, (bytes / maxBytesPerSecond) * 1_000, signal)
    return null
  }

  #tell(library: LibraryId, { counts: { fetched, missing }, host, running }: Run): void {
    const waiting = this.#waitingOf(library).contents
    const done = fetched + missing
    host.progress({ phase: 'fetch', done, total: done + running + waiting })
  }
}

/** One run of the job. */
interface Run {
  readonly counts: { fetched: number; missing: number }
  /** Number of contents that are being fetched. */
  running: number
  /** The reason why the run must end early; null if it need not. */
  held: string | null
  readonly host: FetchHost
  readonly signal: AbortSignal
}

function sizeOf(records: Buffer, contentId: ContentId): number {
  return findRecord(records, Buffer.from(uuidToBlob(contentId)))?.readUInt32BE(SIZE_AT) ?? 0
}

/** Whether a list of kinds contains a kind. */
export function names(list: string, kind: SidecarKind): boolean {
  return list.split('+').includes(kind)
}
