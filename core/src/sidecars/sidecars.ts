import {
  type ContentId,
  type PendingSidecar,
  type Sidecar,
  type SidecarKind,
  type SidecarPolicy,
  type Thumb,
  GIVEN_UP,
} from '../domain/index.ts'
import type { EventData, EventType } from '../events/index.ts'
import type { EntryReader } from '../entries/index.ts'
import type { JobManager } from '../jobs/index.ts'
import type { LibraryStore, Reading } from '../store/index.ts'
import type { KnownLocation, LocationMap } from '../location/index.ts'
import { untilAborted } from '../util/until-aborted.ts'
import { CoreError, errorMessage } from '../util/errors.ts'
import type { Foreground } from '../util/foreground.ts'
import type { Machine } from '../util/machine.ts'
import type { Logger } from '../util/logger.ts'
import type {
  Elsewhere,
  FetchHold,
  FetchHost,
  FetchReport,
  Holder,
  RemoteContent,
  RemoteSidecar,
} from './exchange/peer-sidecars.ts'
import { fetchSidecars } from './exchange/fetch-sidecars.ts'
import type { Generator } from './generators/index.ts'
import type { HeldKind } from './run/holds.ts'
import type { MakePendingHost, PendingReport } from './run/make-pending.ts'
import { type Outdated, regenerateAll, type RegenerateAll } from './queue/outdated.ts'
import type { SidecarSort } from './rows/upkeep-rows.ts'
import { type SidecarKey, sidecarPath } from './files/paths.ts'
import {
  formatSidecarAddress,
  isPattern,
  parseSidecarAddress,
  SIDECAR_SCHEME,
  type SidecarAddress,
} from './files/address.ts'
import { type SidecarSummary, summariseSidecars } from './views/sidecar-summary.ts'
import { changePolicy, type DevicePolicy, outputsOf, wantedOutputs } from './queue/policy.ts'
import { RunMark } from './files/run-mark.ts'
import { audit, type AuditProblem, reconcile, removeFiles, settleOrphans } from './upkeep/sidecar-audit.ts'
import type { SidecarPools } from './processes/sidecar-pools.ts'
import { type SidecarLimits, SidecarRunner } from './run/sidecar-runner.ts'
import { contentRowsOf, type KindState, readKindStates, versionOf } from './views/kind-states.ts'
import { contentIdsOf, SidecarNews } from './run/sidecar-news.ts'
import { SidecarWatch } from './upkeep/sidecar-watch.ts'
import { type AvailabilityRead, readAvailability } from './exchange/read-availability.ts'
import type { PrivateFiles } from '../util/private-files.ts'
import { readText, type ReadText, type ReadTextInput } from './views/read-text.ts'
import { readTextWindow, type TextWindowInput } from './views/text-window.ts'
import { readThumbs } from './views/thumb-views.ts'
import { Wants } from './run/wants.ts'
import { type Change, contentRow, type ReadyRow, type Select } from './rows/row.ts'
import type { UnreadyState, Usage } from './rows/row-views.ts'
import { openRows, type SidecarRows } from './rows/sidecar-rows.ts'
import type { Outcomes } from './rows/work-rows.ts'
import type { References } from './references/references.ts'

export interface SidecarsDeps {
  readonly store: LibraryStore
  readonly reader: EntryReader
  /** The files of Spacedrive itself. No sidecars are made of them. */
  readonly privateFiles: Pick<PrivateFiles, 'has'>
  readonly references: References
  readonly pools: SidecarPools
  /** All generators, with the current settings. */
  readonly generators: () => readonly Generator[]
  /** The library's folder of sidecars. */
  readonly root: string
  readonly select: Select
  readonly change: Change
  /** Runs a function in a thread; if the signal aborts before its turn, the function is not called. */
  readonly read: <I, O>(url: URL, reading: Reading<I, O>, input: I, signal: AbortSignal) => Promise<O>
  /** Adds ready text sidecars to the search index; `check` also looks for texts that the index has lost. */
  readonly indexTexts: (check: boolean, signal: AbortSignal) => Promise<void>
  readonly jobs: () => JobManager
  readonly locations: () => LocationMap
  readonly policy: () => DevicePolicy
  readonly limits: () => SidecarLimits
  /** Other devices with this library; null if there are none. */
  readonly elsewhere: () => Elsewhere | null
  readonly machine: Machine
  readonly foreground: Foreground
  /** Whether the network connection is metered. */
  readonly isMetered: () => Promise<boolean>
  readonly now: () => number
  readonly log: Logger
  readonly emit: <T extends EventType>(type: T, data: EventData<T>) => void
}

/** Limit of problems in a report. */
const MAX_LISTED_PROBLEMS = 10_000
const ORPHANS_PER_TURN = 256

/**
 * How to handle a sidecar that does not exist yet. `local`: report its state. `now`: fetch it from another device, or
 * else make it. `generate`: make it here. `fetch`: fetch it. `later`: queue it.
 */
export type ResolveMode = 'local' | 'now' | 'generate' | 'fetch' | 'later'

/** Above this share of the quota, no sidecars are fetched in advance. */
const QUOTA_SHARE = 0.9

/** The sidecars that a user is viewing. */
export interface WantInput {
  /** Identifies the viewer. A new request replaces the viewer's last request for this kind. */
  readonly viewer: string
  readonly contentIds: readonly ContentId[]
  readonly kind: SidecarKind
  /** If omitted, the variants of the policy. */
  readonly variants?: readonly string[] | undefined
}

export interface AddressedSidecar extends Sidecar {
  readonly contentId: ContentId
  readonly address: string
}

/**
 * A sidecar with its versions, which change when the file does: that of the file itself, and that of all variants of
 * its kind together, as in `Thumb`.
 */
export interface FoundSidecar extends Sidecar {
  readonly versions: readonly string[]
}

/** All sidecars of a library, stored once for each content. */
export class Sidecars implements AsyncDisposable {
  readonly #deps: SidecarsDeps
  readonly #rows: SidecarRows
  readonly #runner: SidecarRunner
  readonly #watch: SidecarWatch
  readonly #news: SidecarNews
  readonly #wants: Wants<SidecarKind>
  readonly #closing = new AbortController()
  /** The latest indexing of new texts; these runs take turns. */
  #texts: Promise<void> = Promise.resolve()

  constructor(deps: SidecarsDeps) {
    this.#deps = deps
    this.#rows = openRows(deps)
    const { log, root } = deps
    this.#runner = new SidecarRunner({
      ...deps,
      rows: this.#rows,
      wanted: () => this.#wanted,
      onMade: (key) => this.#watch.add(key),
      onRecorded: async ({ kind }, made) => {
        this.#tellMade(kind, made)
        await this.#indexTexts(false, this.#closing.signal)
        await this.#queueDerived(
          kind,
          made.map(({ contentRowId }) => contentRowId),
        )
      },
    })
    this.#news = new SidecarNews((data) => deps.emit('sidecars.changed', data))
    this.#wants = new Wants({ make: (kind, contentRowId) => this.#makeNow(kind, contentRowId), log })
    this.#watch = new SidecarWatch({ root, log, changed: (contentId) => this.#reconcileOne(contentId) })
  }

  /** Queues the missing sidecars that the policy wants for a location. Returns the number of files to make. */
  async queue(location: KnownLocation, signal: AbortSignal): Promise<number> {
    const { derived = [], direct = [] } = Object.groupBy(this.#generators, ({ inputs }) =>
      inputs ? 'derived' : 'direct',
    )
    let queued = await this.#enqueue(direct, [location], null, signal)
    // Repair what a crash may have left out: texts in the search index, and sidecars made from other sidecars.
    await this.#indexTexts(false, signal)
    for (const generator of derived) await this.#rows.queue.requeueOutdated(generator, null)
    queued += await this.#enqueue(derived, [location], null, signal)
    await this.#runner.startIfPending()
    return queued
  }

  /**
   * Queues the missing sidecars that the policies of locations want for some contents, or for all. Returns the number
   * of files to make.
   */
  async #enqueue(
    generators: readonly Generator[],
    locations: readonly KnownLocation[],
    contents: readonly number[] | null,
    signal: AbortSignal,
  ): Promise<number> {
    const policy = this.#deps.policy()
    const reasons = await Promise.all(generators.map(async (generator) => generator.unavailable?.()))
    const able = generators.filter((_, i) => !reasons[i])
    let queued = 0
    for (const location of locations) {
      const orders = able.map((generator) => ({
        generator,
        outputs: wantedOutputs(generator, policy, location.policy),
      }))
      const where = { location, except: this.#deps.locations().below(location.path) }
      const wanted = { orders, where, maxBytes: policy.maxFileBytes, contents }
      queued += await this.#rows.queue.enqueueMissing(wanted, signal)
    }
    return queued
  }

  /** A location's policy after more choices; see `changePolicy`. */
  changedPolicy(before: SidecarPolicy, choices: readonly string[]): SidecarPolicy {
    return changePolicy(before, choices, this.#generators)
  }

  /** Applies a changed policy: drops the pending sidecars of the old policy, and queues those of the new one. */
  async requeueAll(signal: AbortSignal): Promise<number> {
    this.#runner.forget()
    await this.#rows.queue.forgetQueued()
    // The quota may have changed, so there may be room for them again.
    await this.#rows.queue.requeue({ code: GIVEN_UP })
    let queued = 0
    for (const location of this.#deps.locations().all()) queued += await this.queue(location, signal)
    // Even without pending sidecars, the existing ones may exceed the quota.
    if (this.#deps.limits().quotaBytes > 0) await this.#runner.start()
    return queued
  }

  /** All sidecars of a content, made or queued. Throws `NotFound`. */
  async list(contentId: ContentId): Promise<Sidecar[]> {
    const contentRowId = await contentRow(this.#deps.store, contentId)
    const rows = await this.#rows.views.list(contentId)
    const references = rows.some(({ source }) => source === 'reference')
      ? await this.#deps.references.pathsOf(contentId)
      : null
    const pathOf = (row: (typeof rows)[number]): string | null => {
      if (row.state !== 'ready') return null
      if (row.source === 'managed') return sidecarPath(this.#deps.root, { contentId, ...row })
      return references?.get(`${row.kind} ${row.variant}.${row.format}`) ?? null
    }
    return rows.map((row) => ({
      ...row,
      state: row.state === 'pending' && this.#runner.claims.has(row.kind, contentRowId) ? 'generating' : row.state,
      path: pathOf(row),
    }))
  }

  /** The text of a content; see the operation. */
  async text(contentId: ContentId, of: ReadTextInput, signal: AbortSignal): Promise<ReadText> {
    const url = new URL('views/text-window.ts', import.meta.url)
    const read = (input: TextWindowInput) => this.#deps.read(url, readTextWindow, input, signal)
    return readText(await this.list(contentId), of, read)
  }

  /** Makes the sidecars of a content again: all, or one kind or variant. Returns the number of files to make. */
  async regenerate(
    contentId: ContentId,
    of: { kind?: SidecarKind | undefined; variant?: string | undefined },
  ): Promise<number> {
    const queued = await this.#rows.queue.requeue({ contentId, ...of })
    this.#tellWaiting(queued, of.kind, contentId)
    await this.#runner.startIfPending()
    await this.#runner.demand(contentId, of.kind)
    return queued
  }

  /** Makes the sidecars of a whole library again: all of a kind, or only outdated ones; see `regenerateAll`. */
  async regenerateAll(of: RegenerateAll, signal: AbortSignal): Promise<Outdated[]> {
    try {
      const batches = await regenerateAll(of, this.#runner.making, signal)
      if (!of.dryRun) for (const { files, kind } of batches) this.#tellWaiting(files, kind, undefined)
      return batches
    } finally {
      if (!of.dryRun) await this.#runner.startIfPending()
    }
  }

  /** Retries failed sidecars. Returns the number of files to make. */
  async retry(of: { contentId?: ContentId | undefined; kind?: SidecarKind | undefined }): Promise<number> {
    const queued = await this.#rows.queue.requeue({ ...of, state: 'failed' })
    this.#tellWaiting(queued, of.kind, of.contentId)
    await this.#runner.startIfPending()
    if (of.contentId !== undefined) await this.#runner.demand(of.contentId, of.kind)
    return queued
  }

  /** The ready variants of a kind, for each content. */
  presence(contentIds: readonly ContentId[], kind: SidecarKind): Promise<Map<ContentId, string[]>> {
    return this.#rows.views.presence(contentIds, kind)
  }

  /**
   * The path of a sidecar; null if it is not ready. A pending or missing one is then made before all others. Throws
   * `NotFound` and `Unsupported`.
   */
  async path(contentId: ContentId, kind: SidecarKind, variant: string): Promise<string | null> {
    const path = await this.#ensure(contentId, kind, variant)
    if (path === null) await this.#runner.demand(contentId, kind)
    return path
  }

  /** The path of a sidecar; null if it is not ready, in which case it is queued. */
  async #ensure(
    contentId: ContentId,
    kind: SidecarKind,
    variant: string,
    mode: ResolveMode = 'later',
  ): Promise<string | null> {
    const rows = await this.list(contentId)
    const row = rows.find((each) => each.kind === kind && each.variant === variant)
    if (row?.path) return row.path
    if (row?.error?.code === GIVEN_UP) await this.#rows.queue.requeue({ contentId, kind, variant })
    if (!row) {
      const generator = generatorOf(kind, this.#generators)
      const outputs = outputsOf(generator, [variant])
      if (outputs.length === 0)
        throw new CoreError('NotFound', `there is no ${kind} ${variant}; there are ${generator.variants.join(', ')}`)
      for (const output of outputs) await this.#rows.queue.ensure(contentId, generator, output)
    }
    // The job must not make the sidecar before it is fetched.
    if (mode !== 'fetch' && mode !== 'generate') await this.#runner.startIfPending()
    return null
  }

  /** The other devices that may have sidecars of a content and kind. */
  holders(contentId: ContentId, kind: SidecarKind): readonly (Holder & { readonly variant: string })[] {
    return this.#deps.elsewhere()?.holdersOf(contentId, kind) ?? []
  }

  /**
   * The ready sidecars that other devices may fetch, as packed records: all, or the changes since the mark of an
   * earlier answer.
   */
  availability(since: number | null, signal: AbortSignal): Promise<AvailabilityRead> {
    return this.#deps.read(new URL('exchange/read-availability.ts', import.meta.url), readAvailability, since, signal)
  }

  /** The ready sidecars of one variant, with everything that another device needs to fetch them. */
  ready(contentId: ContentId, kind: SidecarKind, variant: string): RemoteSidecar[] {
    return this.#rows.exchange.ready(contentId, kind, variant)
  }

  /** The path of the sidecar file, whether or not it exists yet. */
  fileOf(key: SidecarKey): string {
    return sidecarPath(this.#deps.root, key)
  }

  /**
   * Filters packed content ids (16 bytes each): returns contents that have a file here, but lack a sidecar that a
   * generator here can make.
   */
  lacking(of: { kind: SidecarKind; variant: string; format: string }, ids: Uint8Array): ContentId[] {
    const generator = this.#generators.find(({ kind }) => kind === of.kind)
    const isKnown = generator && outputsOf(generator, [of.variant]).some(({ format }) => format === of.format)
    return isKnown && !this.#deps.store.readOnly ? this.#rows.exchange.lacking(of, ids) : []
  }

  /** The identity of a content that has a ready sidecar here; null if it has none. */
  identity(contentId: ContentId): RemoteContent | null {
    return this.#rows.exchange.identity(contentId)
  }

  /** Why no sidecars are fetched in advance now; null if they may be. */
  async fetchHold(): Promise<FetchHold | null> {
    const { isMetered, limits, machine } = this.#deps
    if (this.#wants.isBusy) return { reason: 'somebody waits for something', isBrief: true }
    const held = (reason: string): FetchHold => ({ reason, isBrief: false })
    if (await machine.isOnBattery()) return held('this machine runs on its battery')
    if (await isMetered()) return held('what goes over this line is paid for (network.metered: no says that it is not)')
    const { quotaBytes } = limits()
    if (quotaBytes > 0 && (await this.#rows.upkeep.usedBytes()) > quotaBytes * QUOTA_SHARE)
      return held('sidecars have used up what they may take (sidecars.quotaBytes)')
    const full = (await this.#runner.holds()).find(({ cause }) => cause === 'disk')
    return full ? held(full.reason) : null
  }

  /** Starts the job that fetches sidecars in advance. Does nothing if it is running or paused. */
  async startFetching(): Promise<void> {
    await this.#deps.jobs().enqueue(fetchSidecars, {})
  }

  /** The body of the job `fetchSidecars`. */
  async fetchAhead(host: FetchHost): Promise<FetchReport> {
    return (await this.#deps.elsewhere()?.fetchAhead(host)) ?? { fetched: 0, missing: 0, held: null }
  }

  /** Fetches one variant for some contents in advance; see `SidecarRunner.fetch`. */
  async prefetch(
    of: { kind: SidecarKind; variant: string; format: string },
    contentIds: readonly ContentId[],
    signal: AbortSignal,
  ): Promise<number> {
    const generator = generatorOf(of.kind, this.#generators)
    await this.#rows.queue.ensureAll(contentIds, generator, of)
    const rows = [...contentRowsOf(this.#deps.store.connection, contentIds).values()]
    return this.#runner.fetch(generator, rows, { asks: false, signal })
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

  /**
   * One line: why sidecars of a kind cannot be made now; null if they can. Throws `Unsupported` if no generator makes
   * the kind.
   */
  async hindrance(kind: SidecarKind): Promise<string | null> {
    const generator = generatorOf(kind, this.#generators)
    const held = (await this.#runner.holds()).find((each) => each.kind === kind)
    return held?.reason ?? (await generator.unavailable?.()) ?? null
  }

  usage(): Promise<Usage[]> {
    return this.#rows.views.usage()
  }

  /**
   * Makes the sidecars of viewed contents before all pending ones. Replaces the viewer's last request. Returns their
   * states; unknown contents are left out. Throws `Unsupported`.
   */
  want({ contentIds, kind, variants, viewer }: WantInput): Map<ContentId, KindState> {
    const generator = generatorOf(kind, this.#generators)
    const isMade = (contentRowId: number) => this.#runner.claims.has(kind, contentRowId)
    const { connection } = this.#deps.store
    const contents = contentRowsOf(connection, contentIds)
    const states = readKindStates(connection, { contents, kind, variants, isMade })
    if (this.#deps.store.readOnly) return states
    const rowsIn = (state: KindState['state']) =>
      [...states.values()].filter((each) => each.state === state).map(({ contentRowId }) => contentRowId)
    const want = this.#wants.replace(viewer, kind, rowsIn('pending'))
    const missing = rowsIn('none')
    if (missing.length > 0) {
      this.#enqueueWanted(generator, missing, variants)
        .then(() => {
          this.#wants.add(viewer, want, missing)
          // If the viewer has moved on by then, the job makes them.
          return this.#runner.startIfPending()
        })
        .catch((err: unknown) => {
          if (this.#closing.signal.aborted) return
          this.#deps.log.warn({ kind, err: errorMessage(err) }, 'what is looked at was not queued')
        })
    }
    return states
  }

  /** Queues missing sidecars of viewed contents. Requested variants are made whatever the policy. */
  async #enqueueWanted(
    generator: Generator,
    contents: readonly number[],
    variants: readonly string[] | undefined,
  ): Promise<void> {
    const { signal } = this.#closing
    const locations = this.#deps.locations().all()
    if (!variants) return void (await this.#enqueue([generator], locations, contents, signal))
    const orders = [{ generator, outputs: outputsOf(generator, variants) }]
    const maxBytes = this.#deps.policy().maxFileBytes
    for (const location of locations)
      await this.#rows.queue.enqueueMissing({ orders, where: { location, except: [] }, maxBytes, contents }, signal)
  }

  async #makeNow(kind: SidecarKind, contentRowId: number): Promise<void> {
    try {
      await this.#runner.makeNow(generatorOf(kind, this.#generators), contentRowId)
    } catch (err) {
      if (!this.#closing.signal.aborted) await this.#runner.startIfPending()
      throw err
    }
  }

  #tellMade(kind: SidecarKind, made: readonly Outcomes[]): void {
    const isReady = ({ outcomes }: Outcomes) => outcomes.some(({ state }) => state === 'ready')
    for (const [state, some] of Map.groupBy(made, (each) => (isReady(each) ? 'ready' : 'failed'))) {
      const rowIds = some.map(({ contentRowId }) => contentRowId)
      this.#news.tell(kind, state, contentIdsOf(this.#deps.store.connection, rowIds))
    }
  }

  /** Reports pending sidecars: without `contentId`, of too many contents to name; without `kind`, of all kinds. */
  #tellWaiting(files: number, kind: SidecarKind | undefined, contentId: ContentId | undefined): void {
    if (files === 0) return
    const kinds = kind === undefined ? this.#generators.map((generator) => generator.kind) : [kind]
    for (const each of kinds) this.#news.tell(each, 'pending', contentId === undefined ? null : [contentId])
  }

  /** The thumbnails and their states; unknown contents are left out. */
  thumbs(contentIds: readonly ContentId[]): Map<ContentId, Thumb> {
    const isMade = (contentRowId: number) => this.#runner.claims.has('thumb', contentRowId)
    return readThumbs(this.#deps.store.connection, contentIds, isMade)
  }

  /** The sidecars that are not ready: pending, failed or skipped ones, or all of them. */
  async pending(of: { state: UnreadyState | null; limit: number }): Promise<PendingSidecar[]> {
    const rows = await this.#rows.views.unready(of)
    const held = new Map(
      (await this.#runner.holds()).map(({ code, kind, reason }) => [kind, { code, message: reason }]),
    )
    const entries = this.#deps.reader.byIds(rows.flatMap(({ entryRowId }) => entryRowId ?? []))
    return rows.map(({ contentRowId, contentId, entryRowId, kind, variant, state, attempts, error }) => ({
      contentId,
      path: (entryRowId !== null && entries.get(entryRowId)?.path) || null,
      kind,
      variant,
      state: state === 'pending' && this.#runner.claims.has(kind, contentRowId) ? 'generating' : state,
      attempts,
      error: error ?? held.get(kind) ?? null,
      nextAttemptAt: null,
    }))
  }

  /** Compares rows and files. Changes nothing. */
  async verify(signal: AbortSignal): Promise<{ checked: number; problems: AuditProblem[] }> {
    const problems: AuditProblem[] = []
    let checked = 0
    for (const looks of [audit(this.#audited, signal), this.#deps.references.audit(signal)]) {
      for await (const found of looks) {
        if ('checked' in found) checked++
        else if (problems.length < MAX_LISTED_PROBLEMS) problems.push(found)
      }
    }
    return { checked, problems }
  }

  /** Repairs differences between rows and files; see `reconcile`. */
  async reconcile(signal: AbortSignal): Promise<{ adopted: number; setAside: number; requeued: number }> {
    const counts = await reconcile(this.#audited, signal)
    await this.#deps.references.reconcile(signal)
    await this.#indexTexts(true, signal)
    await this.#runner.startIfPending()
    return counts
  }

  /**
   * Removes sidecars of contents without files. With an age, removes only sidecars older than that, and also old
   * variants that no policy wants. With `dryRun`, only counts them.
   */
  async cleanup(
    { dryRun, olderThanMs = null }: { dryRun: boolean; olderThanMs?: number | null },
    signal: AbortSignal,
  ): Promise<{ files: number; bytes: number }> {
    const before = olderThanMs === null ? null : this.#deps.now() - olderThanMs
    if (dryRun) return this.#rows.upkeep.countDisposable(before, this.#wanted)
    const counts = { files: 0, bytes: 0 }
    for (;;) {
      signal.throwIfAborted()
      const found = await this.#disposable(before, ORPHANS_PER_TURN)
      if (found.length === 0) return counts
      for (const { checksum, size } of found) {
        // A sidecar that was never made has no file.
        if (checksum.length > 0) counts.files++
        counts.bytes += size
      }
      // Delete files first: a file without a row is found again, but a row without its file is a broken promise.
      await removeFiles(this.#deps.root, found)
      await this.#rows.upkeep.forget(found.map(({ id }) => id))
    }
  }

  async #disposable(before: number | null, limit: number): Promise<ReadyRow[]> {
    const orphans = await this.#rows.upkeep.orphans(before, limit)
    if (before === null || orphans.length > 0) return orphans
    return this.#rows.upkeep.madeBefore(before, { but: this.#wanted, limit })
  }

  /** The variants that any location's policy wants. */
  get #wanted(): SidecarSort[] {
    const policy = this.#deps.policy()
    return this.#deps
      .locations()
      .all()
      .flatMap((location) =>
        this.#generators.flatMap((generator) =>
          wantedOutputs(generator, policy, location.policy).map(({ variant }) => ({ kind: generator.kind, variant })),
        ),
      )
  }

  /**
   * Finds the sidecars that an address or a pattern names. A single missing sidecar is handled according to `mode`.
   * Throws `InvalidInput` and `NotFound`.
   */
  async resolve(address: string, mode: ResolveMode, signal: AbortSignal): Promise<AddressedSidecar[]> {
    const parsed = parseSidecarAddress(address)
    const isOne = !isPattern(parsed.content) && !isPattern(parsed.file) && parsed.kinds.length === 1
    // Throws `NotFound` for an unknown content.
    if (!isPattern(parsed.content)) await this.#known(parsed.content as ContentId, mode, signal)
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

  /**
   * Makes sure that the content is in the index. If only other devices have a file of it, adds it. Throws `NotFound`.
   */
  async #known(contentId: ContentId, mode: ResolveMode, signal: AbortSignal): Promise<void> {
    const { elsewhere, store } = this.#deps
    const isFetched = mode === 'fetch' || mode === 'now'
    if (isFetched && !store.readOnly && !contentRowsOf(store.connection, [contentId]).has(contentId)) {
      const content = await elsewhere()?.identify(contentId, signal)
      if (content) await this.#rows.exchange.adopt(contentId, content)
    }
    await contentRow(store, contentId)
  }

  /** The path of a file, given by its path or by the address of one sidecar. Throws `NotFound`. */
  async pathAt(reference: string, signal: AbortSignal): Promise<string> {
    if (!reference.startsWith(SIDECAR_SCHEME)) return reference
    const [found, another] = await this.resolve(reference, 'local', signal)
    if (found?.path && !another) return found.path
    const what = another ? 'names several sidecars' : found ? `is ${found.state}` : 'is not there'
    throw new CoreError('NotFound', `${reference} ${what}; see \`spacedrive sidecar list\``)
  }

  async #demand({ content, kinds, file }: SidecarAddress, mode: ResolveMode, signal: AbortSignal): Promise<void> {
    const variant = file.slice(0, file.lastIndexOf('.'))
    const contentId = content as ContentId
    const path = await this.#ensure(contentId, kinds[0]!, variant, mode)
    if (path !== null || mode === 'later') return
    const contentRowId = await contentRow(this.#deps.store, contentId)
    const generator = generatorOf(kinds[0]!, this.#generators)
    const make =
      mode === 'fetch'
        ? this.#runner.fetch(generator, [contentRowId], { asks: true, signal })
        : this.#runner.makeNow(generator, contentRowId, { ownOnly: mode === 'generate' })
    await untilAborted<unknown>(make, signal)
  }

  /** Counts the sidecars of a location's contents, and those made since a moment. */
  async summary(
    location: KnownLocation,
    since: number,
  ): Promise<SidecarSummary & { held: HeldKind[]; off: { kind: SidecarKind; reason: string }[] }> {
    const summary = await summariseSidecars({ location, except: [] }, since, this.#deps)
    const held = (await this.#runner.holds()).filter(({ kind }) => (summary.byKind[kind]?.pending ?? 0) > 0)
    return { ...summary, held, off: await this.unavailable(location) }
  }

  /** Watches for manual changes to sidecar files and repairs them, until this object is closed. */
  async watch(): Promise<void> {
    this.#deps.references.onOwned = (key) => this.#watch.add(key)
    await this.#watch.start(await this.#rows.upkeep.folders(this.#watch.capacity))
  }

  /** Indexes texts that are missing from the search index after a crash, or after an update that rebuilt it. */
  async indexTexts(): Promise<void> {
    if (this.#rows.upkeep.hasUnindexedText()) await this.#indexTexts(false, this.#closing.signal)
  }

  async #reconcileOne(only: ContentId): Promise<void> {
    const counts = await reconcile({ ...this.#audited, only }, this.#closing.signal)
    if (counts.requeued > 0) await this.#runner.startIfPending()
  }

  /** Ends the watch, and aborts the sidecars that are being made on request; those become pending again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    this.#watch[Symbol.dispose]()
    await Promise.all([this.#wants[Symbol.asyncDispose](), this.#runner[Symbol.asyncDispose]()])
    this.#news[Symbol.dispose]()
  }

  get #generators(): readonly Generator[] {
    return this.#deps.generators()
  }

  get #audited() {
    const makes = ({ kind, variant, format }: SidecarKey) => {
      const generator = this.#generators.find((each) => each.kind === kind)
      return generator !== undefined && outputsOf(generator, [variant]).some((each) => each.format === format)
    }
    return { rows: this.#rows, root: this.#deps.root, isMaking: () => this.#runner.claims.size > 0, makes }
  }

  /** The body of the job `generateSidecars`. */
  async generatePending(host: MakePendingHost): Promise<PendingReport> {
    const { foreground, log, root } = this.#deps
    await using mark = await RunMark.set(root, log)
    const report = await this.#runner.run(host)
    if (mark.wasLeft) {
      await settleOrphans({ ...this.#audited, foreground }, host.signal)
      mark.clear()
    }
    return report
  }

  /** The kinds that the last run held back, with the reasons. */
  get held(): readonly HeldKind[] {
    return this.#runner.held
  }

  /** The kinds that are held back now, with the reasons. */
  holds(): Promise<HeldKind[]> {
    return this.#runner.holds()
  }

  /** Continues with held sidecars after the limits have changed. */
  async resume(): Promise<void> {
    this.#runner.forget()
    await this.#runner.startIfPending()
  }

  /**
   * The kinds that a policy wants but no engine here can make now, each with the reason; for one location, or for all.
   */
  async unavailable(location?: KnownLocation): Promise<{ kind: SidecarKind; reason: string }[]> {
    const policy = this.#deps.policy()
    const locations = location ? [location] : this.#deps.locations().all()
    const isWanted = (generator: Generator) =>
      locations.some((each) => wantedOutputs(generator, policy, each.policy).length > 0)
    const reasons = await Promise.all(
      this.#generators.filter(isWanted).map(async (generator) => {
        const reason = (await generator.unavailable?.()) ?? null
        return reason === null ? null : { kind: generator.kind, reason }
      }),
    )
    return reasons.filter((each) => each !== null)
  }

  /** Queues the sidecars that are made from these new ones. */
  async #queueDerived(from: SidecarKind, contents: readonly number[]): Promise<void> {
    const derived = this.#generators.filter(({ inputs }) => inputs?.includes(from))
    for (const generator of derived) await this.#rows.queue.requeueOutdated(generator, contents)
    await this.#enqueue(derived, this.#deps.locations().all(), contents, this.#closing.signal)
  }

  /** Runs take turns, so that no text is indexed twice. */
  #indexTexts(check: boolean, signal: AbortSignal): Promise<void> {
    const run = this.#texts.then(() => this.#deps.indexTexts(check, signal))
    this.#texts = run.catch(() => {})
    return run
  }
}

function toMark({ checksum, recipe }: Sidecar): { recipe: number; checksum: Uint8Array | null } {
  return { recipe, checksum: checksum === null ? null : Buffer.from(checksum, 'hex') }
}

/** The generator of a kind. Throws `Unsupported` if there is none. */
export function generatorOf(kind: SidecarKind, among: readonly Generator[]): Generator {
  const found = among.find((each) => each.kind === kind)
  if (!found) throw new CoreError('Unsupported', `nothing here makes ${kind} sidecars`)
  return found
}
