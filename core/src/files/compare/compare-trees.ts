import { type BigIntStats, lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ContentHasher } from '../../content/content-hash.ts'
import type { ReadFailure } from '../../content/regular-file.ts'
import { CoreError, type ErrorCode, errorMessage } from '../../util/errors.ts'
import {
  baseOf,
  bytesToName,
  displayName,
  fsPath,
  joinName,
  nameBytes,
  nameKey,
  type RawName,
} from '../../util/file-name.ts'
import { pathError, pathErrorCode } from '../../util/path-error.ts'
import { reachable, reachableFolder } from '../../util/reachable-path.ts'
import { changed, FileComparer } from './compare-files.ts'

export interface CompareRequest {
  /** Two folders, or two files. The paths contain no links. */
  readonly left: RawName
  readonly right: RawName
  /** Limit on each list of the report. */
  readonly limit: number
}

/** A path below one of the two folders; empty for the folder itself. */
export type Below = RawName

export interface Found {
  readonly path: Below
  readonly size: number
}

export interface FoundPair {
  readonly left: Below
  readonly right: Below
}

export interface CompareReport {
  readonly onlyLeft: readonly Found[]
  readonly onlyRight: readonly Found[]
  readonly different: readonly FoundPair[]
  readonly moved: readonly FoundPair[]
  readonly same: number
  readonly counts: Readonly<Record<'onlyLeft' | 'onlyRight' | 'different' | 'moved', number>>
  /** `path` is for messages. */
  readonly failures: readonly { readonly path: string; readonly code: ErrorCode; readonly message: string }[]
}

/** Limit on the files of one side that the other side does not have. Each takes some 300 bytes of memory. */
const MAX_ONE_SIDED = 1_000_000
/** Limit on the listed failures. If there are more, the folders are the wrong ones, or a disk is broken. */
const MAX_FAILURES = 1_000
/** How long the comparison may work before it reports that it is alive, in milliseconds. */
const TURN_MS = 100

type Kind = 'file' | 'directory' | 'link' | 'other'

interface Listed {
  readonly name: RawName
  readonly bytes: Uint8Array
}

/**
 * Compares two folders with everything below them, or two files, by reading them. Links are not followed: their
 * targets are compared as text. `alive` is called while it works. Throws `InvalidInput` for a file and a folder,
 * `Unsupported` if too much is on one side only, and the errors of reading the two paths themselves.
 */
export async function compareTrees(request: CompareRequest, alive: () => void): Promise<CompareReport> {
  const comparison = new TreeComparison(request, await ContentHasher.load(), alive)
  return comparison.run()
}

class TreeComparison {
  readonly #request: CompareRequest
  readonly #hasher: ContentHasher
  readonly #files = new FileComparer()
  readonly #alive: () => void
  readonly #only = { left: [] as Found[], right: [] as Found[] }
  readonly #different: FoundPair[] = []
  readonly #moved: FoundPair[] = []
  readonly #failures: { path: string; code: ErrorCode; message: string }[] = []
  readonly #counts = { different: 0, moved: 0 }
  #same = 0
  #turnEndsAt = 0

  constructor(request: CompareRequest, hasher: ContentHasher, alive: () => void) {
    this.#request = request
    this.#hasher = hasher
    this.#alive = alive
  }

  async run(): Promise<CompareReport> {
    const [left, right] = [this.#kindOf('left', ''), this.#kindOf('right', '')]
    if ((left === 'directory') !== (right === 'directory')) {
      const { left: one, right: other } = this.#request
      const [folder, file] = left === 'directory' ? [one, other] : [other, one]
      throw new CoreError(
        'InvalidInput',
        `${displayName(folder)} is a folder, and ${displayName(file)} is not; compare two folders or two files`,
      )
    }
    if (left === 'directory') await this.#compareFolders()
    else await this.#compareEntries('', '', [left, right])
    await this.#findMoved()
    const { limit } = this.#request
    const { left: onlyLeft, right: onlyRight } = this.#only
    return {
      onlyLeft: onlyLeft.slice(0, limit),
      onlyRight: onlyRight.slice(0, limit),
      different: this.#different,
      moved: this.#moved,
      same: this.#same,
      counts: { ...this.#counts, onlyLeft: onlyLeft.length, onlyRight: onlyRight.length },
      failures: this.#failures,
    }
  }

  async #compareFolders(): Promise<void> {
    const folders: Below[] = ['']
    for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
      await this.#turn()
      const left = this.#list('left', at)
      const right = this.#list('right', at)
      // What one side has is not known to be missing on the other side, if that cannot be read.
      if (!left || !right) continue
      const below: Below[] = []
      for (const [one, other] of pairsByName(left, right)) {
        const path = within(at, (one ?? other)!.name)
        if (one && other) {
          const kinds = this.#kindsOf(path)
          if (kinds === null) continue
          if (kinds[0] === 'directory' && kinds[1] === 'directory') below.push(path)
          else await this.#compareEntries(path, path, kinds)
        } else await this.#takeOneSided(one ? 'left' : 'right', path)
      }
      folders.push(...below.toReversed())
    }
  }

  #kindsOf(path: Below): readonly [Kind, Kind] | null {
    try {
      return [this.#kindOf('left', path), this.#kindOf('right', path)]
    } catch (err) {
      this.#fail(this.#pathOf('left', path), err)
      return null
    }
  }

  async #compareEntries(left: Below, right: Below, [one, other]: readonly [Kind, Kind]): Promise<void> {
    const paths = { left: this.#pathOf('left', left), right: this.#pathOf('right', right) }
    try {
      const isEqual = one === other && (await this.#isEqual(one, paths))
      if (isEqual) this.#same++
      else {
        this.#counts.different++
        if (this.#different.length < this.#request.limit) this.#different.push({ left, right })
      }
    } catch (err) {
      this.#fail(paths.left, err)
    }
  }

  async #isEqual(kind: Kind, { left, right }: { left: RawName; right: RawName }): Promise<boolean> {
    if (kind === 'link') return targetOf(left).equals(targetOf(right))
    // Two pipes or two devices have no content.
    if (kind !== 'file') return true
    return this.#files.areEqual(left, right, () => this.#turn())
  }

  /** Adds an entry that the other side does not have: itself, or the files below it. */
  async #takeOneSided(side: Side, top: Below): Promise<void> {
    const rest: Below[] = [top]
    for (let path = rest.pop(); path !== undefined; path = rest.pop()) {
      await this.#turn()
      const entry = this.#look(side, path)
      if (entry === null) continue
      if (entry.names.length === 0) this.#add(side, { path, size: entry.size })
      for (const { name } of entry.names.toReversed()) rest.push(within(path, name))
    }
  }

  /** The size of an entry, 0 if it is no file, and the names in it. Null if it cannot be read; that is a failure then. */
  #look(side: Side, path: Below): { readonly size: number; readonly names: readonly Listed[] } | null {
    try {
      const stats = lstat(this.#pathOf(side, path))
      const names = stats.isDirectory() ? this.#list(side, path) : []
      return names && { size: stats.isFile() ? Number(stats.size) : 0, names }
    } catch (err) {
      this.#fail(this.#pathOf(side, path), err)
      return null
    }
  }

  #add(side: Side, found: Found): void {
    if (this.#only[side].push(found) <= MAX_ONE_SIDED) return
    throw new CoreError(
      'Unsupported',
      `more than ${MAX_ONE_SIDED.toLocaleString('en')} files are in ${displayName(this.#request[side])} only; compare smaller folders`,
    )
  }

  /** Files that are on one side only, but have a twin with another path on the other side. */
  async #findMoved(): Promise<void> {
    const { left, right } = this.#only
    const sizes = new Set(left.map(({ size }) => size))
    const shared = new Set(right.filter(({ size }) => size > 0 && sizes.has(size)).map(({ size }) => size))
    if (shared.size === 0) return
    const byHash = new Map<string, Found[]>()
    for (const found of left) {
      const hash = shared.has(found.size) ? await this.#hashOf('left', found) : null
      if (hash === null) continue
      const others = byHash.get(hash)
      if (others) others.push(found)
      else byHash.set(hash, [found])
    }
    const gone = new Set<Found>()
    for (const found of right) {
      const hash = byHash.size > 0 && shared.has(found.size) ? await this.#hashOf('right', found) : null
      const twins = hash === null ? undefined : byHash.get(hash)
      if (!twins || twins.length === 0) continue
      // A file usually keeps its name when it moves to another folder.
      const name = nameKey(baseOf(found.path))
      const [twin] = twins.splice(
        Math.max(
          0,
          twins.findIndex(({ path }) => nameKey(baseOf(path)) === name),
        ),
        1,
      )
      gone.add(twin!).add(found)
      this.#counts.moved++
      if (this.#moved.length < this.#request.limit) this.#moved.push({ left: twin!.path, right: found.path })
    }
    if (gone.size === 0) return
    this.#only.left = left.filter((found) => !gone.has(found))
    this.#only.right = right.filter((found) => !gone.has(found))
  }

  /** The hash of all bytes; null if the file cannot be read, and then it counts as not moved. */
  async #hashOf(side: Side, { path, size }: Found): Promise<string | null> {
    await this.#turn()
    const whole = this.#pathOf(side, path)
    const result = this.#hasher.full(fsPath(whole), { onBytes: this.#alive })
    if ('hash' in result && result.size === size) return Buffer.from(result.hash).toString('hex')
    this.#fail(whole, result.state === 'failed' ? failureError(result, whole) : changed(whole))
    return null
  }

  #list(side: Side, path: Below): Listed[] | null {
    const folder = this.#pathOf(side, path)
    try {
      using short = reachableFolder(folder)
      const names = readdirSync(fsPath(short.path), { encoding: 'buffer' })
      return names
        .map((bytes) => ({ bytes, name: bytesToName(new Uint8Array(bytes)) }))
        .toSorted((a, b) => Buffer.compare(a.bytes, b.bytes))
    } catch (err) {
      // Nothing can be compared.
      if (path === '') throw pathError(err, displayName(folder))
      this.#fail(folder, err)
      return null
    }
  }

  #kindOf(side: Side, path: Below): Kind {
    const whole = this.#pathOf(side, path)
    try {
      return kindOf(lstat(whole))
    } catch (err) {
      throw pathError(err, displayName(whole))
    }
  }

  /** Records a failure. `path` is used if the error does not name its path. */
  #fail(path: RawName, err: unknown): void {
    if (this.#failures.length >= MAX_FAILURES) return
    const known = pathError(err, displayName(path))
    const isKnown = known instanceof CoreError
    this.#failures.push({
      path: (isKnown && pathIn(known.details)) || displayName(path),
      code: isKnown ? known.code : (pathErrorCode(err) ?? 'Unavailable'),
      message: errorMessage(known),
    })
  }

  #pathOf(side: Side, path: Below): RawName {
    const top = this.#request[side]
    return path.length === 0 ? top : joinName(top, path)
  }

  /** Lets messages of this process go out from time to time, which prove that it is alive. */
  async #turn(): Promise<void> {
    const now = performance.now()
    if (now < this.#turnEndsAt) return
    this.#turnEndsAt = now + TURN_MS
    this.#alive()
    await nextTurn()
  }
}

type Side = 'left' | 'right'

/** Entries of two sorted listings, paired by name. */
function* pairsByName(
  left: readonly Listed[],
  right: readonly Listed[],
): Generator<readonly [Listed | null, Listed | null]> {
  let [i, k] = [0, 0]
  while (i < left.length || k < right.length) {
    const [one, other] = [left[i], right[k]]
    const order = !one ? 1 : !other ? -1 : Buffer.compare(one.bytes, other.bytes)
    yield [order <= 0 ? one! : null, order >= 0 ? other! : null]
    if (order <= 0) i++
    if (order >= 0) k++
  }
}

function within(folder: Below, name: RawName): Below {
  return nameBytes(folder).length === 0 ? name : joinName(folder, name)
}

function kindOf(stats: Stats | BigIntStats): Kind {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'directory'
  return stats.isSymbolicLink() ? 'link' : 'other'
}

function lstat(path: RawName): BigIntStats {
  using short = reachable(path)
  return lstatSync(fsPath(short.path), { bigint: true })
}

function targetOf(path: RawName): Buffer {
  try {
    using short = reachable(path)
    return readlinkSync(fsPath(short.path), { encoding: 'buffer' })
  } catch (err) {
    throw pathError(err, displayName(path))
  }
}

/** The path in the details of an error about a path. */
function pathIn(details: unknown): string | null {
  return typeof details === 'object' && details !== null && 'path' in details ? String(details.path) : null
}

function failureError({ code, message }: ReadFailure, path: RawName): unknown {
  return pathError(Object.assign(new Error(message), { code }), displayName(path))
}
