import { lstatSync, opendirSync, realpathSync, type BigIntStats } from 'node:fs'
import { CoreError } from '../../../util/errors.ts'
import { bytesToName, displayName } from '../../../util/file-name.ts'
import { pathErrorCode } from '../../../util/path-error.ts'
import type { PrivateFiles } from '../../../util/private-files.ts'
import { isInPlace } from './in-place.ts'
import type { WalkShare } from './walk-budget.ts'

/** Maximum number of files and folders in one transfer; a larger one is refused before anything is sent. */
export const MAX_ITEMS = 1_000_000
/** Deepest nesting of folders that is followed. */
const MAX_DEPTH = 512
/** Items that are listed before other work in the thread may run. */
const BATCH = 512

/** A file or folder to send: the parts of its path, starting at the top of its tree. */
export interface SourceItem {
  readonly names: readonly Uint8Array[]
  readonly kind: 'file' | 'directory'
  readonly size: number
  /** Milliseconds, with a fraction. */
  readonly mtimeMs: number
  readonly mode: number
}

/** Facts about an item for the sending side only: its path, and its identity when it was offered. */
export interface OwnItem extends SourceItem {
  readonly path: Buffer
  readonly inode: bigint
  readonly mtimeNs: bigint
}

/** A file or folder that was left out, and the reason. */
export interface LeftOut {
  readonly names: readonly Uint8Array[]
  readonly reason: string
}

/** The size of an item's names in bytes, as it counts towards the limits on lists. */
export function bytesOfNames({ names }: Pick<SourceItem, 'names'>): number {
  return names.reduce((sum, { length }) => sum + length + NAME_OVERHEAD, NAME_OVERHEAD)
}

/** Overhead of a name, or an item, in a message, in bytes. */
const NAME_OVERHEAD = 48

export interface Walked {
  readonly items: OwnItem[]
  /** The first files and folders that were left out. */
  readonly leftOut: LeftOut[]
  readonly leftOutCount: number
}

/** Maximum number of omissions that are listed one by one. */
const MAX_LEFT_OUT = 100

/**
 * Lists all files and folders at or below some paths. Each path is the top of its own tree, with `name` as its name
 * there. Symlinks, devices and similar entries are left out with a reason, and so are the files of Spacedrive itself.
 * Throws if one of the paths cannot be sent, if the lists of all transfers are too long, and the signal's reason.
 */
export async function walkSource(
  roots: readonly { readonly path: Buffer; readonly name: Uint8Array }[],
  { guard, share, signal }: { guard: PrivateFiles | null; share: Pick<WalkShare, 'take'>; signal: AbortSignal },
): Promise<Walked> {
  const items: OwnItem[] = []
  const leftOut: LeftOut[] = []
  let leftOutCount = 0
  const leaveOut = (left: LeftOut) => {
    leftOutCount++
    if (leftOut.length < MAX_LEFT_OUT) leftOut.push(left)
  }
  const take = (place: Place) => {
    share.take(place.path.length + bytesOfNames(place))
    signal.throwIfAborted()
  }
  const waiting = roots.map(({ path, name }) => ({ path, names: [name] as readonly Uint8Array[] })).toReversed()
  for (const root of waiting) take(root)
  for (let looked = 1; waiting.length > 0; looked++) {
    const next = waiting.pop()!
    const isRoot = next.names.length === 1
    const item = lookAt(next, { guard, isRoot, leaveOut })
    if (!item) continue
    if (items.length >= MAX_ITEMS) {
      throw new CoreError('InvalidInput', `more than ${MAX_ITEMS} files and folders cannot be sent at once`)
    }
    items.push(item)
    if (item.kind === 'directory') {
      // Not `push(...)`: a folder with a million names would exceed the maximum number of arguments.
      for (const child of listFolder(item, { leaveOut, room: MAX_ITEMS - items.length, take })) waiting.push(child)
    }
    if (looked % BATCH === 0) await new Promise(setImmediate)
    signal.throwIfAborted()
  }
  return { items, leftOut, leftOutCount }
}

/** The name of an item for messages to the other device. It never contains the path on this device. */
function nameOf({ names }: Place): string {
  return displayName(bytesToName(new Uint8Array(names.at(-1)!)))
}

interface Place {
  readonly path: Buffer
  readonly names: readonly Uint8Array[]
}

type LeaveOut = (left: LeftOut) => void

function lookAt(
  place: Place,
  { guard, isRoot, leaveOut }: { guard: PrivateFiles | null; isRoot: boolean; leaveOut: LeaveOut },
): OwnItem | null {
  let stats: BigIntStats
  try {
    stats = lstatSync(place.path, { bigint: true })
  } catch (cause) {
    const code = pathErrorCode(cause) ?? 'PermissionDenied'
    if (isRoot) throw new CoreError(code, `${nameOf(place)} cannot be read`, { cause })
    leaveOut({ names: place.names, reason: 'it cannot be read' })
    return null
  }
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : null
  if (!kind) {
    const reason = stats.isSymbolicLink() ? 'it is a link to another place' : 'it is no file and no folder'
    if (isRoot) throw new CoreError('InvalidInput', `${nameOf(place)} cannot be sent: ${reason}`)
    leaveOut({ names: place.names, reason })
    return null
  }
  // The walk has already checked the folders above other items, but not those above a root.
  const real = isRoot ? realpathSync.native(place.path, 'buffer') : place.path
  const reason = isRoot ? guard?.reasonSync(real) : guard?.reasonOfEntry(real, stats)
  if (reason) {
    if (isRoot) {
      const why = `it belongs to Spacedrive itself, to a folder that ${reason.what}`
      throw new CoreError('PermissionDenied', `${nameOf(place)} cannot be sent: ${why}`)
    }
    leaveOut({ names: place.names, reason: 'it belongs to Spacedrive itself' })
    return null
  }
  return {
    ...place,
    path: real,
    kind,
    size: kind === 'file' ? Number(stats.size) : 0,
    mtimeMs: Number(stats.mtimeNs) / 1e6,
    mode: Number(stats.mode) & 0o777,
    inode: stats.ino,
    mtimeNs: stats.mtimeNs,
  }
}

/**
 * Lists a folder. Throws `InvalidInput` if the folder alone exceeds the limit on files to send. `take` is called with
 * the size of each name, because waiting names need memory too.
 */
function listFolder(
  { path, names }: OwnItem,
  { leaveOut, room, take }: { leaveOut: LeaveOut; room: number; take: (place: Place) => void },
): Place[] {
  if (names.length >= MAX_DEPTH) {
    leaveOut({ names, reason: `more than ${MAX_DEPTH} folders below each other are not followed` })
    return []
  }
  try {
    using folder = opendirSync(path, { encoding: 'buffer' as BufferEncoding })
    const children: Place[] = []
    const below = path.equals(SLASH) ? path : Buffer.concat([path, SLASH])
    for (let entry = folder.readSync(); entry; entry = folder.readSync()) {
      const name = entry.name as unknown as Buffer
      if (children.length >= room)
        throw new CoreError('InvalidInput', `more than ${MAX_ITEMS} files and folders cannot be sent at once`)
      const child = { path: Buffer.concat([below, name]), names: [...names, new Uint8Array(name)] }
      take(child)
      children.push(child)
    }
    // If the folder or a folder above it was replaced by a link, the names are those of another place.
    if (!isInPlace(path)) {
      leaveOut({ names, reason: 'it was moved or replaced while it was listed' })
      return []
    }
    return children.toSorted((a, b) => Buffer.compare(b.path, a.path))
  } catch (err) {
    if (err instanceof CoreError) throw err
    leaveOut({ names, reason: 'it cannot be listed' })
    return []
  }
}

const SLASH = Buffer.from('/')
