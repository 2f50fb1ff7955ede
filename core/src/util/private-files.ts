import { type BigIntStats, lstatSync, opendirSync, statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { CoreError } from './errors.ts'
import { displayName, fsPath, type RawName } from './file-name.ts'
import { type Mark, markOf, markOfSync } from './private-marks.ts'

/**
 * Entries down to this level below the data folder are known individually: keys, settings, databases and their backups.
 */
const DEPTH = 4
/**
 * Limit on the entries that are known individually. Those of the top levels come first. All other files in the data
 * folder are recognised by the folders above them.
 */
const MAX_KNOWN = 20_000
/**
 * For each folder, at most this many entries are listed in the first round. Otherwise a single large folder could use
 * up the limit, and keys would not be listed.
 */
const FIRST_OF_FOLDER = 2_000
/** How long the list of known entries stays valid, in milliseconds. */
const FRESH_MS = 1_000

/** Limit on the folders whose marks are remembered, each for `FRESH_MS`. */
const MAX_REMEMBERED = 10_000
/**
 * If two changes of a folder are closer together than this, in milliseconds, its time stamp may not show the second
 * one. Systems count in steps of up to 10 ms, FAT in steps of 2 s.
 */
const STAMP_MS = 2_000

/**
 * Names of entries of data folders and libraries, including copies and files that were set aside. In a shared folder
 * with a mark, only entries with these names are private.
 */
const OWN_NAMES = [
  /^(?:network-key|device|config|port-mappings|library)\.json(?:\..+)?$/i,
  /^(?:network|database|jobs)\.db(?:[-.].+)?$/i,
  /^(?:libraries|run|logs|transfers|opened|decoders|sidecars|backups|job_logs|daemon\.lock|\.sdlibrary\.lock)$/i,
]

/** The facts that a thread needs to recognise private files. */
export interface PrivatePlaces {
  /** The data folder. */
  readonly folder: string
  /** Folders that never count as private as a whole. */
  readonly shared: readonly string[]
}

/** Why a file is private. */
interface Reason {
  /** The folder that makes it private; null for the data folder of this device. */
  readonly folder: RawName | null
  /** Describes that folder, as the end of a sentence. */
  readonly what: string
}

interface Remembered {
  readonly mark: Mark | null
  readonly ctimeNs: bigint
  readonly at: number
}

/**
 * The files of Spacedrive itself: the data folder, which holds the keys of this device. They are recognised by device
 * and inode, not by name, so a link, a bind mount or a second name (a hard link) cannot hide them. Other data folders
 * are recognised by their contents: copies, snapshots and overlays have inodes of their own. So are libraries outside
 * of the data folder, because a library has the names and texts of all its locations.
 *
 * Other users and devices can put such files into a shared folder: the root of a file system, the home folder, or the
 * folder for received files. So these never count as private as a whole; in them, only entries with the names of a
 * data folder or a library do.
 */
export class PrivateFiles {
  /** The data folder. */
  readonly #folder: string
  readonly #shared: () => readonly string[]
  readonly #marks = new Map<string, Remembered>()
  /** Entries of the data folder, each with its path when it was listed. */
  #known: ReadonlyMap<string, string> = new Map()
  #readAt = Number.NEGATIVE_INFINITY

  /** `folder` is the data folder. `shared` returns the folders that never count as private as a whole. */
  constructor(folder: string, shared: () => readonly string[] = () => []) {
    this.#folder = folder
    this.#shared = shared
  }

  /** Throws `PermissionDenied` if the file or folder at `path` is private. The path contains no symlinks. */
  async refuse(path: RawName): Promise<void> {
    const reason = await this.#reason(path)
    if (reason !== null) throw privateFile(path, reason)
  }

  /** Whether `path` or a folder above it belongs to a data folder or a library. The path contains no symlinks. */
  async has(path: RawName): Promise<boolean> {
    return (await this.#reason(path)) !== null
  }

  /**
   * Why an entry is private; null if it is not. Its parent folders must have been checked before. For walks in a
   * separate thread.
   */
  reasonOfEntry(path: RawName, stats: BigIntStats): Reason | null {
    if (this.#isOwn(stats)) return OF_THIS_DEVICE
    const mark = this.#markSync(path, stats)
    if (mark && !isShared(stats, this.#placesAround(path).map(statOrNull))) return marked(path, mark)
    const above = folderWithOwnName(path)
    const markAbove = above && this.#markSync(above, statOrNull(above))
    return markAbove && marked(above, markAbove)
  }

  /** Checks `path` and all folders above it, for a thread that may block on the disk. */
  reasonSync(path: RawName): Reason | null {
    for (const each of [path, ...foldersAbove(path)]) {
      const stats = statOrNull(each)
      const reason = stats && this.reasonOfEntry(each, stats)
      if (reason) return reason
    }
    return null
  }

  async #reason(path: RawName): Promise<Reason | null> {
    const found = await Promise.all(
      [path, ...foldersAbove(path)].map(async (each) => {
        const stats = await statOf(each)
        if (!stats) return null
        return this.#isOwn(stats) ? OF_THIS_DEVICE : this.#reasonOfMark(each, stats)
      }),
    )
    return found.find((reason) => reason !== null) ?? null
  }

  /** The asynchronous version of the second half of `reasonOfEntry`. */
  async #reasonOfMark(path: RawName, stats: BigIntStats): Promise<Reason | null> {
    const mark = await this.#mark(path, stats)
    if (mark && !isShared(stats, await Promise.all(this.#placesAround(path).map(statOf)))) return marked(path, mark)
    const above = folderWithOwnName(path)
    const markAbove = above && (await this.#mark(above, await statOf(above)))
    return markAbove && marked(above, markAbove)
  }

  async #mark(path: RawName, stats: BigIntStats | null): Promise<Mark | null> {
    if (!stats?.isDirectory()) return null
    const found = this.#remembered(stats)
    return found ? found.mark : this.#remember(stats, await markOf(path))
  }

  #markSync(path: RawName, stats: BigIntStats | null): Mark | null {
    if (!stats?.isDirectory()) return null
    const found = this.#remembered(stats)
    return found ? found.mark : this.#remember(stats, markOfSync(path))
  }

  /** The parent folder, and the folders that never count as private as a whole. */
  #placesAround(path: RawName): [RawName, ...RawName[]] {
    return [foldersAbove(path)[0] ?? path, ...this.#shared()]
  }

  #remembered(stats: BigIntStats): Remembered | null {
    const found = this.#marks.get(identityOf(stats))
    return found?.ctimeNs === stats.ctimeNs && performance.now() - found.at < FRESH_MS ? found : null
  }

  #remember(stats: BigIntStats, mark: Mark | null): Mark | null {
    // Another change of the folder may have the same time stamp, so the mark is not remembered.
    if (Math.abs(Date.now() - Number(stats.ctimeMs)) < STAMP_MS) return mark
    const name = identityOf(stats)
    const [oldest] = this.#marks.keys()
    this.#marks.delete(name)
    if (this.#marks.size >= MAX_REMEMBERED && oldest !== undefined) this.#marks.delete(oldest)
    this.#marks.set(name, { mark, ctimeNs: stats.ctimeNs, at: performance.now() })
    return mark
  }

  /**
   * Whether an entry is one of the data folder. A file system gives the inode of a deleted file to the next new one,
   * so if an entry is no longer where it was listed, the folder is listed again.
   */
  #isOwn(stats: Identity): boolean {
    const identity = identityOf(stats)
    const path = this.#read().get(identity)
    if (path === undefined) return false
    const now = path === this.#folder ? statOrNull(path) : lstatOrNull(path)
    if (now && identityOf(now) === identity) return true
    this.#readAt = Number.NEGATIVE_INFINITY
    return this.#read().has(identity)
  }

  #read(): ReadonlyMap<string, string> {
    const now = performance.now()
    if (now - this.#readAt < FRESH_MS) return this.#known
    const known = new Map<string, string>()
    // Go level by level, because keys and settings are at the top. Both lists grow during the loop.
    const waiting = [{ path: this.#folder, depth: 0 }]
    const rest: typeof waiting = []
    for (const list of [waiting, rest]) {
      for (const next of list) {
        if (known.size >= MAX_KNOWN) break
        // The path of the data folder itself may be a link.
        const stats = (next.depth === 0 ? statSync : lstatSync)(next.path, { bigint: true, throwIfNoEntry: false })
        if (!stats || stats.isSymbolicLink()) continue
        known.set(identityOf(stats), next.path)
        if (!stats.isDirectory() || next.depth >= DEPTH) continue
        const children = childrenOf(next, MAX_KNOWN - list.length)
        list.push(...children.slice(0, FIRST_OF_FOLDER))
        if (rest.length < MAX_KNOWN) rest.push(...children.slice(FIRST_OF_FOLDER))
      }
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

function statOf(path: RawName): Promise<BigIntStats | null> {
  return stat(fsPath(path), { bigint: true }).catch(() => null)
}

function statOrNull(path: RawName): BigIntStats | null {
  try {
    return statSync(fsPath(path), { bigint: true, throwIfNoEntry: false }) ?? null
  } catch {
    // A parent folder cannot be accessed.
    return null
  }
}

function lstatOrNull(path: string): BigIntStats | null {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false }) ?? null
  } catch {
    // The parent cannot be accessed, or is not a folder any more.
    return null
  }
}

/** Whether a folder is the root of a file system, or a shared folder where other users or devices put files. */
function isShared(stats: BigIntStats, [above, ...shared]: readonly (BigIntStats | null)[]): boolean {
  if (!above || above.dev !== stats.dev || above.ino === stats.ino) return true
  return shared.some((each) => each !== null && identityOf(each) === identityOf(stats))
}

const OF_THIS_DEVICE: Reason = { folder: null, what: 'is the data folder, which holds the keys of this device' }

function marked(folder: RawName, { database, file, what }: Mark): Reason {
  const files = database === null ? file : `${file} and ${database}`
  return { folder, what: `${what}, because it contains ${files} of Spacedrive` }
}

/** The parent folder of a path, if the path's last name is one of a data folder or a library; otherwise null. */
function folderWithOwnName(path: RawName): Buffer | null {
  const [above] = foldersAbove(path)
  if (!above) return null
  const name = Buffer.from(fsPath(path)).subarray(above.length).toString().replace(/^\//, '')
  return OWN_NAMES.some((own) => own.test(name)) ? above : null
}

function childrenOf(
  { depth, path }: { path: string; depth: number },
  limit: number,
): { path: string; depth: number }[] {
  const children = []
  try {
    using folder = opendirSync(path)
    for (let entry = folder.readSync(); entry && children.length < limit; entry = folder.readSync())
      children.push({ path: `${path}/${entry.name}`, depth: depth + 1 })
  } catch {
    // The folder was removed in the meantime, so it has no entries.
  }
  return children
}

/** The folders above an absolute path, from the nearest one to the root. */
function foldersAbove(path: RawName): Buffer[] {
  const bytes = Buffer.from(fsPath(path))
  const found: Buffer[] = []
  for (let at = bytes.lastIndexOf(SLASH); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(SLASH, at - 1))
    found.push(bytes.subarray(0, Math.max(at, 1)))
  return found
}

const SLASH = 0x2f

export function privateFile(path: RawName, { folder, what }: Reason): CoreError {
  const where = folder === null ? 'the folder that it belongs to' : displayName(folder)
  return new CoreError(
    'PermissionDenied',
    `${displayName(path)} belongs to Spacedrive itself and is never served: ${where} ${what}`,
  )
}
