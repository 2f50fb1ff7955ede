import { CHUNK_BYTES } from './file-chunks.ts'

/** 32 MiB: as many as a room of people who watch films has in use at once. */
const MAX_KEPT = 64

/** Reuses buffers for chunks: collecting a new buffer for each chunk would be a fifth of all work. */
export class ChunkSpaces {
  readonly #free: Uint8Array[] = []

  take(): Uint8Array {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES)
  }

  /** Returns a space that is no longer in use. */
  giveBack(...spaces: readonly Uint8Array[]): void {
    for (const space of spaces) if (this.#free.length < MAX_KEPT) this.#free.push(space)
  }
}
