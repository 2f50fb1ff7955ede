import type { IHasher } from 'hash-wasm'

/** BLAKE3 for one thread. Use it from one place at a time, because all hashes share its state. */
export interface Blake3 {
  /** The 32-byte hash of `bytes`. */
  hash(bytes: Uint8Array): Uint8Array
  /** Begins a hash of many pieces; discards an unfinished one. */
  start(): void
  update(bytes: Uint8Array): void
  finish(): Uint8Array
}

/** Below this many bytes, WASM is faster than a call into the native binary. */
const WASM_BELOW_BYTES = 1_536

/** The native BLAKE3, with WASM for small inputs; only WASM if the platform has no native binary. */
export async function loadBlake3(options: { native: boolean } = { native: true }): Promise<Blake3> {
  const { createBLAKE3 } = await import('hash-wasm')
  const wasm = wasmBlake3(await createBLAKE3())
  const native = options.native ? await loadNative() : null
  if (!native) return wasm
  return { ...native, hash: (bytes) => (bytes.length < WASM_BELOW_BYTES ? wasm : native).hash(bytes) }
}

function wasmBlake3(hasher: IHasher): Blake3 {
  return {
    hash: (bytes) => hasher.init().update(bytes).digest('binary'),
    start: () => void hasher.init(),
    update: (bytes) => void hasher.update(bytes),
    finish: () => hasher.digest('binary'),
  }
}

async function loadNative(): Promise<Blake3 | null> {
  try {
    const { Blake3Hasher, blake3 } = await import('@napi-rs/blake-hash')
    // Created once for each thread: creating a hasher costs as much as hashing 50 KB, and its memory is freed late.
    const hasher = new Blake3Hasher()
    return {
      hash: (bytes) => blake3(bytes),
      start: () => hasher.reset(),
      update: (bytes) => void hasher.update(bytes),
      finish: () => hasher.digestBuffer(),
    }
  } catch {
    // There is no binary for this platform, or it is not installed. WASM gives the same hashes, but is slower.
    return null
  }
}
