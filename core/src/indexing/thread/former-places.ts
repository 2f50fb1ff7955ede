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

/** More moves of one transaction are not told one by one, because listeners then read the whole tree again. */
const MAX_MOVED = 200

/** Where the entries that a transaction moves were before it. Entries below a folder that moves have not moved. */
export class FormerPlaces {
  readonly #places = new Map<number, FormerPlace>()
  /** Folders that have got another path in this transaction, in order. */
  readonly #folders: { readonly from: Uint8Array; readonly to: Uint8Array }[] = []

  /** Notes that the path of a folder changes, with the paths of everything below it. */
  movePaths(from: Uint8Array, to: Uint8Array): void {
    this.#folders.push({ from, to })
  }

  /** Notes the place of an entry that is about to move. `folder` is the path that its folder has now. */
  note(id: number, { name, parentId }: Place, folder: Uint8Array): void {
    if (this.#places.has(id) || this.#places.size >= MAX_MOVED) return
    this.#places.set(id, { name, parentId, path: Buffer.concat([this.#former(folder), nameBytes(name)]) })
  }

  /** The entries that are at another place now, and forgets everything. `now` finds no entry that is gone. */
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
