import type { ContentId, PendingSidecar, Sidecar, SidecarKind, SidecarPolicy } from '../domain/index.ts'
import type { EntryReader } from '../files/index.ts'
import type { JobManager } from '../jobs/index.ts'
import type { LibraryStore } from '../library/store.ts'
import type { KnownLocation, LocationMap } from '../location/index.ts'
import { CoreError } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { generateSidecars } from './generate-sidecars.ts'
import type { Generator } from './generators/index.ts'
import { sweepDrafts } from './drafts.ts'
import { type MakePendingHost, PendingRun } from './make-pending.ts'
import { type SidecarKey, sidecarPath } from './paths.ts'
import { formatSidecarAddress, isPattern, parseSidecarAddress, SIDECAR_SCHEME, type SidecarAddress } from './address.ts'
import { type SidecarSummary, summariseSidecars } from './sidecar-summary.ts'
import { changePolicy, type DevicePolicy, outputsOf, wantedOutputs } from './policy.ts'
import { audit, type AuditProblem, reconcile, removeFiles } from './sidecar-audit.ts'
import type { SidecarPools } from './sidecar-pools.ts'
import { SidecarWatch } from './sidecar-watch.ts'
import { contentRow, type ReadyRow, type Select } from './rows/row.ts'
import type { Usage } from './rows/row-views.ts'
import { openRows, type SidecarRows } from './rows/sidecar-rows.ts'

export interface SidecarsDeps {
  readonly store: LibraryStore
  readonly reader: EntryReader
  readonly pools: SidecarPools
  /** All there are, as they are configured now. */
  readonly generators: () => readonly Generator[]
  /** The library's folder of sidecars. */
  readonly root: string
  readonly select: Select
  /** Makes what ready sidecars say searchable; `check` also looks for what the index of texts has lost. */
  readonly indexTexts: (check: boolean, signal: AbortSignal) => Promise<void>
  readonly jobs: () => JobManager
  readonly locations: () => LocationMap
  readonly policy: () => DevicePolicy
  readonly now: () => number
  readonly log: Logger
}

/** A report names this many problems. */
const MAX_LISTED_PROBLEMS = 10_000
const ORPHANS_PER_TURN = 256

/** What becomes of one that is not there yet. */
export type ResolveMode = 'local' | 'now' | 'later'

export interface AddressedSidecar extends Sidecar {
  readonly contentId: ContentId
  readonly address: string
}

/** Everything derived from the contents of a library, stored once for each content. */
export class Sidecars implements Disposable {
  readonly #deps: SidecarsDeps
  readonly #rows: SidecarRows
  readonly #generating = new Set<number>()
  readonly #watch: SidecarWatch
  readonly #closing = new AbortController()
  /** The last of the runs over new texts, which take turns. */
  #texts: Promise<void> = Promise.resolve()

  constructor(deps: SidecarsDeps) {
    this.#deps = deps
    this.#rows = openRows(deps)
    const { root, log } = deps
    this.#watch = new SidecarWatch({ root, log, changed: (contentId) => this.#reconcileOne(contentId) })
  }

  /** Queues what a location wants of its contents and is not there yet. Returns how many files that will be. */
  async queue(location: KnownLocation, signal: AbortSignal): Promise<number> {
    const policy = this.#deps.policy()
    const where = { location, except: this.#deps.locations().below(location.path) }
    let queued = 0
    for (const generator of this.#generators) {
      if (await generator.unavailable?.()) continue
      const outputs = wantedOutputs(generator, policy, location.policy)
      queued += await this.#rows.queue.enqueueMissing(
        generator,
        { outputs, where, maxBytes: policy.maxFileBytes },
        signal,
      )
    }
    // What a crash has kept from the index of texts.
    await this.#indexTexts(false, signal)
    await this.#startIfPending()
    return queued
  }

  /** A location's choices after some more; see `changePolicy`. */
  changedPolicy(before: SidecarPolicy, choices: readonly string[]): SidecarPolicy {
    return changePolicy(before, choices, this.#generators)
  }

  /** A policy is another one: what waited for the old one is dropped, what the new one wants is queued. */
  async requeueAll(signal: AbortSignal): Promise<number> {
    await this.#rows.queue.forgetQueued()
    let queued = 0
    for (const location of this.#deps.locations().all()) queued += await this.queue(location, signal)
    return queued
  }

  /** What is and will be derived from a content. Throws `NotFound`. */
  async list(contentId: ContentId): Promise<Sidecar[]> {
    const contentRowId = await contentRow(this.#deps.store, contentId)
    const rows = await this.#rows.views.list(contentId)
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
    const queued = await this.#rows.queue.requeue({ contentId, ...of })
    await this.#startIfPending()
    return queued
  }

  /** Tries again what has failed. Returns how many files that will be. */
  async retry(of: { contentId?: ContentId | undefined; kind?: SidecarKind | undefined }): Promise<number> {
    const queued = await this.#rows.queue.requeue({ ...of, state: 'failed' })
    await this.#startIfPending()
    return queued
  }

  /** Which variants of a kind are there, for each of some contents. */
  presence(contentIds: readonly ContentId[], kind: SidecarKind): Promise<Map<ContentId, string[]>> {
    return this.#rows.views.presence(contentIds, kind)
  }

  /** Where one lies; null where it is not there yet, in which case it is queued. Throws `NotFound` and `Unsupported`. */
  async path(contentId: ContentId, kind: SidecarKind, variant: string): Promise<string | null> {
    const rows = await this.list(contentId)
    const row = rows.find((each) => each.kind === kind && each.variant === variant)
    if (row?.path) return row.path
    if (!row) {
      const generator = generatorOf(kind, this.#generators)
      const outputs = outputsOf(generator, [variant])
      if (outputs.length === 0)
        throw new CoreError('NotFound', `there is no ${kind} ${variant}; there are ${generator.variants.join(', ')}`)
      for (const output of outputs) await this.#rows.queue.ensure(contentId, generator, output)
    }
    await this.#startIfPending()
    return null
  }

  usage(): Promise<Usage[]> {
    return this.#rows.views.usage()
  }

  /** What waits, or has failed, or both. */
  async pending(of: { state: 'pending' | 'failed' | null; limit: number }): Promise<PendingSidecar[]> {
    const rows = await this.#rows.views.unready(of)
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
    const counts = await reconcile(this.#audited, signal)
    await this.#indexTexts(true, signal)
    await this.#startIfPending()
    return counts
  }

  /**
   * Removes what belongs to contents no file has any more; with an age, of that only what is older, and with it the
   * variants that no policy asks for. Only counts it where `dryRun` says so.
   */
  async cleanup(
    { dryRun, olderThanMs = null }: { dryRun: boolean; olderThanMs?: number | null },
    signal: AbortSignal,
  ): Promise<{ files: number; bytes: number }> {
    const before = olderThanMs === null ? null : this.#deps.now() - olderThanMs
    const counts = { files: 0, bytes: 0 }
    const limit = dryRun ? MAX_LISTED_PROBLEMS : ORPHANS_PER_TURN
    for (;;) {
      signal.throwIfAborted()
      const found = await this.#disposable(before, limit)
      counts.files += found.length
      counts.bytes += found.reduce((sum, { size }) => sum + size, 0)
      if (dryRun || found.length === 0) return counts
      // Files first: a file without a row is found again, a row without its file is not an orphan but a promise.
      await removeFiles(this.#deps.root, found)
      await this.#rows.upkeep.forget(found.map(({ id }) => id))
    }
  }

  async #disposable(before: number | null, limit: number): Promise<ReadyRow[]> {
    const orphans = await this.#rows.upkeep.orphans(before, limit)
    if (before === null || orphans.length > 0) return orphans
    const policy = this.#deps.policy()
    const but = this.#deps
      .locations()
      .all()
      .flatMap((location) =>
        this.#generators.flatMap((generator) =>
          wantedOutputs(generator, policy, location.policy).map(({ variant }) => ({ kind: generator.kind, variant })),
        ),
      )
    return this.#rows.upkeep.madeBefore(before, { but, limit })
  }

  /**
   * What an address or a pattern names. One that is not there is queued (`later`), waited for (`now`) or shown as it is
   * (`local`). Throws `InvalidInput` and `NotFound`.
   */
  async resolve(address: string, mode: ResolveMode, signal: AbortSignal): Promise<AddressedSidecar[]> {
    const parsed = parseSidecarAddress(address)
    const isOne = !isPattern(parsed.content) && !isPattern(parsed.file) && parsed.kinds.length === 1
    // Throws where there is no such content.
    if (!isPattern(parsed.content)) await contentRow(this.#deps.store, parsed.content as ContentId)
    if (isOne && mode !== 'local') await this.#demand(parsed, mode, signal)
    const found = await this.#rows.views.named(parsed, MAX_LISTED_PROBLEMS)
    const contents = [...new Set(found.map(({ contentId }) => contentId))]
    const names = new Set(found.map(formatSidecarAddress))
    const items: AddressedSidecar[] = []
    for (const contentId of contents) {
      for (const item of await this.list(contentId)) {
        const name = formatSidecarAddress({ contentId, ...item })
        if (names.has(name)) items.push({ ...item, contentId, address: name })
      }
    }
    return items
  }

  /** Where a file lies that is given by its path or by the address of one sidecar. Throws `NotFound`. */
  async pathAt(reference: string, signal: AbortSignal): Promise<string> {
    if (!reference.startsWith(SIDECAR_SCHEME)) return reference
    const [found, another] = await this.resolve(reference, 'local', signal)
    if (found?.path && !another) return found.path
    const what = another ? 'names several sidecars' : found ? `is ${found.state}` : 'is not there'
    throw new CoreError('NotFound', `${reference} ${what}; see \`spacedrive sidecar list\``)
  }

  async #demand({ content, kinds, file }: SidecarAddress, mode: ResolveMode, signal: AbortSignal): Promise<void> {
    const variant = file.slice(0, file.lastIndexOf('.'))
    const path = await this.path(content as ContentId, kinds[0]!, variant)
    if (path !== null || mode === 'later') return
    const job = await this.#deps.jobs().enqueue(generateSidecars, {})
    await this.#deps.jobs().wait(job.id, signal)
  }

  /** Sums up what there is of a location's contents, and what was made of them since a moment. */
  summary(location: KnownLocation, since: number): Promise<SidecarSummary> {
    return summariseSidecars({ location, except: [] }, since, this.#deps)
  }

  /** Notices what is done to the files by hand, and puts it right, until this is closed. */
  async watch(): Promise<void> {
    await this.#watch.start(await this.#rows.upkeep.folders(this.#watch.capacity))
  }

  async #reconcileOne(only: ContentId): Promise<void> {
    const counts = await reconcile({ ...this.#audited, only }, this.#closing.signal)
    if (counts.requeued > 0) await this.#startIfPending()
  }

  /** Ends the watching. */
  [Symbol.dispose](): void {
    this.#closing.abort()
    this.#watch[Symbol.dispose]()
  }

  get #generators(): readonly Generator[] {
    return this.#deps.generators()
  }

  get #audited() {
    const makes = ({ kind, variant, format }: SidecarKey) => {
      const generator = this.#generators.find((each) => each.kind === kind)
      return generator !== undefined && outputsOf(generator, [variant]).some((each) => each.format === format)
    }
    return { rows: this.#rows, root: this.#deps.root, isMaking: () => this.#generating.size > 0, makes }
  }

  /** The body of the job: see `generateSidecars`. */
  async generatePending(host: MakePendingHost): Promise<{ made: number; failed: number; waiting: number }> {
    const { reader, pools, root } = this.#deps
    // What a crash, or a process that was ended, has left. There is one run at a time, and only it writes drafts.
    await sweepDrafts(root)
    const deps = {
      reader,
      pools,
      root,
      rows: this.#rows,
      generators: this.#generators,
      generating: this.#generating,
      onMade: (key: SidecarKey) => this.#watch.add(key),
      onRecorded: () => this.#indexTexts(false, host.signal),
    }
    return new PendingRun(deps, host).run()
  }

  /** One run after the other: what one of them has indexed, the next does not see. */
  #indexTexts(check: boolean, signal: AbortSignal): Promise<void> {
    const run = this.#texts.then(() => this.#deps.indexTexts(check, signal))
    this.#texts = run.catch(() => {})
    return run
  }

  async #startIfPending(): Promise<void> {
    if ((await this.#rows.work.countPending()) > 0) await this.#deps.jobs().enqueue(generateSidecars, {})
  }
}

/** The generator of a kind. Throws `Unsupported` where nothing makes it. */
export function generatorOf(kind: SidecarKind, among: readonly Generator[]): Generator {
  const found = among.find((each) => each.kind === kind)
  if (!found) throw new CoreError('Unsupported', `nothing here makes ${kind} sidecars`)
  return found
}
