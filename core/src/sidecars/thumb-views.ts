import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { type ContentId, sidecarKinds, sidecarStates, type Thumb } from '../domain/index.ts'
import { hexToUuid } from '../util/uuid.ts'

/** A content as `CONTENTS` reads it. */
type ContentRow = readonly [
  uuidHex: string,
  id: number,
  thumbhash: Uint8Array | null,
  colour: number | null,
  width: number | null,
  height: number | null,
  isTurned: number,
]
/** A sidecar as `SIDECARS` reads it. */
type SidecarRow = readonly [
  contentId: number,
  variant: string,
  state: number,
  recipe: number,
  checksum: Uint8Array | null,
  code: string | null,
  error: string | null,
]

const THUMB = sidecarKinds.indexOf('thumb')
// EXIF has five to eight for what lies on its side.
const CONTENTS = `
  select lower(hex(c.uuid)), c.id, c.thumbhash, c.colour, ifnull(i.width, v.width), ifnull(i.height, v.height),
    ifnull(i.orientation, 1) between 5 and 8 or ifnull(v.rotation, 0) in (90, 270)
  from json_each(?) as wanted cross join content_identities c on c.uuid = unhex(wanted.value)
  left join image_media i on i.content_id = c.id left join video_media v on v.content_id = c.id`
const SIDECARS = `
  select s.content_id, s.variant, s.state, s.recipe, s.checksum, s.error_code, s.error
  from json_each(?) as wanted cross join sidecars s on s.content_id = wanted.value and s.kind = ${THUMB}`

/** Reads what there is to show of contents. `isMade` says whether the thumbnails of one, by its row id, are being made now. */
export function readThumbs(
  db: DatabaseSync,
  contentIds: readonly ContentId[],
  isMade: (contentRowId: number) => boolean,
): Map<ContentId, Thumb> {
  const ids = JSON.stringify(contentIds.map((id) => id.replaceAll('-', '')))
  const contents = all<ContentRow>(db, CONTENTS, ids)
  const sidecars = all<SidecarRow>(db, SIDECARS, JSON.stringify(contents.map(([, id]) => id)))
  const byContent = Map.groupBy(sidecars, ([contentRowId]) => contentRowId)
  return new Map(
    contents.map((content) => {
      const [uuidHex, id, thumbhash, colour, width, height, isTurned] = content
      const thumb: Thumb = {
        hash: thumbhash && Buffer.from(thumbhash).toString('base64'),
        width: isTurned ? height : width,
        height: isTurned ? width : height,
        color: colour === null ? null : `#${colour.toString(16).padStart(6, '0')}`,
        ...stateOf(byContent.get(id) ?? [], () => isMade(id)),
      }
      return [hexToUuid(uuidHex) as ContentId, thumb]
    }),
  )
}

function stateOf(
  rows: readonly SidecarRow[],
  isMade: () => boolean,
): Pick<Thumb, 'ready' | 'version' | 'state' | 'error'> {
  const inState = (state: Thumb['state']) => rows.filter((row) => sidecarStates[row[2]] === state)
  const none = { ready: [], version: '', error: null }
  const ready = inState('ready')
  if (ready.length > 0) {
    const variants = ready.map(([, variant]) => variant).toSorted()
    return { ready: variants, version: versionOf(ready), state: 'ready', error: null }
  }
  if (inState('generating').length > 0 || isMade()) return { ...none, state: 'generating' }
  if (inState('pending').length > 0) return { ...none, state: 'pending' }
  const [failed] = inState('failed')
  if (!failed) return { ...none, state: 'none' }
  const [, , , , , code, message] = failed
  return { ...none, state: 'failed', error: { code: code ?? 'Internal', message: message ?? '' } }
}

/** The recipe, and the first bytes of all checksums in one number: of one file, those of its own. */
function versionOf(rows: readonly SidecarRow[]): string {
  let sum = 0
  for (const [, , , , checksum] of rows) if (checksum) sum ^= Buffer.from(checksum).readInt32BE(0)
  const recipe = Math.max(...rows.map((row) => row[3]))
  return `${recipe}-${(sum >>> 0).toString(16).padStart(8, '0')}`
}

function all<Row>(db: DatabaseSync, sql: string, ids: string): Row[] {
  const statement = db.prepare(sql)
  statement.setReturnArrays(true)
  return statement.all(ids) as unknown as (Row & SQLOutputValue[])[]
}
