/** A signal that is aborted with another one, or after a time. Disposing it leaves nothing behind. */
export class Deadline implements Disposable {
  readonly #controller = new AbortController()
  readonly #outer: AbortSignal
  readonly #onAbort: () => void
  readonly #timer: NodeJS.Timeout

  /** `reason` makes what the signal is aborted with once `ms` milliseconds have passed. */
  constructor(outer: AbortSignal, { ms, reason }: { ms: number; reason: () => Error }) {
    this.#outer = outer
    this.#onAbort = () => this.#controller.abort(outer.reason)
    this.#timer = setTimeout(() => this.#controller.abort(reason()), ms)
    // What is open keeps the process running, not the wait for it.
    this.#timer.unref()
    if (outer.aborted) this.#onAbort()
    else outer.addEventListener('abort', this.#onAbort, { once: true })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#outer.removeEventListener('abort', this.#onAbort)
  }
}
