import { randomBytes } from 'node:crypto'
import { baseOf, type Core, CoreError, displayName, parentOf, parsePath, type RawName } from '@spacedrive/core'
import { portableName } from './archive-names.ts'
import { realPath } from './real-path.ts'

/** How long the address of a download is valid: time enough for a browser that first asks where to save the file. */
const VALID_MS = 10 * 60_000
/** Most downloads that are prepared at the same time. The oldest ends first. */
const MAX_PREPARED = 32
/** Most bytes of the paths of all prepared downloads together. */
const MAX_BYTES = 32 * 1024 * 1024
/** Most archives that are sent at the same time. */
export const MAX_SENT = 8
const ID_BYTES = 16

/** Files and folders to send as one archive. */
export interface Download {
  readonly roots: readonly RawName[]
  /** `Pictures.zip` */
  readonly name: string
}

export interface PreparedDownload {
  /** Path of the archive below `/media`, for GET: `/media/zip/<id>/<name>`. */
  readonly address: string
  readonly name: string
  readonly expiresAt: string
}

interface Kept extends Download {
  readonly expiresAt: number
  readonly bytes: number
}

/** The archives that clients have asked for and may now get. Nothing is read before the archive is requested. */
export class Downloads {
  readonly #now: () => number
  /** By id, the oldest first. */
  readonly #kept = new Map<string, Kept>()

  readonly #places = new Set<Disposable>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** As `prepare`, for the files that are behind links on the way to a path. Throws the errors of `realPath`, too. */
  async prepareReal(
    paths: readonly string[],
    { core, signal }: { core: Core; signal: AbortSignal },
  ): Promise<PreparedDownload> {
    const real: string[] = []
    for (const path of paths) real.push(await realPath(path, core, signal))
    return this.prepare(real)
  }

  /** `paths`: absolute; the caller has checked that the asker may read them. Throws `InvalidInput` for other devices. */
  prepare(paths: readonly string[]): PreparedDownload {
    const roots = paths.map(localPath)
    const name = `${portableName(nameOf(roots))}.zip`
    const bytes = paths.reduce((sum, { length }) => sum + length, 0)
    const expiresAt = this.#now() + VALID_MS
    const id = randomBytes(ID_BYTES).toString('base64url')
    this.#kept.set(id, { roots, name, expiresAt, bytes })
    this.#dropOldest()
    return {
      address: `/media/zip/${id}/${encodeURIComponent(name)}`,
      name,
      expiresAt: new Date(expiresAt).toISOString(),
    }
  }

  /** Throws `NotFound` if the address is wrong or no longer valid. */
  find(id: string): Download {
    const found = this.#kept.get(id)
    if (found && found.expiresAt > this.#now()) return found
    throw new CoreError('NotFound', 'this address of a download is no longer valid; start the download again')
  }

  /** A place to send an archive, until it is disposed of; null if all are taken. */
  place(): Disposable | null {
    if (this.#places.size >= MAX_SENT) return null
    const place: Disposable = { [Symbol.dispose]: () => void this.#places.delete(place) }
    this.#places.add(place)
    return place
  }

  #dropOldest(): void {
    let bytes = [...this.#kept.values()].reduce((sum, each) => sum + each.bytes, 0)
    for (const [id, each] of this.#kept) {
      const isNeeded = this.#kept.size > MAX_PREPARED || bytes > MAX_BYTES || each.expiresAt <= this.#now()
      if (!isNeeded || this.#kept.size === 1) return
      this.#kept.delete(id)
      bytes -= each.bytes
    }
  }
}

function localPath(text: string): RawName {
  if (!/^[a-z]+:\/\//.test(text)) return parsePath(text)
  throw new CoreError(
    'InvalidInput',
    `${text} is not a path on this device; copy files of other devices here with \`network fetch\` first`,
  )
}

/** One file or folder names the archive; several are named after the folder around them. */
function nameOf(roots: readonly RawName[]): string {
  const [first = ''] = roots
  if (roots.length === 1) return displayName(baseOf(first)) || ANY
  return displayName(baseOf(parentOf(first))) || ANY
}

/** The name of an archive of the root of a file system. */
const ANY = 'Files'
