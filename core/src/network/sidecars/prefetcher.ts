import type { SidecarKind } from '../../domain/index.ts'
import { ID_BYTES, RECORD_BYTES, SIZE_AT, type SidecarKey } from '../../sidecars/index.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { uuidToBlob } from '../../util/uuid.ts'
import { type Clock, sleep } from '../clock.ts'
import { idsOf } from './peer-availability.ts'
import { MAX_BATCH } from './protocol.ts'
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
/** Lists of what devices have that wait; the oldest give way, and come again with the next digest. */
const MAX_WAITING = 1_000

/** Something a device has more of. */
export interface News {
  readonly library: SidecarLibrary
  readonly of: Omit<SidecarKey, 'contentId'>
  /** Sorted. */
  readonly records: Buffer
}

export interface PrefetcherDeps {
  readonly settings: () => PrefetchSettings
  readonly clock: Clock
  readonly log: Logger
  /** Whether a library is open still. */
  readonly isOpen: (library: SidecarLibrary) => boolean
}

/** Fetches what is wanted anyway while nobody waits for anything: not on a battery, not above what may be stored. */
export class Prefetcher implements AsyncDisposable {
  readonly #deps: PrefetcherDeps
  readonly #waiting: News[] = []
  /** One for each kind of a library: variants of a content are made, and fetched, by one at a time. */
  readonly #running = new Map<string, Promise<void>>()
  readonly #ending = new AbortController()

  constructor(deps: PrefetcherDeps) {
    this.#deps = deps
  }

  add(news: News): void {
    const { eager, never } = this.#deps.settings()
    if (!names(eager, news.of.kind) || names(never, news.of.kind) || news.library.readOnly) return
    for (let at = 0; at < news.records.length; at += MAX_BATCH * RECORD_BYTES)
      this.#waiting.push({ ...news, records: news.records.subarray(at, at + MAX_BATCH * RECORD_BYTES) })
    this.#waiting.splice(0, Math.max(0, this.#waiting.length - MAX_WAITING))
    this.#goOn()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort(new CoreError('Cancelled', 'the engine closes'))
    this.#waiting.length = 0
    await Promise.allSettled(this.#running.values())
  }

  #goOn(): void {
    while (this.#running.size < this.#deps.settings().concurrent) {
      const next = this.#waiting.findIndex((news) => !this.#running.has(placeOf(news)))
      if (next === -1) return
      const [news] = this.#waiting.splice(next, 1)
      const place = placeOf(news!)
      const run = this.#fetch(news!)
        .catch((err: unknown) => {
          if (!this.#ending.signal.aborted)
            this.#deps.log.info({ kind: news!.of.kind, err: errorMessage(err) }, 'sidecars were not fetched ahead')
        })
        .finally(() => {
          this.#running.delete(place)
          this.#goOn()
        })
      this.#running.set(place, run)
    }
  }

  async #fetch({ library, of, records }: News): Promise<void> {
    const { clock, isOpen, settings } = this.#deps
    const { signal } = this.#ending
    const ids = idsOf(records)
    if (!isOpen(library) || library.sidecars.lacking(of, ids).length === 0) return
    while ((await library.sidecars.fetchHold()) !== null) {
      await sleep(clock, LOOK_AGAIN_MS, signal)
      if (!isOpen(library)) return
    }
    const lacking = library.sidecars.lacking(of, ids)
    if (lacking.length === 0) return
    await library.sidecars.prefetch(of, lacking, signal)
    const { maxBytesPerSecond } = settings()
    if (maxBytesPerSecond === 0) return
    const bytes = lacking.reduce((sum, id) => {
      const record = findRecord(records, Buffer.from(uuidToBlob(id)).subarray(0, ID_BYTES))
      return sum + (record?.readUInt32BE(SIZE_AT) ?? 0)
    }, 0)
    await sleep(clock, (bytes / maxBytesPerSecond) * 1_000, signal)
  }
}

function placeOf({ library, of }: News): string {
  return `${library.id} ${of.kind}`
}

/** Whether a list of kinds has one. */
export function names(list: string, kind: SidecarKind): boolean {
  return list.split('+').includes(kind)
}
