import { hexToUuid } from '../../util/uuid.ts'
import type { ContentId, SidecarKind, SidecarState } from '../../domain/index.ts'
import type { EventData } from '../../events/index.ts'
import type { ReadDatabase } from '../../db/sqlite.ts'

/** Limit on events per second, for all kinds and states together. */
const EVENTS_PER_SECOND = 10
/** Limit on contents in one event: more than a window shows. */
const MAX_NAMED = 200

interface Heard {
  readonly kind: SidecarKind
  readonly state: SidecarState
  readonly contentIds: Set<ContentId>
  more: boolean
}

/**
 * Sends events about changed sidecars. Each event reports many changes, because thousands of sidecars can be made in a
 * minute.
 */
export class SidecarNews implements Disposable {
  readonly #emit: (data: EventData<'sidecars.changed'>) => void
  readonly #heard = new Map<string, Heard>()
  #next: NodeJS.Timeout | undefined
  /** The earliest time of the next event, in terms of `performance.now()`. */
  #notBefore = 0

  constructor(emit: (data: EventData<'sidecars.changed'>) => void) {
    this.#emit = emit
  }

  /**
   * Reports the new state of one kind for some contents. If `contentIds` is null, there are too many contents to name.
   */
  tell(kind: SidecarKind, state: SidecarState, contentIds: Iterable<ContentId> | null): void {
    const key = `${kind} ${state}`
    const heard = this.#heard.get(key) ?? { kind, state, contentIds: new Set(), more: false }
    this.#heard.set(key, heard)
    if (contentIds === null) heard.more = true
    const others = [...this.#heard.values()].filter((each) => each.kind === kind && each !== heard)
    for (const contentId of contentIds ?? []) {
      for (const other of others) other.contentIds.delete(contentId)
      if (heard.contentIds.size < MAX_NAMED) heard.contentIds.add(contentId)
      else heard.more ||= !heard.contentIds.has(contentId)
    }
    this.#next ??= setTimeout(() => this.#send(), Math.max(0, this.#notBefore - performance.now()))
    this.#next.unref()
  }

  #send(): void {
    this.#next = undefined
    const heard = [...this.#heard.values()].filter(({ contentIds, more }) => more || contentIds.size > 0)
    this.#heard.clear()
    this.#notBefore = performance.now() + (heard.length * 1_000) / EVENTS_PER_SECOND
    for (const { contentIds, ...about } of heard) this.#emit({ ...about, contentIds: [...contentIds] })
  }

  /** Sends the changes that have not been sent. */
  [Symbol.dispose](): void {
    clearTimeout(this.#next)
    if (this.#heard.size > 0) this.#send()
  }
}

/** The content ids of content rows. */
export function contentIdsOf(db: ReadDatabase, contentRowIds: readonly number[]): ContentId[] {
  const rows = db
    .prepare('select lower(hex(uuid)) as uuid from content_identities where id in (select value from json_each(?))')
    .all(JSON.stringify(contentRowIds))
  return rows.map(({ uuid }) => hexToUuid(String(uuid)) as ContentId)
}
