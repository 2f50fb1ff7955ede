import { stat } from 'node:fs/promises'
import { fsPath, nameKey, type RawName } from '../../util/file-name.ts'
import { serveProcess } from '../../workers/serve-process.ts'
import { listArchive } from './list-archive.ts'
import type { ArchiveListing } from './listing.ts'

export interface ArchiveRequest {
  /** The path contains no links. */
  readonly path: RawName
  /** The path that the user gave, for messages. */
  readonly shown: string
  readonly offset: number
  readonly limit: number
}

/** A page of a listing, and the number of all members. */
export interface ArchivePage extends ArchiveListing {
  readonly total: number
}

/** Cached, because users often view the next page of an archive soon. */
let last: { readonly of: string; readonly listing: ArchiveListing } | null = null

serveProcess<ArchiveRequest, ArchivePage>(async ({ limit, offset, path, shown }) => {
  const of = await stateOf(path)
  if (last?.of !== of) last = { of, listing: await listArchive(path, shown) }
  const { members, ...listing } = last.listing
  return { ...listing, members: members.slice(offset, offset + limit), total: members.length }
})

/** A text that changes whenever the file changes. */
async function stateOf(path: RawName): Promise<string> {
  // Opening the file reports any error about its path.
  const stats = await stat(fsPath(path), { bigint: true }).catch(() => null)
  return [nameKey(path), stats?.dev, stats?.ino, stats?.size, stats?.mtimeNs].join(' ')
}
