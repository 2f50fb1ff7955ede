import { entryKindNumbers, fileTypeByNumber, fileTypes } from '../domain/stored-lists.ts'
import type { ReadDatabase } from '../db/sqlite.ts'
import { withTuples } from '../db/typed-rows.ts'
import type { FileSort } from '../domain/index.ts'

/** The order of a folder's listing. */
export interface FolderOrder {
  readonly sort: FileSort
  readonly reverse: boolean
  readonly foldersFirst: boolean
}

export interface OrderFolderInput extends FolderOrder {
  readonly directoryId: number
}

/** Columns of `entries` for all orders except that by name. */
type Row = readonly [id: number, kind: number, key: number | string | null]

const DIRECTORY = entryKindNumbers.directory

/**
 * Sorted row ids of all entries of a folder. Equal entries are sorted by name. The size of a folder is the sum of
 * everything below it; it has no type and no extension.
 */
export function orderFolder(db: ReadDatabase, { directoryId, ...order }: OrderFolderInput): Float64Array {
  const byName = order.foldersFirst ? 'e.sort_key' : 'substr(e.sort_key, 2)'
  if (order.sort === 'name' && !order.reverse) {
    const ids = withTuples<[id: number]>(
      db.prepare(`select e.id from entries e where e.parent_id = ? order by ${byName}`),
    )
    return Float64Array.from(ids.all(directoryId), ([id]) => id)
  }
  const { column, joins = '' } = keys[order.sort]
  const statement = withTuples<Row>(
    db.prepare(`select e.id, e.kind, ${column} from entries e ${joins} where e.parent_id = ? order by ${byName}`),
  )
  return sortRows(statement.all(directoryId), order)
}

interface Key {
  readonly column: string
  readonly joins?: string
  /** Largest first, unless `reverse` is set. */
  readonly descending: boolean
}

const sortedTypes = fileTypes.toSorted()
/** The position of each type in alphabetical order, by its number. */
const typePlaces = fileTypeByNumber.map((type) => (type === undefined ? 0 : sortedTypes.indexOf(type)))

const keys: Readonly<Record<FileSort, Key>> = {
  name: { column: 'null', descending: false },
  size: {
    column: `ifnull(d.total_size, e.size)`,
    joins: `left join directories d on d.id = case e.kind when ${DIRECTORY} then e.id end`,
    descending: true,
  },
  modified: { column: 'e.mtime', descending: true },
  created: { column: 'e.birthtime', descending: true },
  type: { column: `case e.kind when ${DIRECTORY} then null else e.type end`, descending: false },
  extension: { column: 'x.ext', joins: 'left join extensions x on x.id = e.ext_id', descending: false },
}

/** `rows` must be sorted by name. */
function sortRows(rows: readonly Row[], { foldersFirst, reverse, sort }: FolderOrder): Float64Array {
  const isFolder = Uint8Array.from(rows, ([, kind]) => Number(kind === DIRECTORY))
  const places = sort === 'name' ? Float64Array.from(rows.keys()) : placesOf(rows, sort)
  const sign = keys[sort].descending === reverse ? 1 : -1
  const order = Uint32Array.from(rows.keys())
  // The sort is stable, so equal entries stay sorted by name.
  order.sort((a, b) => (foldersFirst ? isFolder[b]! - isFolder[a]! : 0) || sign * (places[a]! - places[b]!) || a - b)
  return Float64Array.from(order, (i) => rows[i]![0])
}

/** Numbers in the order of the keys; entries without a key get the lowest number. */
function placesOf(rows: readonly Row[], sort: FileSort): Float64Array {
  if (sort === 'type') return Float64Array.from(rows, ([, , key]) => (key === null ? -1 : typePlaces[Number(key)]!))
  if (sort !== 'extension') return Float64Array.from(rows, ([, , key]) => Number(key ?? NO_TIME))
  const names = [...new Set(rows.map(([, , key]) => String(key ?? '')))].toSorted()
  const placeByName = new Map(names.map((name, i) => [name, i]))
  return Float64Array.from(rows, ([, , key]) => placeByName.get(String(key ?? ''))!)
}

/** Lower than every time. Not infinity, because infinity minus infinity is not a number. */
const NO_TIME = -Number.MAX_SAFE_INTEGER
