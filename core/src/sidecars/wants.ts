import { errorMessage } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'

/** Made at once at most: as many as all processes work on, and some that wait for one. */
const AT_ONCE = 8
/** Windows that somebody looks at; those that were looked at longest ago give way. */
const MAX_VIEWERS = 64

export interface WantsDeps<Kind> {
  /** Resolves when it is made, or is known not to be. Rejects with what keeps all from being made. */
  readonly make: (kind: Kind, contentRowId: number) => Promise<void>
  readonly log: Logger
}

/** What one viewer wants of one kind. */
export interface Want<Kind> {
  readonly kind: Kind
  /** Not begun with yet, the first first. */
  readonly contents: number[]
}

/**
 * What is looked at, and by whom: it is made before all that waits, a few at a time, and no more of it than is still
 * looked at. Viewers take turns.
 */
export class Wants<Kind extends string> implements AsyncDisposable {
  readonly #deps: WantsDeps<Kind>
  /** The one whose turn it is is first. */
  readonly #byViewer = new Map<string, Want<Kind>>()
  readonly #making = new Set<Promise<void>>()
  #closed = false

  constructor(deps: WantsDeps<Kind>) {
    this.#deps = deps
  }

  /** In place of all that the viewer wanted of this kind before. */
  replace(viewer: string, kind: Kind, contents: readonly number[]): Want<Kind> {
    const key = `${kind} ${viewer}`
    const want = { kind, contents: [...contents] }
    this.#byViewer.delete(key)
    this.#byViewer.set(key, want)
    for (const oldest of this.#byViewer.keys()) {
      if (this.#byViewer.size <= MAX_VIEWERS) break
      this.#byViewer.delete(oldest)
    }
    this.#goOn()
    return want
  }

  /** More of what is wanted; nothing where the viewer wants something else by now. */
  add(viewer: string, want: Want<Kind>, contents: readonly number[]): void {
    if (this.#byViewer.get(`${want.kind} ${viewer}`) !== want) return
    want.contents.push(...contents)
    this.#goOn()
  }

  /** Whether somebody waits for something now. */
  get isBusy(): boolean {
    return this.#making.size > 0
  }

  /** Resolves when what is being made is done; nothing else is begun. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    this.#byViewer.clear()
    await Promise.allSettled(this.#making)
  }

  #goOn(): void {
    while (!this.#closed && this.#making.size < AT_ONCE) {
      const turn = [...this.#byViewer].find(([, { contents }]) => contents.length > 0)
      if (!turn) return
      const [viewer, want] = turn
      this.#byViewer.delete(viewer)
      this.#byViewer.set(viewer, want)
      const making = this.#make(want, want.contents.shift()!).finally(() => {
        this.#making.delete(making)
        this.#goOn()
      })
      this.#making.add(making)
    }
  }

  async #make(want: Want<Kind>, contentRowId: number): Promise<void> {
    try {
      await this.#deps.make(want.kind, contentRowId)
    } catch (err) {
      // It keeps the others as well; they wait for the job.
      want.contents.length = 0
      const message = 'what is looked at is not made at once'
      if (!this.#closed) this.#deps.log.warn({ kind: want.kind, err: errorMessage(err) }, message)
    }
  }
}
