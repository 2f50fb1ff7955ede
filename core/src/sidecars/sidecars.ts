import { availableParallelism } from 'node:os'
import type { EntryReader } from '../entries/index.ts'
import type { EventData, EventType } from '../events/index.ts'
import type { JobManager } from '../jobs/index.ts'
import type { LocationMap } from '../location/index.ts'
import type { LibraryStore } from '../store/index.ts'
import type { Foreground } from '../util/foreground.ts'
import type { Logger } from '../util/logger.ts'
import type { Machine } from '../util/machine.ts'
import type { PrivateFiles } from '../util/private-files.ts'
import type { SidecarWatch } from './audit/sidecar-watch.ts'
import { SharedSidecars } from './exchange/shared-sidecars.ts'
import { DraftSweep } from './files/drafts.ts'
import { AvailableEngines } from './generators/available-engines.ts'
import type { Generator } from './generators/index.ts'
import type { PeerSidecars } from './peers/peer-sidecars.ts'
import type { SidecarPools } from './processes/sidecar-pools.ts'
import { Claims } from './queue/claims.ts'
import type { DevicePolicy } from './queue/policy.ts'
import { QueueFiller } from './queue/queue-filler.ts'
import { TextIndexing } from './queue/text-indexing.ts'
import type { References } from './references/references.ts'
import { SidecarQueue } from './requests/sidecar-queue.ts'
import { SidecarRequests } from './requests/sidecar-requests.ts'
import { ViewedSidecars } from './requests/viewed-sidecars.ts'
import type { Change, Select } from './rows/row.ts'
import { openRows } from './rows/sidecar-rows.ts'
import { Holds, type SidecarLimits } from './run/holds.ts'
import { MakeOnRequest } from './run/make-on-request.ts'
import { PendingFetcher } from './run/pending-fetcher.ts'
import { Results } from './run/results.ts'
import { SidecarNews } from './run/sidecar-news.ts'
import { SidecarRunner } from './run/sidecar-runner.ts'
import { SidecarUpkeep } from './upkeep/sidecar-upkeep.ts'
import { type ReadInThread, SidecarViews } from './views/sidecar-views.ts'

export interface SidecarsDeps {
  readonly store: LibraryStore
  readonly reader: EntryReader
  /** The files of Spacedrive itself. No sidecars are made of them. */
  readonly privateFiles: Pick<PrivateFiles, 'has'>
  readonly references: References
  readonly pools: SidecarPools
  /** Watches the files in `root`. */
  readonly watch: SidecarWatch
  /** All generators, with the current settings. */
  readonly generators: () => readonly Generator[]
  /** The library's folder of sidecars. */
  readonly root: string
  readonly select: Select
  readonly change: Change
  readonly read: ReadInThread
  /**
   * Adds ready text sidecars to the search index. With `check`, also looks for texts that are missing in the index
   * although they were indexed.
   */
  readonly indexTexts: (check: boolean, signal: AbortSignal) => Promise<void>
  readonly jobs: () => JobManager
  readonly locations: () => LocationMap
  readonly policy: () => DevicePolicy
  readonly limits: () => SidecarLimits
  /** Other devices with this library; null if there are none. */
  readonly peers: () => PeerSidecars | null
  readonly machine: Machine
  readonly foreground: Foreground
  /** Whether the network connection is metered. */
  readonly isMetered: () => Promise<boolean>
  readonly now: () => number
  readonly log: Logger
  readonly emit: <T extends EventType>(type: T, data: EventData<T>) => void
}

/**
 * All sidecars of a library. Each is stored once for each content. This class creates the parts, connects them, and
 * closes them.
 */
export class Sidecars implements AsyncDisposable {
  readonly views: SidecarViews
  readonly queue: SidecarQueue
  readonly requests: SidecarRequests
  readonly viewed: ViewedSidecars
  readonly runner: SidecarRunner
  readonly upkeep: SidecarUpkeep
  readonly exchange: SharedSidecars
  readonly #onRequest: MakeOnRequest
  readonly #drafts: DraftSweep
  readonly #news: SidecarNews
  readonly #closing = new AbortController()

  constructor(deps: SidecarsDeps) {
    const { emit, limits, machine, pools, root } = deps
    const closing = this.#closing.signal
    const rows = openRows(deps)
    const claims = new Claims()
    const engines = new AvailableEngines()
    const texts = new TextIndexing(deps.indexTexts)
    const filler = new QueueFiller({ ...deps, rows, texts })
    const holds = new Holds({ machine, root, limits, pools, cores: availableParallelism() })
    this.#news = new SidecarNews((data) => emit('sidecars.changed', data))
    this.#drafts = new DraftSweep({ root, pools })
    const shared = {
      ...deps,
      rows,
      claims,
      engines,
      filler,
      holds,
      texts,
      closing,
      news: this.#news,
      drafts: this.#drafts,
    }
    const making = { ...shared, results: new Results(shared) }
    this.runner = new SidecarRunner({ ...shared, making, wanted: deps })
    const fetcher = new PendingFetcher({ ...shared, making })
    this.#onRequest = new MakeOnRequest({ ...shared, making, runner: this.runner })
    const running = { ...shared, fetcher, runner: this.runner, onRequest: this.#onRequest, wanted: deps }
    this.views = new SidecarViews(running)
    this.queue = new SidecarQueue(running)
    this.requests = new SidecarRequests({ ...running, views: this.views })
    this.viewed = new ViewedSidecars(running)
    this.upkeep = new SidecarUpkeep(running)
    this.exchange = new SharedSidecars({ ...running, viewed: this.viewed })
  }

  /** Aborts the sidecars that are being made on request; those become pending again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    this.runner[Symbol.dispose]()
    await Promise.all([this.viewed[Symbol.asyncDispose](), this.#onRequest[Symbol.asyncDispose]()])
    await this.#drafts.idle()
    this.#news[Symbol.dispose]()
  }
}
