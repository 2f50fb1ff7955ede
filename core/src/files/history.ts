import { sidecarKindByNumber, sidecarStateNumbers } from '../domain/index.ts'
import type { ReadDatabase } from '../db/sqlite.ts'
import { toTimestamp } from '../entries/index.ts'

/** One recorded event of a file. */
export interface HistoryItem {
  readonly at: string
  readonly what: 'taken' | 'created' | 'modified' | 'indexed' | 'examined' | 'made' | 'failed'
  readonly detail: string | null
}

const READY = sidecarStateNumbers.ready
const FAILED = sidecarStateNumbers.failed

/** When a content was examined, and when the photo or film was taken. */
const CONTENT = `select c.examined_at as examined, ifnull(i.taken_at, ifnull(v.taken_at, v.creation_time)) as taken
  from content_identities c left join image_media i on i.content_id = c.id left join video_media v on v.content_id = c.id
  where c.id = ?`
const SIDECARS = `select kind, group_concat(variant, ', ') as variants, state, updated_at as at, engine, engine_version as version,
    max(error) as error
  from sidecars where content_id = ? and state in (${READY}, ${FAILED}) and source_entry_id is null
  group by kind, state, updated_at, engine, engine_version`

/** The recorded events of an indexed file and its content, newest first. */
export function historyOf(db: ReadDatabase, entryRowId: number, contentRowId: number | null): HistoryItem[] {
  const entry = db.prepare('select uuid, mtime, birthtime from entries where id = ?').get(entryRowId)
  if (!entry) return []
  const items: HistoryItem[] = [
    { at: toTimestamp(Number(entry['mtime'])), what: 'modified', detail: null },
    { at: toTimestamp(timeOf(entry['uuid'] as Uint8Array)), what: 'indexed', detail: null },
  ]
  if (entry['birthtime'] !== null)
    items.push({ at: toTimestamp(Number(entry['birthtime'])), what: 'created', detail: null })
  if (contentRowId !== null) items.push(...historyOfContent(db, contentRowId))
  return items.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))
}

function historyOfContent(db: ReadDatabase, contentRowId: number): HistoryItem[] {
  const items: HistoryItem[] = []
  const content = db.prepare(CONTENT).get(contentRowId)
  if (content?.['taken']) items.push({ at: String(content['taken']), what: 'taken', detail: null })
  if (content?.['examined'])
    items.push({ at: toTimestamp(Number(content['examined'])), what: 'examined', detail: null })
  for (const { at, engine, error, kind, state, variants, version } of db.prepare(SIDECARS).all(contentRowId)) {
    const name = `${sidecarKindByNumber[Number(kind)]!} ${String(variants)}`
    const by = engine === null ? '' : `, by ${String(engine)} ${String(version ?? '')}`.trimEnd()
    const isReady = Number(state) === READY
    const detail = isReady ? `${name}${by}` : `${name}: ${String(error ?? '')}`
    items.push({ at: toTimestamp(Number(at)), what: isReady ? 'made' : 'failed', detail })
  }
  return items
}

/** A UUIDv7 begins with its creation time in milliseconds. */
function timeOf(uuid: Uint8Array): number {
  return Buffer.from(uuid).readUIntBE(0, 6)
}
