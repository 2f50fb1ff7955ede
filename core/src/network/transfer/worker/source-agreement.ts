import { CHUNK_BYTES, HASH_BYTES } from '../../bulk/index.ts'

/** How long sources may take to say what the chunks of a file are, after the first has, in milliseconds. */
const COMPARE_MS = 60_000

/** What several sources of one file say its chunks are: what most of them say is believed, and nothing before. */
export class SourceAgreement {
  readonly #onLate: () => void
  /** How many sources are expected to say it. */
  #expected = 0
  /** Names of sources that were expected and are not there any more. */
  readonly #gone = new Set<string>()
  #agreed: Uint8Array | null = null
  #late: NodeJS.Timeout | undefined

  /** `onLate`: those that have not said it by now are not waited for; it is settled with `isLate`. */
  constructor(onLate: () => void) {
    this.#onLate = onLate
  }

  get isReached(): boolean {
    return this.#agreed !== null
  }

  /** Whether sources were to agree and have not yet. */
  get isAwaited(): boolean {
    return this.#expected > 0 && this.#agreed === null
  }

  expect(sources: number): void {
    this.#expected = Math.max(this.#expected, sources)
  }

  gone(name: string): void {
    this.#gone.add(name)
  }

  /** Of the chunk at `offset`; null where nobody had to agree. */
  hashAt(offset: number): Uint8Array | null {
    const at = (offset / CHUNK_BYTES) * HASH_BYTES
    return this.#agreed?.subarray(at, at + HASH_BYTES) ?? null
  }

  /** Whether a source may be asked that says this of the chunks; null: it has said nothing. */
  believes(hashes: Uint8Array | null): boolean {
    if (this.#expected === 0) return true
    return hashes !== null && this.#agreed !== null && Buffer.compare(hashes, this.#agreed) === 0
  }

  /** Somebody has said it: the others may not take for ever. */
  begin(): void {
    this.#late ??= setTimeout(this.#onLate, COMPARE_MS)
  }

  /** Believes what most of `said` are, unless some are still to come. False: they are. */
  settle(said: readonly Uint8Array[], { isLate }: { isLate: boolean }): boolean {
    if (said.length === 0) return false
    if (this.#agreed) return true
    if (!isLate && said.length + this.#gone.size < this.#expected) return false
    const byClaim = Map.groupBy(said, (hashes) => Buffer.from(hashes).toString('base64'))
    this.#agreed = [...byClaim.values()].toSorted((a, b) => b.length - a.length)[0]![0]!
    return true
  }

  close(): void {
    clearTimeout(this.#late)
  }
}
