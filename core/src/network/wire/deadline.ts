/**
 * A signal that is aborted together with another signal, or after a time. Dispose it to remove its timer and its
 * listener.
 */
export class Deadline implements Disposable {
  readonly #controller = new AbortController()
  readonly #outer: AbortSignal
  readonly #onAbort: () => void
  readonly #timer: NodeJS.Timeout

  /** `reason` creates the error with which the signal is aborted after `ms` milliseconds. */
  constructor(outer: AbortSignal, { ms, reason }: { ms: number; reason: () => Error }) {
    this.#outer = outer
    this.#onAbort = () => this.#controller.abort(outer.reason)
    this.#timer = setTimeout(() => this.#controller.abort(reason()), ms)
    // A timer must not keep the process running; open connections do that.
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
