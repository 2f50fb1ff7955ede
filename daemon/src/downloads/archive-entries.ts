import { opendir, realpath } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  baseOf,
  bytesToName,
  type Core,
  CoreError,
  displayName,
  fsPath,
  joinName,
  pathText,
  type RawName,
  type SourceFile,
} from '@spacedrive/core'
import { errorMessage, systemReason } from '@spacedrive/core/errors'
import { ArchiveNames } from './archive-names.ts'
import type { ArchiveEntry } from './zip-bytes.ts'

/** Most files and folders in one archive: their list is in memory until its end, and old readers know at most 65,535. */
export const MAX_ENTRIES = 65_000
/** Deepest nesting of folders that is followed. */
const MAX_DEPTH = 512
/** Read, and sent, in one piece. */
const CHUNK_BYTES = 131_072
/** Names that are sorted, or made valid, before the rest of the program has its turn. */
const NAMES_PER_TURN = 1_000
/** Most files whose failure is described one by one. */
const MAX_LISTED = 1_000
/** The file in the archive that says what is missing. */
const REPORT = 'Not in this archive.txt'

export type ArchiveDeps = Pick<Core, 'privateFiles' | 'sources' | 'volumes'>

interface Place {
  readonly path: RawName
  /** Path in the archive. */
  readonly name: string
  readonly depth: number
}

/**
 * The files and folders of an archive, one after the other: each is opened when its turn comes. A file that cannot be read
 * does not end the archive; a text at its end lists all that is missing. Links are not followed, and files of Spacedrive
 * itself are left out.
 */
export class ArchiveEntries implements AsyncDisposable {
  readonly #deps: ArchiveDeps
  readonly #signal: AbortSignal
  readonly #maxEntries: number
  readonly #names = new ArchiveNames()
  readonly #missing: string[] = []
  #missingCount = 0
  /** Files and folders that are in the archive, or will be. */
  #planned = 0
  #isFull = false
  #open: SourceFile | null = null

  constructor(deps: ArchiveDeps, { maxEntries = MAX_ENTRIES, signal }: { maxEntries?: number; signal: AbortSignal }) {
    this.#deps = deps
    this.#maxEntries = maxEntries
    this.#signal = signal
  }

  async *of(roots: readonly RawName[]): AsyncGenerator<ArchiveEntry> {
    this.#planned = roots.length
    const waiting: Place[] = []
    for await (const path of inTurns(roots))
      waiting.push({ path, name: this.#names.take('', displayName(baseOf(path)) || '_'), depth: 1 })
    waiting.reverse()
    for (let place = waiting.pop(); place; place = waiting.pop()) {
      this.#signal.throwIfAborted()
      const entry = await this.#entryAt(place, waiting).catch((err: unknown) => this.#leaveOut(place, err))
      if (entry) yield entry
      // It is still open if the reader did not read it.
      await this[Symbol.asyncDispose]()
    }
    if (this.#missingCount > 0 || this.#isFull) {
      const input = Buffer.from(this.#report())
      yield { name: this.#names.take('', REPORT), lastModified: new Date(), input, maxSize: input.length }
    }
  }

  /** Closes the file that is being read. */
  async [Symbol.asyncDispose](): Promise<void> {
    const file = this.#open
    this.#open = null
    await file?.close()
  }

  /** Null: it is left out. The contents of a folder are added to `waiting`. */
  async #entryAt(place: Place, waiting: Place[]): Promise<ArchiveEntry | null> {
    const stats = await this.#deps.volumes.look(place.path, this.#signal)
    const lastModified = new Date(Number(stats.mtimeMs))
    if (stats.isFile()) {
      const { ref, source } = this.#deps.sources.resolve(pathText(place.path), null)
      const file = await source.open(ref, { exact: true }, this.#signal)
      this.#open = file
      return { name: place.name, lastModified, input: this.#bytesOf(file, place), maxSize: Number(file.stats.size) }
    }
    if (!stats.isDirectory()) {
      const what = stats.isSymbolicLink() ? 'a link to another place' : 'no file and no folder'
      throw new CoreError('InvalidInput', `it is ${what}`)
    }
    await this.#deps.privateFiles.refuse(place.path)
    for (const child of (await this.#list(place)).toReversed()) waiting.push(child)
    return { name: `${place.name}/`, lastModified }
  }

  async #list({ depth, name, path }: Place): Promise<Place[]> {
    if (depth > MAX_DEPTH) throw new CoreError('InvalidInput', `more than ${MAX_DEPTH} folders are inside each other`)
    const names: RawName[] = []
    for await (const entry of await opendir(fsPath(path), { encoding: 'buffer' as BufferEncoding })) {
      this.#signal.throwIfAborted()
      this.#isFull ||= this.#planned >= this.#maxEntries
      if (this.#isFull) break
      this.#planned++
      names.push(bytesToName(new Uint8Array(entry.name as unknown as Buffer)))
    }
    // If a folder above was replaced by a link, these are the names of another place.
    const real = await realpath(fsPath(path), 'buffer')
    if (!real.equals(Buffer.from(fsPath(path)))) throw new CoreError('NotFound', 'it was moved while it was listed')
    const places: Place[] = []
    for await (const each of inTurns(await sorted(names))) {
      this.#signal.throwIfAborted()
      places.push({
        path: joinName(path, each),
        name: this.#names.take(`${name}/`, displayName(each)),
        depth: depth + 1,
      })
    }
    return places
  }

  /** Ends early if the file cannot be read to its end: what is read already is in the archive, and the report says so. */
  async *#bytesOf(file: SourceFile, place: Place): AsyncGenerator<Uint8Array> {
    const size = Number(file.stats.size)
    let done = 0
    try {
      while (done < size) {
        this.#signal.throwIfAborted()
        const space = new Uint8Array(Math.min(CHUNK_BYTES, size - done))
        const { bytesRead } = await file.read(space, 0, space.length, done)
        if (bytesRead === 0) throw new CoreError('Conflict', 'it became shorter while it was read')
        done += bytesRead
        yield space.subarray(0, bytesRead)
      }
      await file.verify()
    } catch (err) {
      this.#signal.throwIfAborted()
      this.#leaveOut(place, err, `only the first ${done} of ${size} bytes are certain: `)
    } finally {
      this.#open = null
      await file.close()
    }
  }

  #leaveOut({ name }: Place, err: unknown, before = ''): null {
    this.#signal.throwIfAborted()
    this.#missingCount++
    if (this.#missing.length < MAX_LISTED) this.#missing.push(`${name}: ${before}${systemReason(errorMessage(err))}`)
    return null
  }

  #report(): string {
    const rest = this.#missingCount - this.#missing.length
    const lines = [
      ...(this.#missingCount > 0 ? ['These files and folders are missing or incomplete:', '', ...this.#missing] : []),
      ...(rest > 0 ? [`… and ${rest} more`] : []),
      ...(this.#isFull
        ? ['', `The archive ends after ${this.#maxEntries} files and folders. Download the others by themselves.`]
        : []),
    ]
    return `${lines.join('\r\n').trim()}\r\n`
  }
}

/** All of them, with a turn for the rest of the program after each piece. */
async function* inTurns<T>(all: readonly T[]): AsyncGenerator<T> {
  for (let at = 0; at < all.length; at += NAMES_PER_TURN) {
    if (at > 0) await nextTurn()
    yield* all.slice(at, at + NAMES_PER_TURN)
  }
}

/** In the order of their bytes. Pieces are sorted, then merged. */
async function sorted(names: readonly RawName[]): Promise<RawName[]> {
  type Keyed = readonly [key: string, name: RawName]
  let runs: Keyed[][] = []
  for (let at = 0; at < names.length; at += NAMES_PER_TURN) {
    const piece = names.slice(at, at + NAMES_PER_TURN)
    // Texts of bytes are compared as the bytes are.
    const keyed = piece.map((name): Keyed => [Buffer.from(fsPath(name)).toString('latin1'), name])
    runs.push(keyed.toSorted(([a], [b]) => (a < b ? -1 : 1)))
    await nextTurn()
  }
  while (runs.length > 1) {
    const merged: Keyed[][] = []
    for (let i = 0; i < runs.length; i += 2) merged.push(await merge(runs[i]!, runs[i + 1] ?? []))
    runs = merged
  }
  return (runs[0] ?? []).map(([, name]) => name)

  async function merge(one: readonly Keyed[], other: readonly Keyed[]): Promise<Keyed[]> {
    const all: Keyed[] = []
    for (let i = 0, j = 0; i < one.length || j < other.length;) {
      const isFirst = j === other.length || (i < one.length && one[i]![0] < other[j]![0])
      all.push(isFirst ? one[i++]! : other[j++]!)
      if (all.length % NAMES_PER_TURN === 0) await nextTurn()
    }
    return all
  }
}
