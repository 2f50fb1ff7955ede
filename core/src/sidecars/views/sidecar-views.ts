import {
  type ContentId,
  type PendingSidecar,
  type Sidecar,
  type SidecarKind,
  sidecarKindFacts,
  type Thumb,
} from '../../domain/index.ts'
import type { EntryReader } from '../../entries/index.ts'
import type { KnownLocation } from '../../location/index.ts'
import type { LibraryStore, Reading } from '../../store/index.ts'
import { type SidecarKey, sidecarPath } from '../files/paths.ts'
import type { Claims } from '../queue/claims.ts'
import { type UnavailableKind, unavailableKinds, type WantedSidecarsDeps } from '../queue/wanted-sidecars.ts'
import type { References } from '../references/references.ts'
import { contentRow, type Select } from '../rows/row.ts'
import type { UnreadyState, Usage } from '../rows/row-views.ts'
import type { SidecarRows } from '../rows/sidecar-rows.ts'
import type { HeldKind } from '../run/holds.ts'
import type { SidecarRunner } from '../run/sidecar-runner.ts'
import { versionOf } from './kind-states.ts'
import { readText } from './read-text.ts'
import type { ReadText, ReadTextInput, TextWindowInput } from './text-parts.ts'
import { type SidecarSummary, summariseSidecars } from './sidecar-summary.ts'
import { readTextWindow } from './text-window.ts'
import { readThumbs } from './thumb-views.ts'

/** Runs a function in a thread; if the signal aborts before its turn, the function is not called. */
export type ReadInThread = <I, O>(url: URL, reading: Reading<I, O>, input: I, signal: AbortSignal) => Promise<O>

export interface SidecarViewsDeps {
  readonly store: LibraryStore
  readonly reader: EntryReader
  readonly references: References
  readonly rows: SidecarRows
  readonly claims: Claims
  readonly runner: SidecarRunner
  readonly wanted: WantedSidecarsDeps
  /** The library's folder of sidecars. */
  readonly root: string
  readonly select: Select
  readonly read: ReadInThread
}

/**
 * A sidecar with two versions: that of its own file, and that of all variants of its kind together, as in `Thumb`. A
 * version changes when the files change.
 */
export interface FoundSidecar extends Sidecar {
  readonly versions: readonly string[]
}

/** Reads sidecars for display. Changes nothing. */
export class SidecarViews {
  readonly #deps: SidecarViewsDeps

  constructor(deps: SidecarViewsDeps) {
    this.#deps = deps
  }

  /** All sidecars of a content, made or queued. Throws `NotFound`. */
  async list(contentId: ContentId): Promise<Sidecar[]> {
    const { claims, references, root, rows, store } = this.#deps
    const contentRowId = await contentRow(store, contentId)
    const found = await rows.views.list(contentId)
    const paths = found.some(({ source }) => source === 'reference') ? await references.pathsOf(contentId) : null
    const pathOf = (row: (typeof found)[number]): string | null => {
      if (row.state !== 'ready' && !isReadable(row)) return null
      if (row.source === 'managed') return sidecarPath(root, { contentId, ...row })
      return paths?.get(`${row.kind} ${row.variant}.${row.format}`) ?? null
    }
    return found.map((row) => ({
      ...row,
      state: row.state === 'pending' && claims.has(row.kind, contentRowId) ? 'generating' : row.state,
      path: pathOf(row),
    }))
  }

  /** Finds a sidecar by its key; null if it has no row. Throws `NotFound` if the content is unknown. */
  async find({ contentId, format, kind, variant }: SidecarKey): Promise<FoundSidecar | null> {
    const rows = (await this.list(contentId)).filter((row) => row.kind === kind)
    const found = rows.find((row) => row.variant === variant && row.format === format)
    if (!found) return null
    const ready = rows.filter(({ state }) => state === 'ready')
    const versions = ready.includes(found) ? [versionOf([found].map(toMark)), versionOf(ready.map(toMark))] : []
    return { ...found, versions }
  }

  /** The text of a content; see the operation. */
  async text(contentId: ContentId, of: ReadTextInput, signal: AbortSignal): Promise<ReadText> {
    const url = new URL('text-window.ts', import.meta.url)
    const read = (input: TextWindowInput) => this.#deps.read(url, readTextWindow, input, signal)
    return readText(await this.list(contentId), of, read)
  }

  /** The ready variants of a kind, for each content. */
  presence(contentIds: readonly ContentId[], kind: SidecarKind): Promise<Map<ContentId, string[]>> {
    return this.#deps.rows.views.presence(contentIds, kind)
  }

  usage(): Promise<Usage[]> {
    return this.#deps.rows.views.usage()
  }

  /** The thumbnails and their states; unknown contents are left out. */
  thumbs(contentIds: readonly ContentId[]): Map<ContentId, Thumb> {
    const { claims, store } = this.#deps
    return readThumbs(store.connection, contentIds, (contentRowId) => claims.has('thumb', contentRowId))
  }

  /** The sidecars that are not ready: pending, failed or skipped ones, or all of them. */
  async pending(of: { state: UnreadyState | null; limit: number }): Promise<PendingSidecar[]> {
    const { claims, reader, runner } = this.#deps
    const rows = await this.#deps.rows.views.unready(of)
    const held = new Map((await runner.holds()).map(({ code, kind, reason }) => [kind, { code, message: reason }]))
    const entries = reader.byIds(rows.flatMap(({ entryRowId }) => entryRowId ?? []))
    return rows.map(({ contentRowId, contentId, entryRowId, kind, variant, state, attempts, error }) => ({
      contentId,
      path: (entryRowId !== null && entries.get(entryRowId)?.path) || null,
      kind,
      variant,
      state: state === 'pending' && claims.has(kind, contentRowId) ? 'generating' : state,
      attempts,
      error: error ?? held.get(kind) ?? null,
      nextAttemptAt: null,
    }))
  }

  /** Counts the sidecars of a location's contents, and those made since a moment. */
  async summary(
    location: KnownLocation,
    since: number,
  ): Promise<SidecarSummary & { held: HeldKind[]; off: UnavailableKind[] }> {
    const { runner, wanted } = this.#deps
    const summary = await summariseSidecars({ location, except: [] }, since, this.#deps)
    const held = (await runner.holds()).filter(({ kind }) => (summary.byKind[kind]?.pending ?? 0) > 0)
    return { ...summary, held, off: await unavailableKinds(wanted, location) }
  }
}

/**
 * Whether a pending text already has a file: with the pages read so far, or with the old text that will be replaced.
 */
function isReadable({ checksum, kind, source, state }: Omit<Sidecar, 'path'>): boolean {
  return state === 'pending' && checksum !== null && source === 'managed' && sidecarKindFacts[kind].search === 'text'
}

function toMark({ checksum, recipe }: Sidecar): { recipe: number; checksum: Uint8Array | null } {
  return { recipe, checksum: checksum === null ? null : Buffer.from(checksum, 'hex') }
}
