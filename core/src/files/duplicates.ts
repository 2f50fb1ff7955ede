import { setImmediate as nextTurn } from 'node:timers/promises'
import { ContentId } from '../domain/index.ts'
import { HashPool } from '../content/index.ts'
import type { EntryReader } from '../entries/index.ts'
import { keepFullHash } from '../indexing/index.ts'
import type { KnownLocation } from '../location/index.ts'
import type { LibraryStore } from '../store/index.ts'
import { displayName, nameBytes, parsePath, type RawName, shownPath } from '../util/file-name.ts'
import { blobToUuid } from '../util/uuid.ts'
import { DISTINCT_COPIES, OBJECT } from './distinct-copies.ts'

export interface DuplicateGroup {
  readonly contentRowId: number
  readonly contentId: ContentId
  readonly size: number
  /** Number of copies; `files` has the first `MAX_COPIES_SHOWN` of them. */
  readonly copies: number
  /** One path for each copy. Several names of one file (hard links) are not copies. */
  readonly files: readonly { path: RawName; online: boolean }[]
}

export interface DuplicateTotals {
  readonly groups: number
  /** Number of files beyond the first of each content. */
  readonly files: number
  readonly bytes: number
}

/** Groups of files with the same content, from the index. */
export class Duplicates {
  readonly #store: LibraryStore
  readonly #reader: EntryReader

  constructor({ reader, store }: { readonly store: LibraryStore; readonly reader: EntryReader }) {
    this.#store = store
    this.#reader = reader
  }

  /** The largest groups. With `verify`, reads the files completely, and keeps those that are equal. */
  async list(input: { verify: boolean; limit: number }, signal: AbortSignal) {
    const totals = await this.totals()
    const groups = await this.#groups(input.limit)
    if (input.verify) return compareDuplicates(groups, { totals, store: this.#store, signal })
    return {
      groups: groups.map(({ contentId, size, files }) => ({
        contentId,
        size,
        verified: 'sampled' as const,
        files: files.map(({ path, online }) => ({ ...shownPath(path), online })),
      })),
      totalGroups: totals.groups,
      reclaimableBytes: totals.bytes,
      notes: unshownCopies(groups),
    }
  }

  /**
   * Totals of the whole library: files beyond the first of each content, their bytes, and the number of these contents.
   */
  async totals(): Promise<DuplicateTotals> {
    const [row] = await this.#store.bulk.select(DUPLICATE_TOTALS)
    return { groups: Number(row!['groups']), files: Number(row!['files']), bytes: Number(row!['bytes']) }
  }

  /** The contents of a location, and the duplicates among its own files. */
  async inLocation({ volumeId, volumePath }: KnownLocation) {
    const root = new Uint8Array(nameBytes(volumePath))
    const [row] = await this.#store.bulk.select(DUPLICATES_BELOW, volumeId, root, root)
    return {
      contents: Number(row!['contents']),
      duplicateFiles: Number(row!['files']),
      reclaimableBytes: Number(row!['bytes']),
      emptyFiles: Number(row!['empty']),
    }
  }

  async #groups(limit: number): Promise<DuplicateGroup[]> {
    const copies = this.#store.connection.prepare(COPIES)
    const groups: DuplicateGroup[] = []
    for (const row of await this.#store.bulk.select(DUPLICATE_GROUPS, limit)) {
      const contentRowId = Number(row['content_id'])
      const ids = copies.all(contentRowId, MAX_COPIES_SHOWN).map((copy) => Number(copy['id']))
      const files = [...this.#reader.byIds(ids).values()].map((entry) => ({
        path: parsePath(entry.pathBase64 ? `base64:${entry.pathBase64}` : entry.path),
        online: entry.online,
      }))
      groups.push({
        contentRowId,
        contentId: ContentId.parse(blobToUuid(row['uuid'] as Uint8Array)),
        size: Number(row['size']),
        copies: Number(row['n']),
        files: files.toSorted((a, b) => (displayName(a.path) < displayName(b.path) ? -1 : 1)),
      })
      // Many contents with many copies each would otherwise block this thread for a noticeable time.
      await nextTurn()
    }
    return groups
  }
}

const DUPLICATE_TOTALS = `
  select count(*) as groups, coalesce(sum(n - 1), 0) as files, coalesce(sum((n - 1) * c.size), 0) as bytes
  from (${DISTINCT_COPIES}) g join content_identities c on c.id = g.content_id where c.size > 0`

/**
 * The same for one folder and everything below it: the number of contents, and the number of contents with several
 * copies in it. Parameters: the folder's volume, and its path there, twice.
 */
const DUPLICATES_BELOW = `
  with copies as (
    select e.content_id, e.inode, ${OBJECT} as place
    from directories d join entries e on e.parent_id = d.id
    where e.content_id is not null and d.volume_id = ? and substr(d.path, 1, length(?)) = ?
    group by e.content_id, e.inode, place
  )
  select count(*) as contents, coalesce(sum(g.n - 1) filter (where c.size > 0), 0) as files,
    coalesce(sum((g.n - 1) * c.size), 0) as bytes, coalesce(sum(g.n) filter (where c.size = 0), 0) as empty
  from (select content_id, count(*) as n from copies group by content_id) g join content_identities c on c.id = g.content_id`

/** Largest first; the parameter is the limit. */
const DUPLICATE_GROUPS = `
  select g.content_id, g.n, c.uuid, c.size from (${DISTINCT_COPIES}) g join content_identities c on c.id = g.content_id
  where c.size > 0 order by (g.n - 1) * c.size desc, g.content_id limit ?`

/** One name of each copy of a content; the last parameter is the limit. */
export const COPIES = `
  select min(e.id) as id from entries e join directories d on d.id = e.parent_id where e.content_id = ?
  group by e.inode, ${OBJECT} order by id limit ?`

/** More copies of one content than users look through. */
export const MAX_COPIES_SHOWN = 1_000

/** Notes on contents with more copies than are listed. */
function unshownCopies(groups: readonly DuplicateGroup[]): { path: string; message: string }[] {
  return groups
    .filter(({ copies }) => copies > MAX_COPIES_SHOWN)
    .map(({ copies, files }) => ({
      path: displayName(files[0]?.path ?? ''),
      message: `has ${copies - 1} copies, of which ${files.length - 1} are shown`,
    }))
}

/** A file of a group, as an answer shows it. */
export interface ShownCopy {
  readonly path: string
  readonly pathBase64?: string
  readonly online: boolean
}

/** Number of threads that read whole files. More than two would only make a hard disk seek. */
const HASH_THREADS = 2

/**
 * Reads the files of each group completely and keeps those that are equal byte for byte. If files of a group differ,
 * the group is split. Files that are offline or cannot be read are left out and noted.
 */
export async function compareDuplicates(
  groups: readonly DuplicateGroup[],
  of: { totals: DuplicateTotals; store: LibraryStore; signal: AbortSignal },
) {
  await using pool = new HashPool({ threads: HASH_THREADS })
  const notes = unshownCopies(groups)
  const verified: {
    contentId: ContentId
    size: number
    verified: 'full'
    files: ShownCopy[]
  }[] = []
  for (const group of groups) {
    const byHash = await hashAll(group, pool, notes, of.signal)
    if (byHash.size > 1) noteDifferences(byHash, notes)
    for (const files of byHash.values()) {
      if (files.length > 1) verified.push({ contentId: group.contentId, size: group.size, verified: 'full', files })
    }
    const [hash] = byHash.keys()
    if (byHash.size === 1 && hash !== undefined) await recordFullHash(of.store, group.contentRowId, hash)
  }
  const shown = groups.reduce((sum, group) => sum + (group.files.length - 1) * group.size, 0)
  const kept = verified.reduce((sum, group) => sum + (group.files.length - 1) * group.size, 0)
  const reclaimableBytes = Math.max(0, of.totals.bytes - Math.max(0, shown - kept))
  return { groups: verified, totalGroups: of.totals.groups, reclaimableBytes, notes }
}

async function hashAll(
  group: DuplicateGroup,
  pool: HashPool,
  notes: { path: string; message: string }[],
  signal: AbortSignal,
): Promise<Map<string, ShownCopy[]>> {
  const byHash = new Map<string, ShownCopy[]>()
  const results = await Promise.all(
    group.files.map(async (file) => ({ file, result: file.online ? await pool.full(file.path, { signal }) : null })),
  )
  for (const { file, result } of results) {
    const path = displayName(file.path)
    if (!result) notes.push({ path, message: 'offline: not compared' })
    else if (result.state === 'changed') notes.push({ path, message: 'changed while it was read: not compared' })
    else if (result.state === 'failed') notes.push({ path, message: result.message })
    else {
      const hash = Buffer.from(result.hash).toString('hex')
      const same = byHash.get(hash)
      const copy = { ...shownPath(file.path), online: true }
      if (same) same.push(copy)
      else byHash.set(hash, [copy])
    }
  }
  return byHash
}

function noteDifferences(
  byHash: ReadonlyMap<string, { path: string }[]>,
  notes: { path: string; message: string }[],
): void {
  for (const files of byHash.values()) {
    if (files.length > 1) continue
    notes.push({ path: files[0]!.path, message: 'has the same samples as the others, but other content' })
  }
}

async function recordFullHash(store: LibraryStore, contentRowId: number, hash: string): Promise<void> {
  if (store.readOnly) return
  await store.write(({ db }) => keepFullHash(db, contentRowId, Uint8Array.from(Buffer.from(hash, 'hex'))))
}
