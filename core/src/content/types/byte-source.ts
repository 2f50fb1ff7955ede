/** A file's bytes: the beginning is in memory, the rest is read on request. */
export interface ByteSource {
  /** Bytes of the whole file. */
  readonly size: number
  /** The beginning of the file: all of it, or at least the first 8 KiB. */
  readonly head: Uint8Array
  /** The bytes at `offset`: `length` of them, or fewer if the file ends. Valid while the file is open. */
  read(offset: number, length: number): Uint8Array
}

/** A source over bytes in memory. If they are only the beginning of a file, `size` is the size of the file. */
export function bytesSource(bytes: Uint8Array, size: number = bytes.length): ByteSource {
  return {
    size,
    head: bytes,
    read: (offset, length) => bytes.subarray(Math.min(offset, bytes.length), Math.min(offset + length, bytes.length)),
  }
}
