/** A file's bytes for whoever examines them: the beginning is at hand, the rest is read where it is asked for. */
export interface ByteSource {
  /** Bytes of the whole file. */
  readonly size: number
  /** The beginning of the file: all of it, or at least the first 8 KiB. */
  readonly head: Uint8Array
  /** The bytes at `offset`: `length` of them, or fewer where the file ends. Valid while the file is open. */
  read(offset: number, length: number): Uint8Array
}

/** A source over bytes in memory. `size` says how large the file is that they begin, where they are not all of it. */
export function bytesSource(bytes: Uint8Array, size: number = bytes.length): ByteSource {
  return {
    size,
    head: bytes,
    read: (offset, length) => bytes.subarray(Math.min(offset, bytes.length), Math.min(offset + length, bytes.length)),
  }
}
