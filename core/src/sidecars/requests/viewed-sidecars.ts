import type { ContentId, SidecarKind } from '../../domain/index.ts'
import type { LibraryStore } from '../../store/index.ts'
import { errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { generatorOf } from '../generators/generator-of.ts'
import type { Generator } from '../generators/index.ts'
import type { Claims } from '../queue/claims.ts'
import type { QueueFiller } from '../queue/queue-filler.ts'
import type { MakeOnRequest } from '../run/make-on-request.ts'
import type { SidecarRunner } from '../run/sidecar-runner.ts'
import { contentRowsOf, type KindState, readKindStates } from '../views/kind-states.ts'
import { ViewerQueue } from './viewer-queue.ts'

export interface ViewedSidecarsDeps {
  readonly store: LibraryStore
  readonly claims: Claims
  readonly filler: QueueFiller
  readonly runner: SidecarRunner
  readonly onRequest: MakeOnRequest
  readonly generators: () => readonly Generator[]
  /** Aborted when the library closes. */
  readonly closing: AbortSignal
  readonly log: Logger
}

/** The sidecars that a user is viewing. */
export interface WantInput {
  /** Identifies the viewer. A new request replaces the viewer's last request for this kind. */
  readonly viewer: string
  readonly contentIds: readonly ContentId[]
  readonly kind: SidecarKind
  /** The variants to make; if omitted, those of the policy. */
  readonly variants?: readonly string[] | undefined
}

/** Makes the sidecars of viewed contents before all pending ones. */
export class ViewedSidecars implements AsyncDisposable {
  readonly #deps: ViewedSidecarsDeps
  readonly #queue: ViewerQueue<SidecarKind>

  constructor(deps: ViewedSidecarsDeps) {
    this.#deps = deps
    this.#queue = new ViewerQueue({ make: (kind, contentRowId) => this.#make(kind, contentRowId), log: deps.log })
  }

  /** Whether sidecars for a viewer are being made now. */
  get isBusy(): boolean {
    return this.#queue.isBusy
  }

  /**
   * Replaces the viewer's last request. Returns the states of the contents; unknown contents are left out. Throws
   * `Unsupported`.
   */
  want({ contentIds, kind, variants, viewer }: WantInput): Map<ContentId, KindState> {
    const { claims, closing, filler, generators, log, runner, store } = this.#deps
    const generator = generatorOf(kind, generators())
    const isMade = (contentRowId: number) => claims.has(kind, contentRowId)
    const contents = contentRowsOf(store.connection, contentIds)
    const states = readKindStates(store.connection, { contents, kind, variants, isMade })
    if (store.readOnly) return states
    const rowsIn = (state: KindState['state']) =>
      [...states.values()].filter((each) => each.state === state).map(({ contentRowId }) => contentRowId)
    const request = this.#queue.replace(viewer, kind, rowsIn('pending'))
    const missing = rowsIn('none')
    if (missing.length === 0) return states
    filler
      .fillViewed({ generator, contents: missing, variants }, closing)
      .then(() => {
        this.#queue.add(viewer, request, missing)
        // If the viewer has moved on by then, the job makes the remaining sidecars.
        return runner.startIfPending()
      })
      .catch((err: unknown) => {
        if (closing.aborted) return
        log.warn({ kind, err: errorMessage(err) }, 'the sidecars that a user is viewing were not queued')
      })
    return states
  }

  async #make(kind: SidecarKind, contentRowId: number): Promise<void> {
    const { closing, generators, onRequest, runner } = this.#deps
    try {
      await onRequest.make(generatorOf(kind, generators()), contentRowId)
    } catch (err) {
      if (!closing.aborted) await runner.startIfPending()
      throw err
    }
  }

  /** Resolves when the running work is done. Begins no further work. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue[Symbol.asyncDispose]()
  }
}
