import { exitCodes } from './exit-codes.ts'

/** Ctrl-C: the first press asks whatever waits on `signal` to come to an end, the second one ends the process. */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController()
  readonly #listener = () => {
    if (this.#controller.signal.aborted) process.exit(exitCodes.interrupted)
    this.#controller.abort(new Error('interrupted'))
  }

  constructor() {
    process.on('SIGINT', this.#listener)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  [Symbol.dispose](): void {
    process.off('SIGINT', this.#listener)
  }
}
