import type { ReadDatabase } from '../db/sqlite.ts'
import { withTuples } from '../db/typed-rows.ts'
import type { FolderSize } from '../domain/folder-size.ts'
import { entryKindNumbers, entryKindByNumber, fileTypeByNumber } from '../domain/stored-lists.ts'
import { displayName, joinName, nameBytes, type RawName } from '../util/file-name.ts'

export interface MeasureFolderInput {
  readonly directoryId: number
  /** The path of the folder. */
  readonly dir: RawName
  /** Number of levels below it to include. */
  readonly depth: number
  /** Maximum number of files and folders to return. */
  readonly limit: number
}

/** Limit on the listed entries of one folder. Beside these, smaller ones would be too small to see. */
const MAX_CHILDREN = 200
const DIRECTORY = entryKindNumbers.directory
const FILE = entryKindNumbers.file

const COLUMNS = `e.id, e.name, e.kind, e.type, ifnull(d.total_size, e.size), ifnull(d.file_count, 1), ifnull(d.child_count, 0)`
const JOINS = `entries e left join directories d on d.id = case e.kind when ${DIRECTORY} then e.id end`
type Row = readonly [
  id: number,
  name: RawName,
  kind: number,
  type: number,
  size: number,
  files: number,
  children: number,
]

interface Found {
  readonly node: FolderSize
  readonly id: number
  readonly path: RawName
  readonly level: number
  readonly childCount: number
  readonly parent: Found | null
}

/** The largest entries at any level below a folder, together with the folders that contain them. */
export function measureFolder(db: ReadDatabase, { depth, dir, directoryId, limit }: MeasureFolderInput): FolderSize {
  const one = withTuples<Row>(db.prepare(`select ${COLUMNS} from ${JOINS} where e.id = ?`))
  const largest = withTuples<Row>(
    db.prepare(
      `select ${COLUMNS} from ${JOINS} where e.parent_id = ? and e.kind in (${FILE}, ${DIRECTORY})
     and ifnull(d.total_size, e.size) > 0 order by ifnull(d.total_size, e.size) desc, e.sort_key limit ${MAX_CHILDREN}`,
    ),
  )
  const root = found(one.get(directoryId)!, dir, null)
  const candidates = new LargestFirst()
  candidates.add(root)
  let taken = 0
  for (let next = candidates.take(); next && taken < limit; next = candidates.take()) {
    taken++
    if (next.parent) addTo(next.parent.node, next.node)
    if (next.node.kind !== 'directory' || next.level >= depth) continue
    next.node.children = []
    next.node.rest = { count: next.childCount, size: next.node.size }
    for (const row of largest.all(next.id)) candidates.add(found(row, joinName(next.path, row[1]), next))
  }
  return root.node
}

function found(row: Row, path: RawName, parent: Found | null): Found {
  const [id, rawName, kind, type, size, files, childCount] = row
  const node: FolderSize = {
    name: displayName(rawName),
    path: displayName(path),
    kind: entryKindByNumber[kind]!,
    type: fileTypeByNumber[type] ?? 'unknown',
    size,
    files,
  }
  if (typeof path !== 'string') node.pathBase64 = Buffer.from(nameBytes(path)).toString('base64')
  return { node, id, path, level: parent ? parent.level + 1 : 0, childCount, parent }
}

/** Must be called in the order of sizes, largest first. */
function addTo(folder: FolderSize, child: FolderSize): void {
  folder.children?.push(child)
  if (!folder.rest) return
  folder.rest.count--
  folder.rest.size -= child.size
}

/** A binary heap. */
class LargestFirst {
  readonly #heap: Found[] = []

  add(item: Found): void {
    const heap = this.#heap
    let at = heap.push(item) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      if (heap[above]!.node.size >= item.node.size) break
      heap[at] = heap[above]!
      at = above
    }
    heap[at] = item
  }

  take(): Found | undefined {
    const heap = this.#heap
    const [first] = heap
    const last = heap.pop()
    if (!last || !first || heap.length === 0) return first
    let at = 0
    for (let below = 1; below < heap.length; below = 2 * at + 1) {
      if (below + 1 < heap.length && heap[below + 1]!.node.size > heap[below]!.node.size) below++
      if (heap[below]!.node.size <= last.node.size) break
      heap[at] = heap[below]!
      at = below
    }
    heap[at] = last
    return first
  }
}
