import { errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'

/** Limit on sidecars made at once: enough to keep all processes busy, with some waiting for a process. */
const AT_ONCE = 8
/**
 * Limit on stored requests, one for each viewer and kind. Above it, the request that was changed or served longest ago
 * is dropped.
 */
const MAX_VIEWERS = 64

export interface ViewerQueueDeps<Kind> {
  /** Resolves when the sidecar is made or has failed. Rejects if no sidecars can be made now. */
  readonly make: (kind: Kind, contentRowId: number) => Promise<void>
  readonly log: Logger
}

/** The contents that one viewer wants of one kind. */
export interface Viewed<Kind> {
  readonly kind: Kind
  /** Contents not begun yet, in the requested order. */
  readonly contents: number[]
}

/**
 * The contents that users are viewing. Their sidecars are made before all pending ones, a few at a time. Contents that
 * are no longer viewed are dropped. Viewers take turns.
 */
export class ViewerQueue<Kind extends string> implements AsyncDisposable {
  readonly #deps: ViewerQueueDeps<Kind>
  /** In the order of turns: the viewer whose turn is next is first. */
  readonly #byViewer = new Map<string, Viewed<Kind>>()
  readonly #making = new Set<Promise<void>>()
  #closed = false

  constructor(deps: ViewerQueueDeps<Kind>) {
    this.#deps = deps
  }

  /** Replaces the viewer's last request for this kind. */
  replace(viewer: string, kind: Kind, contents: readonly number[]): Viewed<Kind> {
    const key = `${kind} ${viewer}`
    const want = { kind, contents: [...contents] }
    this.#byViewer.delete(key)
    this.#byViewer.set(key, want)
    for (const oldest of this.#byViewer.keys()) {
      if (this.#byViewer.size <= MAX_VIEWERS) break
      this.#byViewer.delete(oldest)
    }
    this.#next()
    return want
  }

  /** Adds contents to a request, unless the viewer has replaced it. */
  add(viewer: string, want: Viewed<Kind>, contents: readonly number[]): void {
    if (this.#byViewer.get(`${want.kind} ${viewer}`) !== want) return
    want.contents.push(...contents)
    this.#next()
  }

  /** Whether sidecars for a viewer are being made now. */
  get isBusy(): boolean {
    return this.#making.size > 0
  }

  /** Resolves when the running work is done. Begins no further work. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    this.#byViewer.clear()
    await Promise.allSettled(this.#making)
  }

  #next(): void {
    while (!this.#closed && this.#making.size < AT_ONCE) {
      const turn = [...this.#byViewer].find(([, { contents }]) => contents.length > 0)
      if (!turn) return
      const [viewer, want] = turn
      this.#byViewer.delete(viewer)
      this.#byViewer.set(viewer, want)
      const making = this.#make(want, want.contents.shift()!).finally(() => {
        this.#making.delete(making)
        this.#next()
      })
      this.#making.add(making)
    }
  }

  async #make(want: Viewed<Kind>, contentRowId: number): Promise<void> {
    try {
      await this.#deps.make(want.kind, contentRowId)
    } catch (err) {
      // The error affects all contents, so the job makes the rest later.
      want.contents.length = 0
      const message = 'the sidecars that a user is viewing are not made at once'
      if (!this.#closed) this.#deps.log.warn({ kind: want.kind, err: errorMessage(err) }, message)
    }
  }
}
