import type { DatabaseSync } from '../db/sqlite.ts'
import { fileTypeNumbers } from '../domain/stored-lists.ts'
import { type ClockRange, clockRange, clockText, LocalClock, readClock } from '../util/local-clock.ts'
import type { TimeRange } from '../util/time-expression.ts'
import type { NameIndex } from './name-index.ts'

/** More than the offset of any time zone: the texts of times have different ones. */
const MARGIN_MS = 86_400_000

const IMAGE = `select e.id, i.taken_at as taken from image_media i
  join entries e on e.content_id = i.content_id and e.type = ${fileTypeNumbers.image}
  where i.taken_at >= ? and i.taken_at < ?`
const VIDEO = `select e.id, ifnull(v.taken_at, v.creation_time) as taken from video_media v
  join entries e on e.content_id = v.content_id and e.type = ${fileTypeNumbers.video}
  where ifnull(v.taken_at, v.creation_time) >= ? and ifnull(v.taken_at, v.creation_time) < ?`

/** Marks the rows of photos and films whose own date is in a range: 1 if it is, else 0. */
export function markTaken(db: DatabaseSync, index: NameIndex, range: TimeRange): Uint8Array {
  const wanted = clockRange(range)
  const clock = new LocalClock()
  const marks = new Uint8Array(index.rows)
  for (const statement of [IMAGE, VIDEO]) {
    for (const { id, taken } of db.prepare(statement).iterate(...bounds(wanted))) {
      const at = readClock(String(taken), clock)
      const row = index.rowOf(Number(id))
      // A missing row belongs to an entry whose change has not arrived yet.
      if (row >= 0 && at >= wanted.from && at < wanted.to) marks[row] = 1
    }
  }
  return marks
}

/** As texts of times begin. */
function bounds({ from, to }: ClockRange): [string, string] {
  return [clockText(from - MARGIN_MS), to === Infinity ? '~' : clockText(to + MARGIN_MS)]
}
