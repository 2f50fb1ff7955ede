import type { SearchInput, SearchItem, SearchReason, SearchResult } from '../domain/index.ts'
import { CoreError } from '../util/errors.ts'
import { parsePath, type RawName } from '../util/file-name.ts'
import type { Logger } from '../util/logger.ts'
import { makeCursor } from './cursor.ts'
import { matchRanges } from './match-ranges.ts'
import type { EntryChanges, LocatedPlan } from './messages.ts'
import { planSearch, type SearchPlan } from './search-plan.ts'
import { IDLE_MS, WorkerClient } from './worker-client.ts'

/** An entry as it is found, before it is said why. */
export type FoundEntry = Omit<SearchItem, 'why'>

/** The part of the location map that a search asks. */
export interface SearchedLocations {
  all(): readonly { readonly directoryId: number }[]
  /** By id, name or path. */
  find(reference: RawName): readonly { readonly directoryId: number }[]
}

export interface NameSearchDeps {
  /** The library's database file. */
  readonly file: string
  readonly log: Logger
  readonly now: () => number
  readonly locations: () => SearchedLocations
  /** Entries by row id; those that are gone are left out. */
  readonly toEntries: (ids: number[]) => Promise<Map<number, FoundEntry>>
  /** How long the search thread lives without a search; a minute by default. */
  readonly idleMs?: number
}

/** Finds entries of one library by their names. */
export class NameSearch implements AsyncDisposable {
  readonly #deps: NameSearchDeps
  readonly #worker: WorkerClient

  constructor(deps: NameSearchDeps) {
    this.#deps = deps
    this.#worker = new WorkerClient({ file: deps.file, log: deps.log, idleMs: deps.idleMs ?? IDLE_MS })
  }

  /** Whether the search thread lives. */
  get isRunning(): boolean {
    return this.#worker.isRunning
  }

  /**
   * One page of what matches. Throws `InvalidInput` for a filter or cursor that cannot be read, `NotFound` for a location
   * that is not there, `Cancelled` when the signal is aborted.
   */
  async search(input: SearchInput, signal?: AbortSignal): Promise<SearchResult> {
    const started = performance.now()
    const plan = planSearch(input, this.#deps.now())
    const answer = await this.#worker.ask(this.#locate(plan), signal)
    const entries = await this.#deps.toEntries([...answer.ids])
    const items = answer.ids.flatMap((id) => found(entries.get(id), plan))
    return {
      query: input.query,
      total: answer.total,
      // An entry that was removed or renamed since the names were read is not shown, and was counted.
      totalIsExact: items.length === answer.ids.length,
      tookMs: Math.round((performance.now() - started) * 1_000) / 1_000,
      items,
      cursor: answer.end && makeCursor(plan.fingerprint, plan.now, answer.end),
      ...(answer.suggestions.length > 0 && { suggestions: [...answer.suggestions] }),
    }
  }

  /** To be called after every commit that changed entries, so that the next search knows of it. Safe to repeat. */
  applyChanges(changes: EntryChanges): void {
    this.#worker.tell({ upserted: changes.upserted, removed: changes.removed })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#worker[Symbol.asyncDispose]()
  }

  #locate(plan: SearchPlan): LocatedPlan {
    const locations = this.#deps.locations()
    const inside = plan.locations.flatMap((reference) => {
      const matches = locations.find(parsePath(reference))
      if (matches.length === 0)
        throw new CoreError(
          'NotFound',
          `no location ${JSON.stringify(reference)}; \`spacedrive location list\` shows them`,
        )
      return matches.map(({ directoryId }) => directoryId)
    })
    return {
      plan,
      locationRoots: locations.all().map(({ directoryId }) => directoryId),
      inside: plan.locations.length > 0 ? inside : null,
    }
  }
}

function found(entry: FoundEntry | undefined, plan: SearchPlan): SearchItem[] {
  const why = entry && reasons(entry.name, plan.words)
  return why ? [{ ...entry, why }] : []
}

/** Why a name was found; null where it does not match. */
export function reasons(name: string, words: readonly string[]): SearchReason[] | null {
  if (words.length === 0) return []
  const ranges = matchRanges(name, words)
  return ranges && [{ field: 'name', ranges }]
}
