import { existsSync } from 'node:fs'
import type { ContentId, PendingSidecar, Sidecar, SidecarKind } from '../domain/index.ts'
import type { EntryReader } from '../files/index.ts'
import type { JobManager, ProgressUpdate } from '../jobs/index.ts'
import type { LibraryStore } from '../library/store.ts'
import { CoreError, type ErrorCode } from '../util/errors.ts'
import { parsePath, type RawName } from '../util/file-name.ts'
import { generateSidecars } from './generate-sidecars.ts'
import { type Generator, generators } from './generators/index.ts'
import { makeSidecars } from './make-sidecars.ts'
import { sidecarPath } from './paths.ts'
import { audit, type AuditProblem, reconcile, removeFiles } from './sidecar-audit.ts'
import type { SidecarPools } from './sidecar-pools.ts'
import { type Outcomes, type PendingContent, type Select, SidecarStore, type Usage } from './sidecar-store.ts'

export interface SidecarsDeps {
  readonly store: LibraryStore
  readonly reader: EntryReader
  readonly pools: SidecarPools
  /** The library's folder of sidecars. */
  readonly root: string
  readonly select: Select
  readonly jobs: () => JobManager
  readonly now: () => number
}

interface RunHost {
  readonly signal: AbortSignal
  progress(update: ProgressUpdate): void
  warn(warning: { code: ErrorCode; message: string; path?: string | undefined }): void
}

/** Contents handed out before their rows are written: what a kill makes again at the most. */
const CONTENTS_PER_BATCH = 32
/** A report names this many problems. */
const MAX_LISTED_PROBLEMS = 10_000
const ORPHANS_PER_TURN = 256
/** Files of one content that are tried, where the first is on a volume that is away. */
const MAX_SOURCES = 8

/** Everything derived from the contents of a library, stored once for each content. */
export class Sidecars {
  readonly #deps: SidecarsDeps
  readonly #rows: SidecarStore
  readonly #generating = new Set<number>()

  constructor(deps: SidecarsDeps) {
    this.#deps = deps
    this.#rows = new SidecarStore(deps.store, deps.select, deps.now)
  }

  /** Queues what can be derived from contents that have nothing derived yet. Returns how many files that will be. */
  async queue(signal: AbortSignal): Promise<number> {
    let queued = 0
    for (const generator of generators) queued += await this.#rows.enqueueMissing(generator, signal)
    await this.#startIfPending()
    return queued
  }

  /** What is and will be derived from a content. Throws `NotFound`. */
  async list(contentId: ContentId): Promise<Sidecar[]> {
    const contentRowId = await this.#rows.contentRow(contentId)
    const rows = await this.#rows.list(contentId)
    return rows.map((row) => ({
      ...row,
      state: row.state === 'pending' && this.#generating.has(contentRowId) ? 'generating' : row.state,
      path: row.state === 'ready' ? sidecarPath(this.#deps.root, { contentId, ...row }) : null,
    }))
  }

  /** Makes again what a content has, or one kind or variant of it. Returns how many files that will be. */
  async regenerate(
    contentId: ContentId,
    of: { kind?: SidecarKind | undefined; variant?: string | undefined },
  ): Promise<number> {
    const queued = await this.#rows.requeue({ contentId, ...of })
    await this.#startIfPending()
    return queued
  }

  /** Tries again what has failed. Returns how many files that will be. */
  async retry(of: { contentId?: ContentId | undefined; kind?: SidecarKind | undefined }): Promise<number> {
    const queued = await this.#rows.requeue({ ...of, state: 'failed' })
    await this.#startIfPending()
    return queued
  }

  /** Which variants of a kind are there, for each of some contents. */
  presence(contentIds: readonly ContentId[], kind: SidecarKind): Promise<Map<ContentId, string[]>> {
    return this.#rows.presence(contentIds, kind)
  }

  /** Where one lies; null where it is not there yet, in which case it is queued. Throws `NotFound` and `Unsupported`. */
  async path(contentId: ContentId, kind: SidecarKind, variant: string): Promise<string | null> {
    const rows = await this.list(contentId)
    const row = rows.find((each) => each.kind === kind && each.variant === variant)
    if (row?.path) return row.path
    if (!row) {
      const generator = generatorOf(kind)
      const { format } = generator.outputs[0]!
      if (!generator.variants.includes(variant))
        throw new CoreError('NotFound', `there is no ${kind} ${variant}; there are ${generator.variants.join(', ')}`)
      await this.#rows.ensure(contentId, generator, { variant, format })
    }
    await this.#startIfPending()
    return null
  }

  usage(): Promise<Usage[]> {
    return this.#rows.usage()
  }

  /** What waits, or has failed, or both. */
  async pending(of: { state: 'pending' | 'failed' | null; limit: number }): Promise<PendingSidecar[]> {
    const rows = await this.#rows.unready(of)
    const entries = this.#deps.reader.byIds(rows.flatMap(({ entryRowId }) => entryRowId ?? []))
    return rows.map(({ contentRowId, contentId, entryRowId, kind, variant, state, attempts, error }) => ({
      contentId,
      path: (entryRowId !== null && entries.get(entryRowId)?.path) || null,
      kind,
      variant,
      state: state === 'pending' && this.#generating.has(contentRowId) ? 'generating' : state,
      attempts,
      error,
      nextAttemptAt: null,
    }))
  }

  /** Compares rows and files; changes nothing. */
  async verify(signal: AbortSignal): Promise<{ checked: number; problems: AuditProblem[] }> {
    const problems: AuditProblem[] = []
    let checked = 0
    for await (const found of audit(this.#audited, signal)) {
      if ('checked' in found) checked++
      else if (problems.length < MAX_LISTED_PROBLEMS) problems.push(found)
    }
    return { checked, problems }
  }

  /** Brings rows and files together; see `reconcile`. */
  async reconcile(signal: AbortSignal): Promise<{ adopted: number; setAside: number; requeued: number }> {
    const makes = (kind: SidecarKind) => generators.some((each) => each.kind === kind)
    const counts = await reconcile({ ...this.#audited, makes }, signal)
    await this.#startIfPending()
    return counts
  }

  /** Removes what belongs to contents no file has any more; only counts it where `dryRun` says so. */
  async cleanup({ dryRun }: { dryRun: boolean }, signal: AbortSignal): Promise<{ files: number; bytes: number }> {
    const counts = { files: 0, bytes: 0 }
    for (;;) {
      signal.throwIfAborted()
      const orphans = await this.#rows.orphans(dryRun ? MAX_LISTED_PROBLEMS : ORPHANS_PER_TURN)
      counts.files += orphans.length
      counts.bytes += orphans.reduce((sum, { size }) => sum + size, 0)
      if (dryRun || orphans.length === 0) return counts
      // Files first: a file without a row is found again, a row without its file is not an orphan but a promise.
      await removeFiles(this.#deps.root, orphans)
      await this.#rows.forget(orphans.map(({ id }) => id))
    }
  }

  get #audited() {
    return { rows: this.#rows, root: this.#deps.root, isMaking: () => this.#generating.size > 0 }
  }

  /** The body of the job: see `generateSidecars`. */
  async generatePending({
    signal,
    progress,
    warn,
  }: RunHost): Promise<{ made: number; failed: number; waiting: number }> {
    const counts = { made: 0, failed: 0 }
    const total = await this.#rows.countPending()
    const done = (generator: Generator, outcomes: Outcomes, path: string) => {
      for (const outcome of outcomes.outcomes) {
        if (outcome.state === 'ready') counts.made++
        else counts.failed++
      }
      const failure = outcomes.outcomes.find((outcome) => outcome.state === 'failed')
      if (failure?.state === 'failed')
        warn({ code: failure.code as ErrorCode, message: `no ${generator.kind}: ${failure.message}`, path })
      progress({ done: counts.made + counts.failed, total })
    }
    for (const generator of generators.toSorted((a, b) => b.priority - a.priority)) {
      progress({ phase: generator.kind, done: counts.made + counts.failed, total })
      for (let after = 0; ;) {
        const batch = await this.#rows.pending(generator.kind, after, CONTENTS_PER_BATCH)
        if (batch.length === 0) break
        after = batch.at(-1)!.contentRowId
        await this.#makeBatch(generator, batch, done, signal)
      }
    }
    return { ...counts, waiting: await this.#rows.countPending() }
  }

  async #makeBatch(
    generator: Generator,
    batch: readonly PendingContent[],
    done: (generator: Generator, outcomes: Outcomes, path: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const results: Outcomes[] = []
    const waiting = [...batch]
    const work = async () => {
      for (let content = waiting.shift(); content; content = waiting.shift()) {
        signal.throwIfAborted()
        const source = await this.#source(content)
        // On a volume that is away: it waits until somebody looks again.
        if (!source) continue
        this.#generating.add(content.contentRowId)
        try {
          const outcomes = await makeSidecars(generator, content, source.path, this.#deps, signal)
          results.push(outcomes)
          done(generator, outcomes, source.shown)
        } finally {
          this.#generating.delete(content.contentRowId)
        }
      }
    }
    // One waits in each process's queue, so that no process waits for this thread.
    const parallel = Math.max(...batch.map((content) => this.#deps.pools.parallel(generator.pool(content))))
    const workers = Array.from({ length: parallel + 1 }, work)
    const settled = await Promise.allSettled(workers)
    // What was made before it was stopped is recorded all the same.
    await this.#rows.record(results)
    const failure = settled.find((each) => each.status === 'rejected')
    if (failure) throw failure.reason
  }

  /** A file with the content that can be read now. */
  async #source({ contentRowId }: PendingContent): Promise<{ path: RawName; shown: string } | null> {
    const ids = await this.#rows.entriesOf(contentRowId, MAX_SOURCES)
    for (const entry of this.#deps.reader.byIds(ids).values()) {
      const path = parsePath(entry.pathBase64 ? `base64:${entry.pathBase64}` : entry.path)
      if (entry.online && existsSync(typeof path === 'string' ? path : Buffer.from(path)))
        return { path, shown: entry.path }
    }
    return null
  }

  async #startIfPending(): Promise<void> {
    if ((await this.#rows.countPending()) > 0) await this.#deps.jobs().enqueue(generateSidecars, {})
  }
}

/** The generator of a kind. Throws `Unsupported` where nothing here makes it. */
export function generatorOf(kind: SidecarKind): Generator {
  const found = generators.find((each) => each.kind === kind)
  if (!found) throw new CoreError('Unsupported', `nothing here makes ${kind} sidecars`)
  return found
}
