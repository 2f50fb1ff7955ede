import { CoreError } from '../../../util/errors.ts'
import { STALL_MS } from './limits.ts'

/** Watches the progress that `ffmpeg -progress` prints, and stops the program if it stalls or writes too much. */
export class Progress implements Disposable {
  readonly #maxBytes: number
  readonly #stop = new AbortController()
  readonly #timer: NodeJS.Timeout
  #rest = ''
  /** The last printed value of each name. */
  readonly #said = new Map<string, string>()

  constructor({ maxBytes, stallMs = STALL_MS }: { readonly maxBytes: number; readonly stallMs?: number }) {
    this.#maxBytes = maxBytes
    const stalled = () => this.#stop.abort(new CoreError('Timeout', `no step forward in ${stallMs / 1_000} s`))
    this.#timer = setTimeout(stalled, stallMs)
  }

  /** Aborts when the program must stop, with the reason. */
  get signal(): AbortSignal {
    return this.#stop.signal
  }

  /** Frames written. */
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

/** Values that change while the program makes progress. */
const SIGNS = ['frame', 'total_size', 'out_time_us']
