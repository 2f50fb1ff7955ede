import type { DatabaseSync } from '../../db/sqlite.ts'
import { mediaKindOf } from '../../content/media/media-facts.ts'
import { MediaReader, type MediaResult } from '../../content/media/media-reader.ts'
import { fileTypeByNumber } from '../../domain/stored-lists.ts'
import { displayName, joinName, type RawName } from '../../util/file-name.ts'
import { splitNanoseconds } from '../../util/file-time.ts'
import type { ContentWriter, HashedFile } from './content-writer.ts'
import type { Patience } from './patience.ts'
import type { PathFacts } from './disk-requests.ts'
import type { RequestHost } from './request-host.ts'
import { factsOf } from './look-folder.ts'
import { PatientDisk } from './patient-disk.ts'

/** Contents examined before their metadata is recorded in one transaction. */
const CONTENTS_PER_BATCH = 256
/** Rows read at once in the search for contents that are not examined yet. */
const CONTENTS_PER_PAGE = 2_048

export interface MediaDeps {
  readonly db: DatabaseSync
  readonly host: RequestHost
  readonly contents: ContentWriter
  /** Absolute paths of the folders whose files may be read, by row id. */
  readonly folders: ReadonlyMap<number, RawName>
  /** The root of the location, and how long to wait for its disk; `patience` is null if the disk always answers. */
  readonly dir: RawName
  readonly patience: Patience | null
  inTransaction(work: () => void): Promise<void>
}

interface Holder extends HashedFile {
  readonly path: RawName
}

interface Examined {
  readonly contentId: number
  readonly path: RawName
  readonly media: MediaResult | null
}

/**
 * Reads the metadata of pictures, sounds, videos and documents, once for each content: of the given contents, or of
 * all contents that have not been examined. Returns the number of contents processed.
 */
export async function examineMedia(contentIds: Iterable<number> | null, deps: MediaDeps): Promise<number> {
  const { dir, patience } = deps
  await using reader = new MediaReader({ inProcess: patience !== null })
  await using disk = patience && new PatientDisk({ dir, patience })
  const content = deps.db.prepare(
    'select type from content_identities where id = ? and examined_at is null and size > 0',
  )
  let batch: Examined[] = []
  let done = 0
  const suspects: { readonly contentId: number; readonly stops: number }[] = []
  const look = async (contentId: number, isLast: boolean) => {
    deps.host.signal.throwIfAborted()
    const row = content.get(contentId)
    const holder = row && holderOf(contentId, deps)
    if (!holder) return
    const { items, signal } = deps.host
    const item = `media of ${contentId}`
    const verdict = items?.verdict(item) ?? { when: 'now' }
    if (verdict.when === 'never') {
      batch.push({
        contentId,
        path: holder.path,
        media: { state: 'failed', code: 'Unavailable', message: verdict.reason },
      })
    } else if (verdict.when === 'last' && !isLast) {
      suspects.push({ contentId, stops: verdict.stops })
      return
    } else {
      using _begun = await items?.begin([item])
      const examined = await examine(contentId, Number(row['type']), holder, { reader, disk, signal })
      if (examined) batch.push(examined)
    }
    if (batch.length < CONTENTS_PER_BATCH && !isLast) return
    await record(batch, deps)
    deps.host.progress((done += batch.length), null, 0)
    batch = []
  }
  for (const contentId of contentIds ?? allUnexamined(deps.db)) await look(contentId, false)
  for (const { contentId } of suspects.toSorted((a, b) => a.stops - b.stops)) await look(contentId, true)
  await record(batch, deps)
  return done + batch.length
}

function* allUnexamined(db: DatabaseSync): Generator<number> {
  const page = db.prepare(
    `select id from content_identities where examined_at is null and size > 0 and id > ? order by id limit ${CONTENTS_PER_PAGE}`,
  )
  for (let after = 0; ;) {
    const rows = page.all(after)
    if (rows.length === 0) return
    for (const row of rows) yield Number(row['id'])
    after = Number(rows.at(-1)!['id'])
  }
}

/** A file of the location that holds the content. */
function holderOf(contentId: number, { db, folders }: MediaDeps): Holder | null {
  const rows = db.prepare('select id, parent_id, name, size, mtime, mtime_ns, ctime from entries where content_id = ?')
  for (const row of rows.iterate(contentId)) {
    const folder = folders.get(Number(row['parent_id']))
    if (folder === undefined) continue
    return {
      id: Number(row['id']),
      path: joinName(folder, row['name'] as RawName),
      size: Number(row['size']),
      mtime: Number(row['mtime']),
      mtimeNs: Number(row['mtime_ns']),
      ctime: Number(row['ctime']),
    }
  }
  return null
}

/** Null if the file is no longer the one that was identified: another run examines its new contents. */
async function examine(
  contentId: number,
  type: number,
  file: Holder,
  { reader, disk, signal }: { reader: MediaReader; disk: PatientDisk | null; signal: AbortSignal },
): Promise<Examined | null> {
  const kind = mediaKindOf(fileTypeByNumber[type])
  if (!kind) return { contentId, path: file.path, media: null }
  const media = await reader.read(file.path, kind, signal)
  // If the disk has stopped answering, this throws, and nothing is recorded.
  const [now] = disk ? await disk.ask('facts', [file.path], signal) : [factsOf(file.path)]
  return now && isStill(file, now) ? { contentId, path: file.path, media } : null
}

function isStill({ size, mtime, mtimeNs }: Holder, now: PathFacts): boolean {
  const [ms, ns] = splitNanoseconds(now.mtimeNs)
  return now.size === size && ms === mtime && ns === mtimeNs
}

async function record(batch: readonly Examined[], { contents, host, inTransaction }: MediaDeps): Promise<void> {
  if (batch.length === 0) return
  const refused = new Map<Examined, readonly string[]>()
  await inTransaction(() => {
    for (const each of batch) refused.set(each, contents.examined(each.contentId, each.media))
  })
  for (const each of batch) {
    const { media } = each
    const path = displayName(each.path)
    if (media && 'state' in media) host.warn({ code: 'Unsupported', message: media.message, path })
    else if (media?.kind === 'image' && media.damage) host.warn({ code: 'Corrupt', message: media.damage, path })
    const left = refused.get(each) ?? []
    if (left.length > 0)
      host.warn({ code: 'Corrupt', message: `impossible values were left out: ${left.join(', ')}`, path })
  }
}
