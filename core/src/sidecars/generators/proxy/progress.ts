import { CoreError } from '../../../util/errors.ts'
import { STALL_MS } from './limits.ts'

/** Watches a program that says how far it is, as `ffmpeg -progress` does, and ends it where it goes on no more. */
export class Progress implements Disposable {
  readonly #maxBytes: number
  readonly #stop = new AbortController()
  readonly #timer: NodeJS.Timeout
  #rest = ''
  /** What it said last, by name. */
  readonly #said = new Map<string, string>()

  constructor({ maxBytes, stallMs = STALL_MS }: { readonly maxBytes: number; readonly stallMs?: number }) {
    this.#maxBytes = maxBytes
    const stalled = () => this.#stop.abort(new CoreError('Timeout', `no step forward in ${stallMs / 1_000} s`))
    this.#timer = setTimeout(stalled, stallMs)
  }

  /** Aborts with the reason. */
  get signal(): AbortSignal {
    return this.#stop.signal
  }

  /** Pictures written. */
  get pictures(): number {
    return Number(this.#said.get('frame') ?? 0)
  }

  read(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString('latin1')).split('\n')
    this.#rest = lines.pop()!
    for (const line of lines) {
      const [name, value] = line.split('=', 2)
      if (!SIGNS.includes(name!) || this.#said.get(name!) === value) continue
      this.#said.set(name!, value!)
      this.#timer.refresh()
    }
    if (Number(this.#said.get('total_size')) > this.#maxBytes)
      this.#stop.abort(new CoreError('Unsupported', `its copy would be larger than ${this.#maxBytes} bytes`))
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}

/** What changes as long as it goes on. */
const SIGNS = ['frame', 'total_size', 'out_time_us']
