import { nameBytes, type RawName } from '../../util/file-name.ts'

/** An entry that a transaction moved or renamed, with its former path from the volume's root. */
export interface MovedEntry {
  readonly id: number
  readonly from: Uint8Array
}

interface Place {
  readonly parentId: number | null
  readonly name: RawName
}

interface FormerPlace extends Place {
  readonly path: Uint8Array
}

/**
 * If a transaction moves more entries, the rest are not reported one by one: listeners then read the whole tree again.
 */
const MAX_MOVED = 200

/** The places that moved entries had before a transaction. Entries below a folder that moves have not moved. */
export class FormerPlaces {
  readonly #places = new Map<number, FormerPlace>()
  /** Folders whose path changed in this transaction, in order. */
  readonly #folders: { readonly from: Uint8Array; readonly to: Uint8Array }[] = []

  /** Notes that the path of a folder has changed, and with it the paths of everything below. */
  movePaths(from: Uint8Array, to: Uint8Array): void {
    this.#folders.push({ from, to })
  }

  /** Notes the place of an entry before it moves. `folder` is the current path of its folder. */
  note(id: number, { name, parentId }: Place, folder: Uint8Array): void {
    if (this.#places.has(id) || this.#places.size >= MAX_MOVED) return
    this.#places.set(id, { name, parentId, path: Buffer.concat([this.#former(folder), nameBytes(name)]) })
  }

  /**
   * Returns the entries that are in another place now, and clears all notes. `now` returns nothing for a removed
   * entry.
   */
  take(now: (id: number) => Place | undefined): MovedEntry[] {
    const moved: MovedEntry[] = []
    for (const [id, { name, parentId, path }] of this.#places) {
      const place = now(id)
      const isSame = place?.parentId === parentId && Buffer.from(nameBytes(place.name)).equals(nameBytes(name))
      if (place && !isSame) moved.push({ id, from: path })
    }
    this.clear()
    return moved
  }

  clear(): void {
    this.#places.clear()
    this.#folders.length = 0
  }

  /** The path that a folder had before the transaction: the folders above it may have moved. */
  #former(path: Uint8Array): Uint8Array {
    let former = Buffer.from(path)
    for (const { from, to } of this.#folders.toReversed())
      if (former.subarray(0, to.length).equals(to)) former = Buffer.concat([from, former.subarray(to.length)])
    return former
  }
}
