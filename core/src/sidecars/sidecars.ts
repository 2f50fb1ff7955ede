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
import type { EntryReader } from '../files/index.ts'
import type { JobManager } from '../jobs/index.ts'
import type { Reading } from '../library/read-messages.ts'
import type { LibraryStore } from '../library/store.ts'
import type { KnownLocation, LocationMap } from '../location/index.ts'
import { untilAborted } from '../util/until-aborted.ts'
import { CoreError, errorMessage } from '../util/errors.ts'
import type { Foreground } from '../util/foreground.ts'
import type { Machine } from '../util/machine.ts'
import type { Logger } from '../util/logger.ts'
import type { Elsewhere, FetchHold, FetchHost, FetchReport, Holder, RemoteContent, RemoteSidecar } from './elsewhere.ts'
import { fetchSidecars } from './fetch-sidecars.ts'
import type { Generator } from './generators/index.ts'
import type { HeldKind } from './holds.ts'
import type { MakePendingHost, PendingReport } from './make-pending.ts'
import { type Outdated, regenerateAll, type RegenerateAll } from './outdated.ts'
import type { SidecarSort } from './rows/upkeep-rows.ts'
import { type SidecarKey, sidecarPath } from './paths.ts'
import { formatSidecarAddress, isPattern, parseSidecarAddress, SIDECAR_SCHEME, type SidecarAddress } from './address.ts'
import { type SidecarSummary, summariseSidecars } from './sidecar-summary.ts'
import { changePolicy, type DevicePolicy, outputsOf, wantedOutputs } from './policy.ts'
import { RunMark } from './run-mark.ts'
import { audit, type AuditProblem, reconcile, removeFiles, settleOrphans } from './sidecar-audit.ts'
import type { SidecarPools } from './sidecar-pools.ts'
import { type SidecarLimits, SidecarRunner } from './sidecar-runner.ts'
import { contentRowsOf, type KindState, readKindStates, versionOf } from './kind-states.ts'
import { contentIdsOf, SidecarNews } from './sidecar-news.ts'
import { SidecarWatch } from './sidecar-watch.ts'
import { type AvailabilityRead, readAvailability } from './read-availability.ts'
import type { PrivateFiles } from '../util/private-files.ts'
import { readText, type ReadText, type ReadTextInput } from './read-text.ts'
import { readTextWindow, type TextWindowInput } from './text-window.ts'
import { readThumbs } from './thumb-views.ts'
import { Wants } from './wants.ts'
import { type Change, contentRow, type ReadyRow, type Select } from './rows/row.ts'
import type { UnreadyState, Usage } from './rows/row-views.ts'
import { openRows, type SidecarRows } from './rows/sidecar-rows.ts'
import type { Outcomes } from './rows/work-rows.ts'
import type { References } from './references/references.ts'

export interface SidecarsDeps {
  readonly store: LibraryStore
  readonly reader: EntryReader
  /** The files of Spacedrive itself. */
  readonly privateFiles: Pick<PrivateFiles, 'has'>
  readonly references: References
  readonly pools: SidecarPools
  /** All there are, as they are configured now. */
  readonly generators: () => readonly Generator[]
  /** The library's folder of sidecars. */
  readonly root: string
  readonly select: Select
  readonly change: Change
  /** Calls a function in a thread; what is given up before its turn is not read. */
  readonly read: <I, O>(url: URL, reading: Reading<I, O>, input: I, signal: AbortSignal) => Promise<O>
  /** Makes what ready sidecars say searchable; `check` also looks for what the index of texts has lost. */
  readonly indexTexts: (check: boolean, signal: AbortSignal) => Promise<void>
  readonly jobs: () => JobManager
  readonly locations: () => LocationMap
  readonly policy: () => DevicePolicy
  readonly limits: () => SidecarLimits
  /** Other devices with this library; null where there are none. */
  readonly elsewhere: () => Elsewhere | null
  readonly machine: Machine
  readonly foreground: Foreground
  /** Whether what goes over the line to other devices is paid for. */
  readonly isMetered: () => Promise<boolean>
  readonly now: () => number
  readonly log: Logger
  readonly emit: <T extends EventType>(type: T, data: EventData<T>) => void
}

/** A report names this many problems. */
const MAX_LISTED_PROBLEMS = 10_000
const ORPHANS_PER_TURN = 256

/**
 * What becomes of one that is not there yet: nothing; it is fetched from a device that has made it, or else made; it is
 * made here; it is fetched; it is queued.
 */
export type ResolveMode = 'local' | 'now' | 'generate' | 'fetch' | 'later'

/** Bytes of the disk, and of the quota, that prefetching leaves alone: a share of what there is. */
const QUOTA_SHARE = 0.9

/** What somebody looks at. */
export interface WantInput {
  /** Whoever looks: what they wanted of this kind before is wanted no more. */
  readonly viewer: string
  readonly contentIds: readonly ContentId[]
  readonly kind: SidecarKind
  /** What the policy asks for where they are left out. */
  readonly variants?: readonly string[] | undefined
}

export interface AddressedSidecar extends Sidecar {
  readonly contentId: ContentId
  readonly address: string
}

/** With what changes when the file does: its own version, and that of all variants of its kind together, as `Thumb` has it. */
export interface FoundSidecar extends Sidecar {
  readonly versions: readonly string[]
}

/** Everything derived from the contents of a library, stored once for each content. */
export class Sidecars implements AsyncDisposable {
  readonly #deps: SidecarsDeps
  readonly #rows: SidecarRows
  readonly #runner: SidecarRunner
  readonly #watch: SidecarWatch
  readonly #news: SidecarNews
  readonly #wants: Wants<SidecarKind>
  readonly #closing = new AbortController()
  /** The last of the runs over new texts, which take turns. */
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

  /** Queues what a location wants of its contents and is not there yet. Returns how many files that will be. */
  async queue(location: KnownLocation, signal: AbortSignal): Promise<number> {
    const { derived = [], direct = [] } = Object.groupBy(this.#generators, ({ inputs }) =>
      inputs ? 'derived' : 'direct',
    )
    let queued = await this.#enqueue(direct, [location], null, signal)
    // What a crash has kept from the index of texts, and from what is made of other sidecars.
    await this.#indexTexts(false, signal)
    for (const generator of derived) await this.#rows.queue.requeueOutdated(generator, null)
    queued += await this.#enqueue(derived, [location], null, signal)
    await this.#runner.startIfPending()
    return queued
  }

  /** Queues what locations want of some contents, or of all, and is not there yet. Returns how many files that will be. */
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

  /** A location's choices after some more; see `changePolicy`. */
  changedPolicy(before: SidecarPolicy, choices: readonly string[]): SidecarPolicy {
    return changePolicy(before, choices, this.#generators)
  }

  /** A policy is another one: what waited for the old one is dropped, what the new one wants is queued. */
  async requeueAll(signal: AbortSignal): Promise<number> {
    this.#runner.forget()
    await this.#rows.queue.forgetQueued()
    // There may be more room for them now.
    await this.#rows.queue.requeue({ code: GIVEN_UP })
    let queued = 0
    for (const location of this.#deps.locations().all()) queued += await this.queue(location, signal)
    // Nothing may be waiting, and yet there be more than may be.
    if (this.#deps.limits().quotaBytes > 0) await this.#runner.start()
    return queued
  }

  /** What is and will be derived from a content. Throws `NotFound`. */
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

  /** What a content says; see the operation. */
  async text(contentId: ContentId, of: ReadTextInput, signal: AbortSignal): Promise<ReadText> {
    const url = new URL('text-window.ts', import.meta.url)
    const read = (input: TextWindowInput) => this.#deps.read(url, readTextWindow, input, signal)
    return readText(await this.list(contentId), of, read)
  }

  /** Makes again what a content has, or one kind or variant of it. Returns how many files that will be. */
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

  /** Has made again what a whole library has of a kind, or what would be made otherwise now; see `regenerateAll`. */
  async regenerateAll(of: RegenerateAll, signal: AbortSignal): Promise<Outdated[]> {
    try {
      const batches = await regenerateAll(of, this.#runner.making, signal)
      if (!of.dryRun) for (const { files, kind } of batches) this.#tellWaiting(files, kind, undefined)
      return batches
    } finally {
      if (!of.dryRun) await this.#runner.startIfPending()
    }
  }

  /** Tries again what has failed. Returns how many files that will be. */
  async retry(of: { contentId?: ContentId | undefined; kind?: SidecarKind | undefined }): Promise<number> {
    const queued = await this.#rows.queue.requeue({ ...of, state: 'failed' })
    this.#tellWaiting(queued, of.kind, of.contentId)
    await this.#runner.startIfPending()
    if (of.contentId !== undefined) await this.#runner.demand(of.contentId, of.kind)
    return queued
  }

  /** Which variants of a kind are there, for each of some contents. */
  presence(contentIds: readonly ContentId[], kind: SidecarKind): Promise<Map<ContentId, string[]>> {
    return this.#rows.views.presence(contentIds, kind)
  }

  /**
   * Where one lies; null where it is not there yet, in which case it is made before all that waits. Throws `NotFound` and
   * `Unsupported`.
   */
  async path(contentId: ContentId, kind: SidecarKind, variant: string): Promise<string | null> {
    const path = await this.#ensure(contentId, kind, variant)
    if (path === null) await this.#runner.demand(contentId, kind)
    return path
  }

  /** Where one lies; null where it is not there, in which case it waits. */
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
    // The job would be faster than whoever fetches.
    if (mode !== 'fetch' && mode !== 'generate') await this.#runner.startIfPending()
    return null
  }

  /** The devices that may have one, this one not among them. */
  holders(contentId: ContentId, kind: SidecarKind): readonly (Holder & { readonly variant: string })[] {
    return this.#deps.elsewhere()?.holdersOf(contentId, kind) ?? []
  }

  /** What is ready here and others may have, packed: all, or what has changed since the mark of an earlier answer. */
  availability(since: number | null, signal: AbortSignal): Promise<AvailabilityRead> {
    return this.#deps.read(new URL('read-availability.ts', import.meta.url), readAvailability, since, signal)
  }

  /** What is ready here of one variant, with all that others need to know of it. */
  ready(contentId: ContentId, kind: SidecarKind, variant: string): RemoteSidecar[] {
    return this.#rows.exchange.ready(contentId, kind, variant)
  }

  /** Where one lies, or will. */
  fileOf(key: SidecarKey): string {
    return sidecarPath(this.#deps.root, key)
  }

  /** Of packed ids, 16 bytes each, those contents of files here that lack one that a generator here knows. */
  lacking(of: { kind: SidecarKind; variant: string; format: string }, ids: Uint8Array): ContentId[] {
    const generator = this.#generators.find(({ kind }) => kind === of.kind)
    const isKnown = generator && outputsOf(generator, [of.variant]).some(({ format }) => format === of.format)
    return isKnown && !this.#deps.store.readOnly ? this.#rows.exchange.lacking(of, ids) : []
  }

  /** What a content is of which there is a sidecar here; null where there is none. */
  identity(contentId: ContentId): RemoteContent | null {
    return this.#rows.exchange.identity(contentId)
  }

  /** Why nothing is fetched that nobody waits for; null where nothing keeps it. */
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

  /** Has the job begin that fetches ahead; it does nothing where it runs, and where it is paused. */
  async startFetching(): Promise<void> {
    await this.#deps.jobs().enqueue(fetchSidecars, {})
  }

  /** The body of the job: see `fetchSidecars`. */
  async fetchAhead(host: FetchHost): Promise<FetchReport> {
    return (await this.#deps.elsewhere()?.fetchAhead(host)) ?? { fetched: 0, missing: 0, held: null }
  }

  /** Fetches one variant of some contents before anybody asks for it; see `SidecarRunner.fetch`. */
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

  /** One by what names its file; null where it was neither made nor asked for. Throws `NotFound` where there is no such content. */
  async find({ contentId, format, kind, variant }: SidecarKey): Promise<FoundSidecar | null> {
    const rows = (await this.list(contentId)).filter((row) => row.kind === kind)
    const found = rows.find((row) => row.variant === variant && row.format === format)
    if (!found) return null
    const ready = rows.filter(({ state }) => state === 'ready')
    const versions = ready.includes(found) ? [versionOf([found].map(toMark)), versionOf(ready.map(toMark))] : []
    return { ...found, versions }
  }

  /** One line why nothing makes a kind now; null where it can be made. Throws `Unsupported` where nothing ever does. */
  async hindrance(kind: SidecarKind): Promise<string | null> {
    const generator = generatorOf(kind, this.#generators)
    const held = (await this.#runner.holds()).find((each) => each.kind === kind)
    return held?.reason ?? (await generator.unavailable?.()) ?? null
  }

  usage(): Promise<Usage[]> {
    return this.#rows.views.usage()
  }

  /**
   * Has what somebody looks at made before all that waits, and nothing more of what they looked at before. Says how far it
   * is; contents that are not known are left out. Throws `Unsupported`.
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
          // What is not looked at any more by then is made when its turn comes.
          return this.#runner.startIfPending()
        })
        .catch((err: unknown) => {
          if (this.#closing.signal.aborted) return
          this.#deps.log.warn({ kind, err: errorMessage(err) }, 'what is looked at was not queued')
        })
    }
    return states
  }

  /** What nobody has queued yet; variants that are asked for are made whatever the policy. */
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

  /** Of one content, or of more than can be named; of one kind, or of any. */
  #tellWaiting(files: number, kind: SidecarKind | undefined, contentId: ContentId | undefined): void {
    if (files === 0) return
    const kinds = kind === undefined ? this.#generators.map((generator) => generator.kind) : [kind]
    for (const each of kinds) this.#news.tell(each, 'pending', contentId === undefined ? null : [contentId])
  }

  /** What there is to show of contents; those that are not known are left out. */
  thumbs(contentIds: readonly ContentId[]): Map<ContentId, Thumb> {
    const isMade = (contentRowId: number) => this.#runner.claims.has('thumb', contentRowId)
    return readThumbs(this.#deps.store.connection, contentIds, isMade)
  }

  /** What waits, has failed or was passed over, or all of it. */
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

  /** Compares rows and files; changes nothing. */
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

  /** Brings rows and files together; see `reconcile`. */
  async reconcile(signal: AbortSignal): Promise<{ adopted: number; setAside: number; requeued: number }> {
    const counts = await reconcile(this.#audited, signal)
    await this.#deps.references.reconcile(signal)
    await this.#indexTexts(true, signal)
    await this.#runner.startIfPending()
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
    if (dryRun) return this.#rows.upkeep.countDisposable(before, this.#wanted)
    const counts = { files: 0, bytes: 0 }
    for (;;) {
      signal.throwIfAborted()
      const found = await this.#disposable(before, ORPHANS_PER_TURN)
      if (found.length === 0) return counts
      for (const { checksum, size } of found) {
        // What was never made has no file.
        if (checksum.length > 0) counts.files++
        counts.bytes += size
      }
      // Files first: a file without a row is found again, a row without its file is not an orphan but a promise.
      await removeFiles(this.#deps.root, found)
      await this.#rows.upkeep.forget(found.map(({ id }) => id))
    }
  }

  async #disposable(before: number | null, limit: number): Promise<ReadyRow[]> {
    const orphans = await this.#rows.upkeep.orphans(before, limit)
    if (before === null || orphans.length > 0) return orphans
    return this.#rows.upkeep.madeBefore(before, { but: this.#wanted, limit })
  }

  /** What some location asks for. */
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
   * What an address or a pattern names. One that is not there is queued (`later`), waited for (`now`) or shown as it is
   * (`local`). Throws `InvalidInput` and `NotFound`.
   */
  async resolve(address: string, mode: ResolveMode, signal: AbortSignal): Promise<AddressedSidecar[]> {
    const parsed = parseSidecarAddress(address)
    const isOne = !isPattern(parsed.content) && !isPattern(parsed.file) && parsed.kinds.length === 1
    // Throws where there is no such content.
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

  /** Makes sure that there is such a content: one that only other devices have a file of is known from then on. Throws `NotFound`. */
  async #known(contentId: ContentId, mode: ResolveMode, signal: AbortSignal): Promise<void> {
    const { elsewhere, store } = this.#deps
    const isFetched = mode === 'fetch' || mode === 'now'
    if (isFetched && !store.readOnly && !contentRowsOf(store.connection, [contentId]).has(contentId)) {
      const content = await elsewhere()?.identify(contentId, signal)
      if (content) await this.#rows.exchange.adopt(contentId, content)
    }
    await contentRow(store, contentId)
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

  /** Sums up what there is of a location's contents, and what was made of them since a moment. */
  async summary(
    location: KnownLocation,
    since: number,
  ): Promise<SidecarSummary & { held: HeldKind[]; off: { kind: SidecarKind; reason: string }[] }> {
    const summary = await summariseSidecars({ location, except: [] }, since, this.#deps)
    const held = (await this.#runner.holds()).filter(({ kind }) => (summary.byKind[kind]?.pending ?? 0) > 0)
    return { ...summary, held, off: await this.unavailable(location) }
  }

  /** Notices what is done to the files by hand, and puts it right, until this is closed. */
  async watch(): Promise<void> {
    this.#deps.references.onOwned = (key) => this.#watch.add(key)
    await this.#watch.start(await this.#rows.upkeep.folders(this.#watch.capacity))
  }

  /** Puts into the index of texts what a crash has kept from it, or an update that made it anew. */
  async indexTexts(): Promise<void> {
    if (this.#rows.upkeep.hasUnindexedText()) await this.#indexTexts(false, this.#closing.signal)
  }

  async #reconcileOne(only: ContentId): Promise<void> {
    const counts = await reconcile({ ...this.#audited, only }, this.#closing.signal)
    if (counts.requeued > 0) await this.#runner.startIfPending()
  }

  /** Ends the watching, and what is made at once; that waits again. */
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

  /** The body of the job: see `generateSidecars`. */
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

  /** What waits for the machine, and why, as the last run found it. */
  get held(): readonly HeldKind[] {
    return this.#runner.held
  }

  /** What waits for the machine now, and why. */
  holds(): Promise<HeldKind[]> {
    return this.#runner.holds()
  }

  /** Goes on with what waited for the machine: what it may take is another thing now. */
  async resume(): Promise<void> {
    this.#runner.forget()
    await this.#runner.startIfPending()
  }

  /** Kinds that somebody wants and nothing here can make now, with one line why; of one location, or of all. */
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

  /** Queues what is made of sidecars that have just been made. */
  async #queueDerived(from: SidecarKind, contents: readonly number[]): Promise<void> {
    const derived = this.#generators.filter(({ inputs }) => inputs?.includes(from))
    for (const generator of derived) await this.#rows.queue.requeueOutdated(generator, contents)
    await this.#enqueue(derived, this.#deps.locations().all(), contents, this.#closing.signal)
  }

  /** One run after the other: what one of them has indexed, the next does not see. */
  #indexTexts(check: boolean, signal: AbortSignal): Promise<void> {
    const run = this.#texts.then(() => this.#deps.indexTexts(check, signal))
    this.#texts = run.catch(() => {})
    return run
  }
}

function toMark({ checksum, recipe }: Sidecar): { recipe: number; checksum: Uint8Array | null } {
  return { recipe, checksum: checksum === null ? null : Buffer.from(checksum, 'hex') }
}

/** The generator of a kind. Throws `Unsupported` where nothing makes it. */
export function generatorOf(kind: SidecarKind, among: readonly Generator[]): Generator {
  const found = among.find((each) => each.kind === kind)
  if (!found) throw new CoreError('Unsupported', `nothing here makes ${kind} sidecars`)
  return found
}
