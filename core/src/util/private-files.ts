import { type BigIntStats, existsSync, lstatSync, opendirSync, statSync } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { CoreError } from './errors.ts'
import { displayName, fsPath, type RawName } from './file-name.ts'

/**
 * Entries down to this level below the data folder are known individually: keys, settings, databases and their backups.
 */
const DEPTH = 4
/** Most entries known individually. All other files in the data folder are recognised by the folders above them. */
const MAX_KNOWN = 20_000
/** How long the list of known entries stays valid, in milliseconds. */
const FRESH_MS = 1_000

/** Every data folder contains the first two files, also a copy, and that of another instance; every library the others. */
const MARKS = [
  ['network.db', 'device.json'],
  ['library.json', 'database.db'],
]

/**
 * The files of Spacedrive itself: the data folder, which holds the keys of this device. They are recognised by device
 * and inode, not by name, so a link, a bind mount or a second name (a hard link) cannot hide them. Other data folders
 * are recognised by what they contain: copies, snapshots and overlays have inodes of their own. So are libraries outside
 * of the data folder, because a library has the names and texts of all its locations.
 */
export class PrivateFiles {
  readonly #folder: string
  #known: ReadonlySet<string> = new Set()
  #readAt = Number.NEGATIVE_INFINITY

  /** `folder`: the data folder. */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** Throws `PermissionDenied` if the file or folder at `path` is private. The path contains no symlinks. */
  async refuse(path: RawName): Promise<void> {
    if (await this.has(path)) throw privateFile(path)
  }

  /** Whether `path` or a folder above it belongs to a data folder or a library. The path contains no symlinks. */
  async has(path: RawName): Promise<boolean> {
    const known = this.#read()
    const found = await Promise.all(
      [path, ...foldersAbove(path)].map((each) =>
        stat(fsPath(each), { bigint: true }).then(
          (stats) => known.has(identityOf(stats)) || (stats.isDirectory() && isMarked(each)),
          () => false,
        ),
      ),
    )
    return found.includes(true)
  }

  /** The same check for one entry whose parent folders were checked before; for walks in a separate thread. */
  hasEntry(path: RawName, stats: BigIntStats): boolean {
    return this.#read().has(identityOf(stats)) || (stats.isDirectory() && isMarkedSync(path))
  }

  /** The synchronous version of `has`, for a thread that may block on the disk. */
  hasSync(path: RawName): boolean {
    return [path, ...foldersAbove(path)].some((each) => {
      const stats = statSync(fsPath(each), { bigint: true, throwIfNoEntry: false })
      return stats !== undefined && this.hasEntry(each, stats)
    })
  }

  #read(): ReadonlySet<string> {
    const now = performance.now()
    if (now - this.#readAt < FRESH_MS) return this.#known
    const known = new Set<string>()
    const waiting = [{ path: this.#folder, depth: 0 }]
    for (let next = waiting.pop(); next && known.size < MAX_KNOWN; next = waiting.pop()) {
      // The path of the data folder itself may be a link.
      const stats = (next.depth === 0 ? statSync : lstatSync)(next.path, { bigint: true, throwIfNoEntry: false })
      if (!stats || stats.isSymbolicLink()) continue
      known.add(identityOf(stats))
      if (stats.isDirectory() && next.depth < DEPTH) waiting.push(...childrenOf(next))
    }
    this.#known = known
    this.#readAt = now
    return known
  }
}

interface Identity {
  readonly dev: bigint
  readonly ino: bigint
}

function identityOf({ dev, ino }: Identity): string {
  return `${dev}:${ino}`
}

async function isMarked(path: RawName): Promise<boolean> {
  const found = await Promise.all(
    MARKS.map(async ([one, other]) => (await exists(fileIn(path, one!))) && exists(fileIn(path, other!))),
  )
  return found.includes(true)
}

function isMarkedSync(path: RawName): boolean {
  return MARKS.some((names) => names.every((name) => existsSync(fileIn(path, name))))
}

function exists(path: Buffer): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function fileIn(folder: RawName, name: string): Buffer {
  return Buffer.concat([Buffer.from(fsPath(folder)), Buffer.from(`/${name}`)])
}

function childrenOf({ depth, path }: { path: string; depth: number }): { path: string; depth: number }[] {
  const children = []
  try {
    using folder = opendirSync(path)
    for (let entry = folder.readSync(); entry && children.length < MAX_KNOWN; entry = folder.readSync())
      children.push({ path: `${path}/${entry.name}`, depth: depth + 1 })
  } catch {
    // The folder was removed a moment ago, so it has no children.
  }
  return children
}

/** The folders above an absolute path, from the nearest to the root. */
function foldersAbove(path: RawName): Buffer[] {
  const bytes = Buffer.from(fsPath(path))
  const found: Buffer[] = []
  for (let at = bytes.lastIndexOf(SLASH); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(SLASH, at - 1))
    found.push(bytes.subarray(0, Math.max(at, 1)))
  return found
}

const SLASH = 0x2f

export function privateFile(path: RawName): CoreError {
  return new CoreError(
    'PermissionDenied',
    `${displayName(path)} belongs to Spacedrive itself and is shown to nobody: data folders hold keys, and libraries the names and texts of all their files`,
  )
}
