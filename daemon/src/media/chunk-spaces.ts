import { CHUNK_BYTES } from './file-chunks.ts'

/** 32 MiB: as many as a room of people who watch films has in use at once. */
const MAX_KEPT = 64

/** Space for chunks, used again and again: what is allotted anew for each is a fifth of all work in collecting it. */
export class ChunkSpaces {
  readonly #free: Uint8Array[] = []

  take(): Uint8Array {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES)
  }

  /** For what nobody reads or writes any more. */
  giveBack(...spaces: readonly Uint8Array[]): void {
    for (const space of spaces) if (this.#free.length < MAX_KEPT) this.#free.push(space)
  }
}
