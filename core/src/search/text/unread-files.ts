import type { DatabaseSync } from '../../db/sqlite.ts'
import { sidecarKindNumbers, sidecarStateNumbers } from '../../domain/stored-lists.ts'
import type { SidecarKind } from '../../domain/sidecar.ts'
import type { NameIndex } from '../name-index.ts'
import type { RowFilter } from '../row-filter.ts'
import { PLACE_BITS } from '../wasm/scanner.ts'

/** Limit on the files that are counted. A first scan of a large disk has many more, and a user needs no exact number then. */
export const MAX_UNREAD = 10_000

/**
 * The number of files that pass the filter, and whose sidecars of some kinds wait to be made or to be added to the
 * search index; at most `MAX_UNREAD`.
 */
export function countUnread(
  db: DatabaseSync,
  kinds: readonly SidecarKind[],
  { filter, names }: { names: NameIndex; filter: RowFilter },
): number {
  const wanted = kinds.map((kind) => sidecarKindNumbers[kind]).join(', ')
  // The condition on `state <> ready` looks redundant, but only with it does SQLite use the index `sidecars_unready`.
  const waiting = db.prepare(
    `select distinct e.id from (
       select content_id from sidecars
       where state = ${PENDING} and state <> ${READY} and kind in (${wanted})
       union
       select s.content_id from searched_sidecars i indexed by searched_sidecars_waiting
       join sidecars s on s.id = i.sidecar_id and s.state = ${READY}
       where i.checksum is not null and i.indexed is not i.checksum and i.kind in (${wanted})
       limit ${MAX_UNREAD}
     ) w join entries e on e.content_id = w.content_id`,
  )
  const hits = new Uint32Array(MAX_UNREAD)
  let count = 0
  for (const { id } of waiting.iterate()) {
    const row = names.rowOf(Number(id))
    // A missing row belongs to an entry whose change has not arrived yet.
    if (row >= 0) hits[count++] = row << PLACE_BITS
    if (count === MAX_UNREAD) break
  }
  return filter.keep(hits, count)
}

const PENDING = sidecarStateNumbers.pending
const READY = sidecarStateNumbers.ready
