import { CoreError } from '@spacedrive/core/errors'
import type { Event, EventType } from '@spacedrive/core/events'
import { MAX_WATCHED, NOTICE_INTERVAL_MS } from './limits.ts'
import type { McpCall, OfferedResources } from './offer.ts'

/** The events that change resources or are logged. */
export const noticedEvents = [
  'library.opened',
  'library.closed',
  'library.updated',
  'library.failed',
  'location.added',
  'location.updated',
  'location.state-changed',
  'location.removed',
  'entries.changed',
  'entry.moved',
  'tree.changed',
  'sidecars.changed',
  'watcher.degraded',
  'job.started',
  'job.ended',
  'job.warned',
] as const satisfies readonly EventType[]

/** Calls the listener for every event of `noticedEvents`, and with null if events were lost. */
export type WatchEvents = (listener: (event: Event | null) => void) => Disposable

/** The receiver of notices: one client, or all that listen. */
export interface NoticeTarget {
  updated(uri: string): void
  listChanged(): void
  /** Called for each event at once, to log it. */
  happened?(event: Event): void
}

interface Watched {
  /** Null until it is known that there is such a resource. */
  changedBy: ((event: Event) => boolean) | null
  /** Number of watchers. */
  count: number
  /** Number of clients that are about to become watchers. */
  waiting: number
}

interface Joining {
  readonly call: McpCall
  readonly most: number
  /** The number of watchers with the new one. */
  readonly join: (count: number) => number
}

/** Tells clients which of the resources that they watch have changed. */
export class ResourceNotices implements Disposable {
  readonly #resources: OfferedResources
  readonly #events: Disposable
  readonly #watched = new Map<string, Watched>()
  readonly #updated = new Set<string>()
  #isListChanged = false
  #target: NoticeTarget | null = null
  #timer: NodeJS.Timeout | null = null

  constructor({ resources, watch }: { resources: OfferedResources; watch: WatchEvents }) {
    this.#resources = resources
    this.#events = watch((event) => this.#note(event))
  }

  sendTo(target: NoticeTarget): void {
    this.#target = target
  }

  /** Throws if there is no such resource, and `Unavailable` if too many are watched. */
  watch(uri: string, call: McpCall, most = MAX_WATCHED): Promise<void> {
    return this.#join(uri, { call, most, join: (count) => count + 1 })
  }

  /** Like `watch`, but watching it again changes nothing: one `unwatch` ends it. */
  watchOnce(uri: string, call: McpCall): Promise<void> {
    return this.#join(uri, { call, most: MAX_WATCHED, join: () => 1 })
  }

  unwatch(uri: string): void {
    const watched = this.#watched.get(uri)
    if (!watched || watched.count === 0) return
    watched.count--
    this.#dropUnused(uri, watched)
  }

  async #join(uri: string, { call, join, most }: Joining): Promise<void> {
    let watched = this.#watched.get(uri)
    if (!watched) {
      if (this.#watched.size >= most)
        throw new CoreError('Unavailable', `${most} resources are watched already; unsubscribe from one of them`)
      watched = { changedBy: null, count: 0, waiting: 0 }
      // Its place is taken before the answer, as others may ask meanwhile.
      this.#watched.set(uri, watched)
    }
    watched.waiting++
    try {
      watched.changedBy ??= await this.#resources.changedBy(uri, call)
      watched.count = join(watched.count)
    } finally {
      watched.waiting--
      this.#dropUnused(uri, watched)
    }
  }

  #dropUnused(uri: string, watched: Watched): void {
    if (watched.count > 0 || watched.waiting > 0 || this.#watched.get(uri) !== watched) return
    this.#watched.delete(uri)
    this.#updated.delete(uri)
  }

  [Symbol.dispose](): void {
    this.#events[Symbol.dispose]()
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#watched.clear()
    this.#target = null
  }

  #note(event: Event | null): void {
    if (event) this.#target?.happened?.(event)
    for (const [uri, { changedBy }] of this.#watched) if (event === null || changedBy?.(event)) this.#updated.add(uri)
    this.#isListChanged ||= event === null || this.#resources.isListChangedBy(event)
    if (this.#updated.size > 0 || this.#isListChanged)
      this.#timer ??= setTimeout(() => this.#flush(), NOTICE_INTERVAL_MS)
  }

  #flush(): void {
    this.#timer = null
    for (const uri of this.#updated) this.#target?.updated(uri)
    if (this.#isListChanged) this.#target?.listChanged()
    this.#updated.clear()
    this.#isListChanged = false
  }
}
