import { hexToUuid } from '../../util/uuid.ts'
import type { ContentId, Thumb } from '../../domain/index.ts'
import type { ReadDatabase } from '../../db/sqlite.ts'
import { withTuples } from '../../db/typed-rows.ts'
import { hexIds, readKindStates } from './kind-states.ts'

/** A row of the query `CONTENTS`. */
type ContentRow = readonly [
  uuidHex: string,
  id: number,
  thumbhash: Uint8Array | null,
  colour: number | null,
  width: number | null,
  height: number | null,
  isTurned: number,
  durationMs: number | null,
]

// With EXIF orientations 5 to 8, the picture is rotated by 90 degrees, so width and height are swapped.
const CONTENTS = `
  select lower(hex(c.uuid)), c.id, c.thumbhash, c.colour, ifnull(i.width, v.width), ifnull(i.height, v.height),
    ifnull(i.orientation, 1) between 5 and 8 or ifnull(v.rotation, 0) in (90, 270), v.duration_ms
  from json_each(?) as wanted cross join content_identities c on c.uuid = unhex(wanted.value)
  left join image_media i on i.content_id = c.id left join video_media v on v.content_id = c.id`

/**
 * Reads the thumbnails of contents. `isMade`: whether thumbnails of the content with this row id are being made now.
 */
export function readThumbs(
  db: ReadDatabase,
  contentIds: readonly ContentId[],
  isMade: (contentRowId: number) => boolean,
): Map<ContentId, Thumb> {
  const statement = withTuples<ContentRow>(db.prepare(CONTENTS))
  const rows = statement.all(hexIds(contentIds))
  const contents = new Map(rows.map(([uuidHex, id]) => [hexToUuid(uuidHex) as ContentId, id]))
  const states = readKindStates(db, { contents, kind: 'thumb', isMade })
  const thumbs = new Map<ContentId, Thumb>()
  for (const [uuidHex, , thumbhash, colour, width, height, isTurned, durationMs] of rows) {
    const contentId = hexToUuid(uuidHex) as ContentId
    const { contentRowId: _, ...about } = states.get(contentId)!
    thumbs.set(contentId, {
      hash: thumbhash && Buffer.from(thumbhash).toString('base64'),
      width: isTurned ? height : width,
      height: isTurned ? width : height,
      durationMs,
      color: colour === null ? null : `#${colour.toString(16).padStart(6, '0')}`,
      ...about,
    })
  }
  return thumbs
}
