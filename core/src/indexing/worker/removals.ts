import type { DatabaseSync } from 'node:sqlite'
import { rowAsFound } from './compare.ts'
import { DIRECTORY, type EntryRow, type EntryWriter, ROW_COLUMNS } from './entry-writer.ts'
import { objectKey } from './reconcile.ts'
import type { ScanHost, ScanReport } from './scan-request.ts'
import { readSubtree } from './subtree.ts'
import { inChunks } from './write-window.ts'

interface RemovalDeps {
  readonly db: DatabaseSync
  readonly writer: EntryWriter
  readonly host: ScanHost
  readonly volumeId: number
  /** Folders that stay when what is around them goes. */
  readonly locationRoots: ReadonlySet<number>
  /** Entries with this row id or a higher one may be what a removed file was moved to. */
  readonly pairFrom: number
  readonly stamp: () => number
}

/**
 * What a scan has found gone. Rows are removed at the very end, when it is known that they did not turn up elsewhere;
 * until then the folders they were in keep no fingerprint.
 */
export class Removals {
  readonly #deps: RemovalDeps
  readonly #rows: EntryRow[] = []
  /** Folders that were found under another path: whatever was thought of the old one, they are not gone. */
  readonly #relocated = new Set<number>()
  readonly #fingerprints: { id: number; fingerprint: Uint8Array }[] = []

  constructor(deps: RemovalDeps) {
    this.#deps = deps
  }

  get isEmpty(): boolean {
    return this.#rows.length === 0
  }

  add(row: EntryRow): void {
    this.#rows.push(row)
  }

  keepRelocated(directoryId: number): void {
    this.#relocated.add(directoryId)
  }

  /** The fingerprint a folder gets once what is gone from it is removed. */
  deferFingerprint(id: number, fingerprint: Uint8Array): void {
    this.#fingerprints.push({ id, fingerprint })
  }

  /** Removes the rows of what is gone, except where the same file has turned up under a new name. */
  async settle(changes: ScanReport['changes']): Promise<void> {
    const { writer } = this.#deps
    const leaves = new Map<number | string, EntryRow>()
    for (const row of this.#rows) {
      if (row.kind !== DIRECTORY && row.nlink === 1) leaves.set(objectKey(row.inode, row.birthtime), row)
    }
    const moves = leaves.size > 0 ? this.#pairMoves(leaves) : []
    const moved = new Set(moves.map(({ from }) => from.id))
    await inChunks(this.#deps, moves, ({ from, to }) => {
      writer.removeLeaf(to)
      writer.moveLeaf(from, to.parent_id!, rowAsFound(to))
      changes.moved++
      changes.added--
      return 2
    })
    await inChunks(
      this.#deps,
      this.#rows.filter((row) => !moved.has(row.id)),
      (row) => {
        const now = writer.row(row.id)
        if (!now || this.#relocated.has(row.id)) return 0
        const removed = now.kind === DIRECTORY ? this.#removeTree(now.id) : 1
        if (now.kind !== DIRECTORY) writer.removeLeaf(now)
        changes.removed += removed
        return removed
      },
    )
    await inChunks(this.#deps, this.#fingerprints, ({ id, fingerprint }) => {
      writer.scanned(id, fingerprint, this.#deps.stamp(), null)
      return 1
    })
  }

  #pairMoves(leaves: ReadonlyMap<number | string, EntryRow>): { from: EntryRow; to: EntryRow }[] {
    const moves: { from: EntryRow; to: EntryRow }[] = []
    const added = this.#deps.db.prepare(
      `select ${ROW_COLUMNS} from entries where id >= ? and kind <> ${DIRECTORY}
       and parent_id in (select id from directories where volume_id = ${this.#deps.volumeId})`,
    )
    for (const raw of added.iterate(this.#deps.pairFrom)) {
      const to = raw as unknown as EntryRow
      const from = leaves.get(objectKey(to.inode, to.birthtime))
      if (from && from.id !== to.id && from.kind === to.kind && to.nlink === 1) moves.push({ from, to })
    }
    return moves
  }

  /** Removes a folder and all below it, the deepest first; a nested location's root stays, on its own. */
  #removeTree(id: number): number {
    const { db, writer, volumeId, locationRoots } = this.#deps
    const path = db.prepare('select path from directories where id = ?').get(id)
    if (!path) return 0
    const from = path['path'] as Uint8Array
    const { going, staying } = readSubtree(db, { volumeId, path: from }, (folderId) => locationRoots.has(folderId))
    for (const root of staying) writer.detach(root.id)
    let removed = 0
    for (const folder of going) {
      removed += writer.removeLeavesOf(folder.id) + 1
      writer.removeDirectory(folder.id)
    }
    return removed
  }
}
