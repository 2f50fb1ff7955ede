import { isAbsolute } from 'node:path'
import type { Entry, LocationState, SearchInput, SearchItem, SearchReason, SearchResult } from '../domain/index.ts'
import type { SearchedFolder } from '../files/index.ts'
import type { ChangeFeed } from '../store/index.ts'
import { didYouMean } from '../util/did-you-mean.ts'
import { CoreError } from '../util/errors.ts'
import { displayName, parsePath, type RawName } from '../util/file-name.ts'
import { ThreadPool } from '../workers/thread-pool.ts'
import { makeCursor } from './cursor.ts'
import { matchReasons, someReasons } from './match-ranges.ts'
import type { LocatedPlan, SearchAnswer } from './messages.ts'
import { searchEntries } from './search-entries.ts'
import { planSearch, type SearchPlan } from './search-plan.ts'
import type { SearchWorkerData } from './search-worker.ts'
import { pathAbove } from './term-rows.ts'
import type { Meaning } from './vectors/meanings.ts'

/** If no search has run for this long, the search thread ends, and its memory is freed. */
const IDLE_MS = 60_000

/** Limit on waiting searches. If there are more, a client does not read its answers. */
const MAX_WAITING = 256

/** How long closing waits for the running search. */
const CLOSE_MS = 5_000

/** A found entry, before the reasons are added. */
export type FoundEntry = Omit<SearchItem, 'why'>

/** The part of the location map that a search uses. */
export interface SearchedLocations {
  all(): readonly {
    readonly directoryId: number
    readonly name: string
    readonly path: RawName
    readonly state: LocationState
  }[]
  /** By id, name or path of the location itself. */
  find(reference: RawName): readonly { readonly directoryId: number }[]
}

export interface NameSearchDeps {
  /** The library's database file. */
  readonly file: string
  readonly changes: Pick<ChangeFeed, 'subscribe'>
  /** The library's sidecar folder; snippets of texts are read from there. */
  readonly sidecars: string
  readonly now: () => number
  readonly locations: () => SearchedLocations
  /** Entries by row id; entries that are gone are omitted. */
  readonly toEntries: (ids: number[]) => Promise<Map<number, FoundEntry>>
  /** The folder at an absolute path; null if there is none. Without this function, only locations can be searched. */
  readonly folder?: (path: RawName, signal: AbortSignal | undefined) => Promise<SearchedFolder | null>
  /**
   * The meaning of a query, from the configured model; throws `Unavailable` without a model. Without this function,
   * only words are searched.
   */
  readonly meaningOf?: (query: string, signal: AbortSignal | undefined) => Promise<Meaning>
  /** Adds thumbnails to entries. Without this function, entries have none. */
  readonly addThumbs?: (entries: readonly Entry[]) => void
  /** How long the search thread lives without a search; a minute by default. */
  readonly idleMs?: number
}

/** Finds entries of one library by their names, by their texts and by meaning. */
export class NameSearch implements AsyncDisposable {
  readonly #deps: NameSearchDeps
  readonly #thread: ThreadPool<LocatedPlan, SearchAnswer>
  readonly #subscription: Disposable

  constructor(deps: NameSearchDeps) {
    this.#deps = deps
    this.#thread = new ThreadPool({
      entry: new URL('./search-worker.ts', import.meta.url),
      name: 'search',
      data: { file: deps.file, sidecars: deps.sidecars } satisfies SearchWorkerData,
      threads: 1,
      perThread: 1,
      idleMs: deps.idleMs ?? IDLE_MS,
      maxWaiting: MAX_WAITING,
      closeMs: CLOSE_MS,
      closedMessage: 'the library is closed',
    })
    // Without a thread nothing is sent; the next thread reads the database.
    this.#subscription = deps.changes.subscribe(({ entries, touchesEntries }) => {
      if (touchesEntries) this.#thread.tell(entries)
    })
  }

  /** Whether the search thread is running. */
  get isRunning(): boolean {
    return this.#thread.size > 0
  }

  /**
   * Returns one page of matches; with `thumbs`, each with its thumbnails. Throws `InvalidInput` for a filter or cursor
   * that cannot be read, `NotFound` for an unknown location, `Cancelled` if the signal is aborted. A search by meaning
   * also throws `Unavailable` if no model is configured, and `Offline` if the model does not answer.
   */
  async search(input: SearchInput, signal?: AbortSignal, { thumbs = false } = {}): Promise<SearchResult> {
    const started = performance.now()
    const plan = planSearch(input, this.#deps.now())
    const scope = await this.#locate(plan, signal)
    if ('entries' in scope) return this.#searchDisk(scope.entries, plan, input, started)
    const meaning = input.semantic ? await this.#meaningOf(plan, input.query, signal) : null
    const answer = await this.#thread.run({ plan, ...scope, meaning }, { signal })
    const entries = await this.#deps.toEntries([...answer.ids])
    const items = answer.ids.flatMap((id) => found(entries.get(id), plan, answer.texts.get(id)))
    if (thumbs) this.#deps.addThumbs?.(items)
    return {
      query: input.query,
      total: answer.total,
      // If an entry was removed or renamed after its name was read, it was counted but is not shown.
      totalIsExact: answer.isWhole && items.length === answer.ids.length,
      tookMs: since(started),
      items,
      cursor: answer.end && makeCursor(plan.fingerprint, plan.now, answer.end),
      ...(answer.suggestions.length > 0 && { suggestions: [...answer.suggestions] }),
      ...(answer.unsearched.length > 0 && { unsearched: [...answer.unsearched] }),
      ...(plan.inTexts && unreadOf(answer, this.#deps.locations())),
      ...(answer.weaker > 0 && { weaker: answer.weaker }),
      ...(answer.notices.length > 0 && { notices: [...answer.notices] }),
      ...specialOf(plan),
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#subscription[Symbol.dispose]()
    return this.#thread[Symbol.asyncDispose]()
  }

  #searchDisk(entries: readonly Entry[], plan: SearchPlan, input: SearchInput, started: number): SearchResult {
    if (plan.taken)
      throw new CoreError(
        'Unavailable',
        'this folder is not indexed, so nobody knows when its photos were taken; add it with `spacedrive location add <folder>`',
      )
    const { items, total, cursor, suggestions } = searchEntries(entries, input, this.#deps.now())
    return {
      query: input.query,
      total,
      totalIsExact: true,
      tookMs: since(started),
      items: items.map(({ entry, why }) => ({ ...entry, location: null, online: true, why })),
      cursor,
      ...(suggestions.length > 0 && { suggestions }),
      ...(input.semantic && { notices: ['this folder is not indexed: only names were searched'] }),
      ...specialOf(plan),
    }
  }

  async #meaningOf(plan: SearchPlan, query: string, signal: AbortSignal | undefined): Promise<Meaning> {
    if (plan.meant === '') throw new CoreError('InvalidInput', 'a search by meaning needs words')
    if (!this.#deps.meaningOf) throw new CoreError('Unavailable', 'search by meaning is not available in this library')
    return this.#deps.meaningOf(plan.groups.length > 0 ? plan.meant : query, signal)
  }

  /** Finds the folders that limit a search. */
  async #locate(
    plan: SearchPlan,
    signal: AbortSignal | undefined,
  ): Promise<Omit<LocatedPlan, 'plan'> | { entries: readonly Entry[] }> {
    const locations = this.#deps.locations()
    const inside: number[] = []
    for (const reference of plan.locations) {
      const known = locations.find(parsePath(reference))
      const folders = known.length > 0 ? known : [await this.#folderAt(reference, signal)]
      for (const folder of folders) {
        if ('directoryId' in folder) inside.push(folder.directoryId)
        else if (plan.locations.length === 1) return folder
        else throw new CoreError('InvalidInput', `${reference} is not indexed; search it without other locations`)
      }
    }
    const all = locations.all()
    return {
      locationRoots: all.map(({ directoryId }) => directoryId),
      above: new Map(all.map(({ directoryId, path }) => [directoryId, pathAbove(displayName(path))])),
      inside: plan.locations.length > 0 ? inside : null,
    }
  }

  async #folderAt(reference: string, signal: AbortSignal | undefined): Promise<SearchedFolder> {
    const path = parsePath(reference)
    const isPath = isAbsolute(displayName(path))
    const folder = isPath ? await this.#deps.folder?.(path, signal) : null
    if (folder) return folder
    const what = isPath ? 'folder' : 'location'
    const names = this.#deps
      .locations()
      .all()
      .map(({ name }) => name)
    throw new CoreError(
      'NotFound',
      `unknown ${what} ${JSON.stringify(reference)}; ${didYouMean(reference, names, 'spacedrive location list')}`,
    )
  }
}

/** Says which parts of the query are more than a word, if there are any. */
function specialOf({ groups }: SearchPlan): Pick<SearchResult, 'special'> {
  if (groups.length === 0) return {}
  return {
    special: groups.map(({ terms, text }) => ({
      // The terms of a single pattern with braces are patterns, too.
      kind: terms.length > 1 && text.includes(' OR ') ? 'or' : terms[0]!.kind === 'glob' ? 'glob' : 'path',
      text,
    })),
  }
}

function unreadOf({ unread }: SearchAnswer, locations: SearchedLocations): Pick<SearchResult, 'unread'> {
  const scanning = locations.all().some(({ state }) => state === 'scanning' || state === 'pending')
  return unread > 0 || scanning ? { unread: { files: unread, scanning } } : {}
}

function since(started: number): number {
  return Math.round((performance.now() - started) * 1_000) / 1_000
}

function found(
  entry: FoundEntry | undefined,
  plan: SearchPlan,
  texts: readonly SearchReason[] | undefined,
): SearchItem[] {
  const why = entry && matchReasons(entry.name, plan.words, plan.groups)
  if (!entry || (!why && !texts)) return []
  // If the text matched, the name may contain only some of the words; these are reasons too. A match by meaning has no
  // matching words.
  const some = texts?.some(({ field }) => field === 'text') ? someReasons(entry.name, plan.words) : []
  return [{ ...entry, why: [...(why ?? some), ...(texts ?? [])] }]
}
