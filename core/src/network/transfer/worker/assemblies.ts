import { join } from 'node:path'
import type { ThreadDisk } from '../../../sources/user-disk.ts'
import type { Blake3 } from '../../../util/blake3.ts'
import { CHUNK_BYTES } from '../../bulk/index.ts'
import type { FetchItem } from './fetch-item.ts'
import type { Hashers } from './hashers.ts'
import { PartFile } from './part-file.ts'
import { partPath } from './place-file.ts'

/** A large file that is being received in chunks. */
export interface Assembly {
  readonly part: PartFile
  /** Hashes the chunks that have arrived in order. */
  readonly hasher: Blake3
  hashedTo: number
  /** The hash of the whole file, once it is known. */
  whole: Uint8Array | null
}

export interface AssembliesDeps {
  /** The folder that records the finished chunks. */
  readonly folder: string
  readonly items: readonly FetchItem[]
  readonly mark: string
  readonly blake3: Blake3
  readonly hashers: Hashers
  readonly disk: ThreadDisk
}

/** The large files of a fetch. Each is opened when its first chunk arrives. */
export class Assemblies {
  readonly #deps: AssembliesDeps
  readonly #signal: AbortSignal
  readonly #open = new Map<number, Assembly>()
  readonly #opening = new Map<number, Promise<Assembly>>()

  constructor(deps: AssembliesDeps, signal: AbortSignal) {
    this.#deps = deps
    this.#signal = signal
  }

  /** Null if the file is not open. */
  known(item: number): Assembly | null {
    return this.#open.get(item) ?? null
  }

  open(item: number): Promise<Assembly> {
    const known = this.#open.get(item)
    if (known) return Promise.resolve(known)
    const opening = this.#opening.get(item) ?? this.#begin(item)
    this.#opening.set(item, opening)
    return opening.finally(() => this.#opening.delete(item))
  }

  /** The hash of the whole file. If the chunks did not arrive in order, the file is read again. */
  async hashOf({ hasher, hashedTo, part }: Assembly, { size }: FetchItem): Promise<Uint8Array> {
    if (hashedTo === Math.ceil(size / CHUNK_BYTES)) return hasher.finish()
    const own = await this.#deps.hashers.take()
    try {
      return await part.fullHash(own, this.#signal)
    } finally {
      this.#deps.hashers.giveBack(own)
    }
  }

  /** Closes a file and keeps its chunks. */
  close(item: number): void {
    const assembly = this.#open.get(item)
    if (!assembly) return
    this.#open.delete(item)
    this.#deps.hashers.giveBack(assembly.hasher)
    assembly.part.close()
  }

  closeAll(): void {
    for (const item of this.#open.keys()) this.close(item)
  }

  async #begin(index: number): Promise<Assembly> {
    const { blake3, disk, folder, hashers, items, mark } = this.#deps
    const item = items[index]!
    const path = partPath(item, mark)
    const hasher = await hashers.take()
    const record = join(folder, `${index}.chunks`)
    const part = await PartFile.open({ path, record, size: item.size, disk }, blake3)
    if (this.#signal.aborted) {
      part.close()
      throw this.#signal.reason
    }
    const assembly = { part, hasher, hashedTo: 0, whole: null }
    this.#open.set(index, assembly)
    return assembly
  }
}
