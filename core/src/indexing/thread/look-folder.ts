import { CoreError, errorMessage, systemReason } from '../../util/errors.ts'
import { displayName, type RawName } from '../../util/file-name.ts'
import { toInode } from '../../util/inode.ts'
import type {
  BeginRequest,
  Beginning,
  LookedAt,
  LookFailure,
  LookRequest,
  PathFacts,
  PlainListing,
} from './disk-requests.ts'
import { addStats, emptyListing, type Listing, statEntry, statOrNull, UnreadableDirectory } from './listing.ts'
import { Walker } from './walk.ts'

/** The facts that a scan needs about its first folder; null if the folder does not exist. Throws `Offline`. */
export function beginAt({ root, rules, dir }: BeginRequest): Beginning | null {
  const stats = statRoot(dir)
  if (!stats) return null
  const isDirectory = stats.isDirectory()
  const anchors = isDirectory ? new Walker({ root, rules, device: stats.dev, silent: [] }).anchorsAt(dir) : []
  return { isDirectory, device: stats.dev, own: listingOf(stats, stats.dev), anchors }
}

function statRoot(dir: RawName): ReturnType<typeof statEntry> {
  try {
    return statEntry(dir)
  } catch (err) {
    const reason = systemReason(errorMessage(err))
    throw new CoreError('Offline', `${displayName(dir)} cannot be looked at: ${reason}`, { cause: err })
  }
}

/** Looks at some names of a folder, or all. Throws `UnreadableDirectory`. */
export function lookAt(walker: Walker, { dir, anchors, names }: Omit<LookRequest, 'setup'>): LookedAt {
  const inherited = anchors ?? walker.anchorsAt(dir)
  const before = statOrNull(dir)
  const { context, listing } = names === null ? walker.list(dir, inherited) : walker.look(dir, inherited, names)
  const stats = statOrNull(dir)
  const own = stats?.isDirectory() ? listingOf(stats, walker.device) : null
  if (before?.ino !== stats?.ino) listing.isSettled = false
  return { inherited, anchors: context.anchors, listing: plain(listing), own }
}

/** Returns the result of `look`, or the reason why the folder cannot be read. */
export function orFailure<T>(look: () => T): T | { failure: LookFailure } {
  try {
    return look()
  } catch (err) {
    if (!(err instanceof UnreadableDirectory)) throw err
    return { failure: { gone: err.gone, code: err.code, message: err.message } }
  }
}

/** Facts about the file at a path; null if it does not exist or cannot be reached. */
export function factsOf(path: RawName): PathFacts | null {
  const stats = statOrNull(path)
  if (!stats) return null
  const { dev: device, ino, mtimeNs } = stats
  return { isDirectory: stats.isDirectory(), device, inode: toInode(ino), size: Number(stats.size), mtimeNs }
}

function listingOf(stats: NonNullable<ReturnType<typeof statEntry>>, device: bigint): PlainListing {
  const listing = emptyListing()
  addStats(listing, '', stats, device)
  return plain(listing)
}

/** A listing that can go to another process. */
export function plain(listing: Listing): PlainListing {
  return { ...listing, fingerprint: listing.fingerprint.bytes() }
}
