import type { Finding, Novelty } from './explorer.ts'

export interface CorpusFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** What a thread that fuzzes is given. */
export interface FuzzTask {
  /** Address of the module with the target. */
  readonly module: string
  /** Address of the repository. */
  readonly root: string
  readonly corpus: readonly CorpusFile[]
  readonly seed: number
  /** How long to look for new inputs; 0 only runs those that are known. */
  readonly forMs: number
  readonly shared: SharedArrayBuffer
}

/** Most bytes of an input that both threads see. */
const MAX_INPUT_BYTES = 1024 * 1024
const HEAD_NUMBERS = 3
const [RUNS, LENGTH, STOP] = [0, 1, 2]

/** What the thread that fuzzes does now. Its parent sees it, also if the thread no longer answers. */
export class SharedState {
  readonly buffer: SharedArrayBuffer
  readonly #head: Int32Array
  readonly #bytes: Uint8Array

  constructor(
    buffer: SharedArrayBuffer = new SharedArrayBuffer(HEAD_NUMBERS * Int32Array.BYTES_PER_ELEMENT + MAX_INPUT_BYTES),
  ) {
    this.buffer = buffer
    this.#head = new Int32Array(buffer, 0, HEAD_NUMBERS)
    this.#bytes = new Uint8Array(buffer, this.#head.byteLength)
  }

  /** Inputs that were begun. */
  get runs(): number {
    return Atomics.load(this.#head, RUNS)
  }

  get input(): Uint8Array {
    return this.#bytes.slice(0, Atomics.load(this.#head, LENGTH))
  }

  get isStopped(): boolean {
    return Atomics.load(this.#head, STOP) === 1
  }

  announce(bytes: Uint8Array): void {
    const seen = bytes.subarray(0, MAX_INPUT_BYTES)
    this.#bytes.set(seen)
    Atomics.store(this.#head, LENGTH, seen.length)
    Atomics.add(this.#head, RUNS, 1)
  }

  /** Asks the thread to end after the current batch. */
  stop(): void {
    Atomics.store(this.#head, STOP, 1)
  }
}

export type FuzzWorkerMessage =
  | { readonly kind: 'learned'; readonly name: string; readonly novelty: Novelty }
  | { readonly kind: 'kept'; readonly bytes: Uint8Array }
  | { readonly kind: 'found'; readonly finding: Finding }
  | { readonly kind: 'done'; readonly runs: number; readonly blocks: number; readonly slowestMs: number }
