import { CoreError } from '../../../util/errors.ts'

/** Reads the progress that `ffmpeg -progress` prints, and stops the program if it writes too much. */
export class Progress {
  readonly #maxBytes: number
  readonly #stop = new AbortController()
  #rest = ''
  /** The last printed value of each name. */
  readonly #said = new Map<string, string>()

  constructor({ maxBytes }: { readonly maxBytes: number }) {
    this.#maxBytes = maxBytes
  }

  /** Aborts when the program must stop, with the reason. */
  get signal(): AbortSignal {
    return this.#stop.signal
  }

  /** Frames written. */
  get pictures(): number {
    return Number(this.#said.get('frame') ?? 0)
  }

  /** Returns whether the program has made progress: it prints its values again and again, also while it stalls. */
  read(chunk: Buffer): boolean {
    const lines = (this.#rest + chunk.toString('latin1')).split('\n')
    this.#rest = lines.pop()!
    let isFurther = false
    for (const line of lines) {
      const [name, value] = line.split('=', 2)
      if (!SIGNS.includes(name!) || this.#said.get(name!) === value) continue
      this.#said.set(name!, value!)
      isFurther = true
    }
    if (Number(this.#said.get('total_size')) > this.#maxBytes)
      this.#stop.abort(new CoreError('Unsupported', `its copy would be larger than ${this.#maxBytes} bytes`))
    return isFurther
  }
}

/** Values that change while the program makes progress. */
const SIGNS = ['frame', 'total_size', 'out_time_us']
