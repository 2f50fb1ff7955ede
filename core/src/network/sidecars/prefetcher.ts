import type { ContentId, LibraryId, SidecarKind } from '../../domain/index.ts'
import { type FetchHost, type FetchReport, RECORD_BYTES, SIZE_AT, type SidecarKey } from '../../sidecars/index.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { uuidToBlob } from '../../util/uuid.ts'
import { type Clock, sleep } from '../clock.ts'
import { idsOf } from './peer-availability.ts'
import { findRecord } from './records.ts'
import type { SidecarLibrary } from './shared-library.ts'

/** What is fetched before anybody asks for it. */
export interface PrefetchSettings {
  /** Kinds that are fetched as soon as another device has them, joined by `+`. */
  readonly eager: string
  /** Kinds that are only fetched where somebody asks for them. */
  readonly never: string
  /** Kinds this device makes itself rather than fetches. */
  readonly makeHere: string
  /** Batches at once. */
  readonly concurrent: number
  /** 0: any number. */
  readonly maxBytesPerSecond: number
}

/** How often what keeps it is looked at anew, in milliseconds. */
const LOOK_AGAIN_MS = 2_000
/** Contents of one transfer: a second or so of it, after which it can be paused. */
const BATCH = 250
/** Batches that wait; the oldest give way, and come again with the next digest. */
const MAX_WAITING = 4_000

/** Something a device has more of. */
export interface News {
  readonly library: SidecarLibrary
  readonly of: Omit<SidecarKey, 'contentId'>
  /** Sorted. */
  readonly records: Buffer
}

/** Of that what is lacking here. */
interface Batch {
  readonly library: SidecarLibrary
  readonly of: News['of']
  readonly contentIds: readonly ContentId[]
  readonly bytes: number
}

export interface PrefetcherDeps {
  readonly settings: () => PrefetchSettings
  readonly clock: Clock
  readonly log: Logger
  /** Whether a library is open still. */
  readonly isOpen: (library: SidecarLibrary) => boolean
}

/** Fetches what is wanted anyway, by a job of each library: not on a battery, not on a metered line, not above what may be stored. */
export class Prefetcher implements AsyncDisposable {
  readonly #deps: PrefetcherDeps
  readonly #waiting = new Map<LibraryId, Batch[]>()
  /** Libraries whose job has ended because something keeps it: it begins again when that has passed. */
  readonly #held = new Map<SidecarLibrary, Disposable>()
  readonly #working = new Set<Promise<void>>()
  readonly #ending = new AbortController()

  constructor(deps: PrefetcherDeps) {
    this.#deps = deps
  }

  /** More to be fetched; the job of the library begins, where it does not run. */
  add(news: News): void {
    const { library, of, records } = news
    const { eager, never } = this.#deps.settings()
    if (!names(eager, of.kind) || names(never, of.kind) || library.readOnly) return
    this.#keep(this.#sort(library, of, records), 'sidecars of others were not looked through')
  }

  async #sort(library: SidecarLibrary, of: News['of'], records: Buffer): Promise<void> {
    const waiting = this.#waitingOf(library.id)
    for (let at = 0; at < records.length; at += BATCH * RECORD_BYTES) {
      if (this.#ending.signal.aborted || !this.#deps.isOpen(library)) return
      const some = records.subarray(at, at + BATCH * RECORD_BYTES)
      const contentIds = library.sidecars.lacking(of, idsOf(some))
      if (contentIds.length > 0) {
        waiting.push({ library, of, contentIds, bytes: bytesOf(some, contentIds) })
        waiting.splice(0, Math.max(0, waiting.length - MAX_WAITING))
        if (waiting.length === 1) this.#begin(library)
      }
      // A library may have many thousands.
      await new Promise(setImmediate)
    }
    if (waiting.length > 0) this.#begin(library)
  }

  /** Nobody wants it any more: the job was cancelled. */
  forget(library: LibraryId): void {
    this.#waiting.delete(library)
  }

  /** The body of the job: fetches what waits, and what comes meanwhile, until nothing is left or something keeps it. */
  async run(library: LibraryId, host: FetchHost): Promise<FetchReport> {
    const signal = AbortSignal.any([host.signal, this.#ending.signal])
    const waiting = this.#waitingOf(library)
    const run: Run = { counts: { fetched: 0, missing: 0 }, running: 0, held: null, host, signal }
    /** One for each kind: variants of a content are made, and fetched, by one at a time. */
    const busy = new Set<SidecarKind>()
    const work = async () => {
      while (run.held === null && !signal.aborted) {
        const next = waiting.findIndex(({ of }) => !busy.has(of.kind))
        if (next === -1) return
        const [batch] = waiting.splice(next, 1) as [Batch]
        const { of } = batch
        busy.add(of.kind)
        try {
          const held = await this.#fetch(batch, run)
          if (held === null) continue
          run.held = held
          waiting.unshift(batch)
          this.#lookAgain(batch.library)
        } catch (err) {
          // Whether it goes on, or is not wanted any more, is known to who has stopped it.
          if (signal.aborted) waiting.unshift(batch)
          else this.#deps.log.info({ kind: of.kind, err: errorMessage(err) }, 'sidecars were not fetched ahead')
        } finally {
          busy.delete(of.kind)
        }
      }
    }
    await Promise.all(Array.from({ length: this.#deps.settings().concurrent }, work))
    signal.throwIfAborted()
    return { ...run.counts, held: run.held }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort(new CoreError('Cancelled', 'the engine closes'))
    this.#waiting.clear()
    for (const timer of this.#held.values()) timer[Symbol.dispose]()
    await Promise.allSettled(this.#working)
  }

  #waitingOf(library: LibraryId): Batch[] {
    const waiting = this.#waiting.get(library) ?? []
    this.#waiting.set(library, waiting)
    return waiting
  }

  #begin(library: SidecarLibrary): void {
    if (this.#ending.signal.aborted || this.#held.has(library)) return
    this.#keep(library.sidecars.startFetching(), 'fetching sidecars ahead did not begin')
  }

  /** Waits for some work at the end; what goes wrong is written to the log. */
  #keep(work: Promise<void>, failed: string): void {
    const kept = work
      .catch((err: unknown) => {
        if (!this.#ending.signal.aborted) this.#deps.log.info({ err: errorMessage(err) }, failed)
      })
      .finally(() => this.#working.delete(kept))
    this.#working.add(kept)
  }

  #lookAgain(library: SidecarLibrary): void {
    const { clock, isOpen } = this.#deps
    const look = () => {
      this.#held.delete(library)
      if (isOpen(library) && this.#waitingOf(library.id).length > 0) this.#lookOnce(library)
    }
    this.#held.set(library, clock.after(LOOK_AGAIN_MS, look))
  }

  #lookOnce(library: SidecarLibrary): void {
    library.sidecars
      .fetchHold()
      .then((hold) => (hold ? this.#lookAgain(library) : this.#begin(library)))
      // The library closes.
      .catch(() => {})
  }

  /** Returns why it was left; null where it was fetched, as far as it came. */
  async #fetch({ bytes, contentIds, library, of }: Batch, run: Run): Promise<string | null> {
    const { clock, isOpen, settings } = this.#deps
    const { counts, signal } = run
    for (let hold = await library.sidecars.fetchHold(); hold; hold = await library.sidecars.fetchHold()) {
      if (!hold.isBrief) return hold.reason
      await sleep(clock, LOOK_AGAIN_MS, signal)
    }
    if (!isOpen(library)) return null
    run.running += contentIds.length
    try {
      this.#tell(library.id, run)
      const came = await library.sidecars.prefetch(of, contentIds, signal)
      counts.fetched += came
      counts.missing += contentIds.length - came
    } finally {
      run.running -= contentIds.length
    }
    this.#tell(library.id, run)
    const { maxBytesPerSecond } = settings()
    if (maxBytesPerSecond > 0) await sleep(clock, (bytes / maxBytesPerSecond) * 1_000, signal)
    return null
  }

  #tell(library: LibraryId, { counts: { fetched, missing }, host, running }: Run): void {
    const waiting = this.#waitingOf(library).reduce((sum, { contentIds }) => sum + contentIds.length, 0)
    const done = fetched + missing
    host.progress({ phase: 'fetch', done, total: done + running + waiting })
  }
}

/** One run of the job. */
interface Run {
  readonly counts: { fetched: number; missing: number }
  /** Contents that are being fetched. */
  running: number
  /** Why it ends before all has come. */
  held: string | null
  readonly host: FetchHost
  readonly signal: AbortSignal
}

function bytesOf(records: Buffer, contentIds: readonly ContentId[]): number {
  return contentIds.reduce((sum, id) => {
    const record = findRecord(records, Buffer.from(uuidToBlob(id)))
    return sum + (record?.readUInt32BE(SIZE_AT) ?? 0)
  }, 0)
}

/** Whether a list of kinds has one. */
export function names(list: string, kind: SidecarKind): boolean {
  return list.split('+').includes(kind)
}
