import { CHUNK_BYTES, HASH_BYTES } from '../../bulk/index.ts'

/** How long the other sources may take after the first source has sent its chunk hashes, in milliseconds. */
const COMPARE_MS = 60_000

/**
 * Compares the chunk hashes from several sources of one file. The version of most sources is used, and no chunk is
 * requested before that.
 */
export class SourceAgreement {
  readonly #onLate: () => void
  /** Number of sources that are expected to send chunk hashes. */
  #expected = 0
  /** Names of expected sources that did not connect or have disconnected. */
  readonly #gone = new Set<string>()
  #agreed: Uint8Array | null = null
  #late: NodeJS.Timeout | undefined

  /**
   * `onLate` is called when this time is over. The caller then calls `settle` with `isLate`, without the missing
   * sources.
   */
  constructor(onLate: () => void) {
    this.#onLate = onLate
  }

  get isReached(): boolean {
    return this.#agreed !== null
  }

  /** Whether an agreement is needed but has not been reached. */
  get isAwaited(): boolean {
    return this.#expected > 0 && this.#agreed === null
  }

  expect(sources: number): void {
    this.#expected = Math.max(this.#expected, sources)
  }

  gone(name: string): void {
    this.#gone.add(name)
  }

  /** The agreed hash of the chunk at `offset`; null if there is no agreement. */
  hashAt(offset: number): Uint8Array | null {
    const at = (offset / CHUNK_BYTES) * HASH_BYTES
    return this.#agreed?.subarray(at, at + HASH_BYTES) ?? null
  }

  /** Whether chunks may be requested from a source that sent these chunk hashes; null if it has sent none. */
  believes(hashes: Uint8Array | null): boolean {
    if (this.#expected === 0) return true
    return hashes !== null && this.#agreed !== null && Buffer.compare(hashes, this.#agreed) === 0
  }

  /** Called for the first chunk hashes; starts the time limit for the other sources. */
  begin(): void {
    this.#late ??= setTimeout(this.#onLate, COMPARE_MS)
  }

  /**
   * Agrees on the version that the largest number of sources sent. Returns false if sources are still missing, unless
   * `isLate` is set.
   */
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
