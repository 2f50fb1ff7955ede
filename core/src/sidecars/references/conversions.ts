import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { SidecarKind } from '../../domain/index.ts'
import type { EntryReader, PlacedEntry } from '../../entries/index.ts'
import type { JobItems, ProgressUpdate } from '../../jobs/index.ts'
import type { LocationMap } from '../../location/index.ts'
import type { UserDisk } from '../../sources/index.ts'
import { CoreError, type ErrorCode, errorMessage } from '../../util/errors.ts'
import { displayName, joinName, nameKey, type RawName } from '../../util/file-name.ts'
import type { Logger } from '../../util/logger.ts'
import { isCompanion } from '../audit/sidecar-audit.ts'
import type { SidecarWatch } from '../audit/sidecar-watch.ts'
import { sidecarPath } from '../files/paths.ts'
import { removeFiles } from '../files/remove-files.ts'
import { type Conflict, conflict, isWritable, Room } from './conflicts.ts'
import type { Conversion, ConversionFilter, ConversionRows } from './conversion-rows.ts'
import { openForWriting } from './open-files.ts'
import { holds, look, placeFile, rawFolder, removePlaced } from './place-file.ts'
import { placedPath } from './placed-path.ts'
import type { ReferenceFilter, ReferenceRow, ReferenceRows } from './reference-rows.ts'

export interface ConversionsDeps {
  readonly references: ReferenceRows
  readonly rows: ConversionRows
  readonly reader: EntryReader
  /** The library's folder of sidecars. */
  readonly root: string
  readonly locations: () => LocationMap
  /** Updates the index for folders whose files were moved. */
  readonly refresh: (folders: readonly RawName[], signal: AbortSignal) => Promise<void>
  /** Watches the files that have become files of the library. */
  readonly watch: SidecarWatch
  readonly log: Logger
  readonly disk: UserDisk
}

/** The files that would be moved, and those that would stay. */
export interface MovePreview {
  readonly files: number
  readonly bytes: number
  readonly kinds: Partial<Record<SidecarKind, number>>
  /** The first conflicts, up to a limit. */
  readonly conflicts: Conflict[]
  readonly conflictCount: number
  /** The last row that was checked; later rows were not shown, and are not moved. */
  readonly upTo: number
}

export interface MoveHost {
  readonly jobId: string
  /** The files that are moved, as items named by path. */
  readonly items: JobItems
  readonly signal: AbortSignal
  /** Rows with ids up to this one were handled before. */
  readonly after: number
  readonly upTo: number
  /** Called when all rows with ids up to this one are handled. */
  done(after: number, counts: MoveCounts): Promise<void>
  progress(update: ProgressUpdate): void
  warn(warning: { code: ErrorCode; message: string; path?: string | undefined }): void
}

export interface MoveCounts {
  moved: number
  bytes: number
  kept: number
}

/** Rows handled in one turn. In each turn, open files are searched for once. */
const ROWS_PER_TURN = 64
/** Limit on the conflicts that a preview lists; the others are counted. */
const MAX_CONFLICTS = 100
/** Folder for copies that are not complete yet. */
const ARRIVING = 'arriving'
/** How many digits distinguish the drafts of different libraries. */
const LIBRARY_DIGITS = 12

/** A checked file, with the conflict if there is one. */
interface Checked<Row> {
  readonly row: Row
  readonly path: RawName
  readonly entry: PlacedEntry | null
  readonly conflict: Conflict | null
}

/**
 * Moves references into the library, and back. At every moment, the file is complete at one of its two paths, and the
 * database records which moves have begun. So a later run can continue after a kill.
 */
export class Conversions {
  readonly #deps: ConversionsDeps
  /** Makes runs take turns. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(deps: ConversionsDeps) {
    this.#deps = deps
  }

  /** Lists the references that a move into the library would move. Changes nothing. */
  previewIn(filter: ReferenceFilter, signal: AbortSignal): Promise<MovePreview> {
    return preview(this.#checkedIn(filter, 0, Infinity, signal))
  }

  /** Lists the files that a move back would move. Changes nothing. */
  previewOut(filter: ConversionFilter, signal: AbortSignal): Promise<MovePreview> {
    return preview(this.#checkedOut(filter, 0, Infinity, signal))
  }

  /** Whether a kill has interrupted a move that the next run will finish. */
  async isInterrupted(): Promise<boolean> {
    return (await this.#deps.rows.open()).length > 0
  }

  /** Moves references into the library. A file with a conflict stays where it is, with a warning. */
  moveIn(filter: ReferenceFilter, host: MoveHost): Promise<MoveCounts> {
    return this.#run(
      host,
      this.#checkedIn(filter, host.after, host.upTo, host.signal),
      async ({ entry, path, row }) => {
        const { entryRowId, id: _, ...about } = row
        const conversion = await this.#deps.rows.begin(host.jobId, {
          ...about,
          path,
          sourceContentRowId: await this.#deps.references.contentOfEntry(entryRowId),
          mtime: Date.parse(entry!.modifiedAt),
        })
        await this.#finishIn(conversion, entryRowId)
      },
    )
  }

  /** Moves files back to their former paths. Never overwrites an existing file. */
  moveOut(filter: ConversionFilter, host: MoveHost): Promise<MoveCounts> {
    return this.#run(host, this.#checkedOut(filter, host.after, host.upTo, host.signal), async ({ row }) => {
      await this.#deps.rows.setState(row, 'returning')
      await this.#finishOut(row)
    })
  }

  #run<Row extends { id: number; size: number }>(
    host: MoveHost,
    files: AsyncGenerator<Checked<Row>>,
    move: (file: Checked<Row>) => Promise<void>,
  ): Promise<MoveCounts> {
    const run = this.#turn.then(async () => {
      await this.#settle(host)
      const counts = { moved: 0, bytes: 0, kept: 0 }
      const changed = new Map<string, RawName>()
      for await (const file of files) {
        host.signal.throwIfAborted()
        const { path, row } = file
        try {
          if (file.conflict) throw new CoreError('Conflict', file.conflict.message)
          await using _begun = await beginMove(path, host.items)
          await move(file)
          counts.moved++
          counts.bytes += row.size
          changed.set(nameKey(path), path)
        } catch (err) {
          if (!(err instanceof CoreError)) throw err
          counts.kept++
          host.warn({ code: err.code, message: `not moved: ${err.message}`, path: displayName(path) })
        }
        host.progress({ done: counts.moved + counts.kept, bytes: counts.bytes })
        await host.done(row.id, counts)
        if (changed.size >= ROWS_PER_TURN) await this.#refresh(changed)
      }
      await this.#refresh(changed)
      await this.#removeDrafts()
      return counts
    })
    this.#turn = run.catch(() => {})
    return run
  }

  /**
   * Completes moves that a kill interrupted. Moves of this job are continued. Moves that another job only began are
   * undone. Moves on an offline volume wait until it is back.
   */
  async #settle({ items, jobId }: MoveHost): Promise<void> {
    const { log, rows } = this.#deps
    const own = new Set((await rows.open(jobId)).map(({ id }) => id))
    const changed = new Map<string, RawName>()
    for (const conversion of await rows.open()) {
      try {
        if (await this.#isAway(conversion.path)) continue
        await using _begun = await beginMove(conversion.path, items)
        changed.set(nameKey(conversion.path), conversion.path)
        if (conversion.state === 'returning') await this.#finishOut(conversion)
        else if (conversion.state === 'owned' || own.has(conversion.id)) await this.#finishIn(conversion, null)
        else await this.#retreat(conversion, null)
      } catch (err) {
        if (!(err instanceof CoreError)) throw err
        log.warn(
          { path: displayName(conversion.path), err: err.message },
          'a file that was being moved stays where it is',
        )
      }
    }
    await this.#removeDrafts()
    if (changed.size > 0) await this.#refresh(changed)
  }

  /** Whether the location of a path is offline. Then a file that is created at the path would be on another disk. */
  async #isAway(path: RawName): Promise<boolean> {
    const location = this.#deps.locations().locate(path)?.location
    return location !== undefined && (location.state === 'offline' || !(await look(location.path)))
  }

  /** Whether the folder of a path no longer exists and is in no location. Then it is not known on which disk it was. */
  async #isNowhere(path: RawName): Promise<boolean> {
    return !this.#deps.locations().locate(path) && !(await look(rawFolder(path)))
  }

  async #removeDrafts(): Promise<void> {
    await rm(join(this.#deps.root, ARRIVING), { recursive: true, force: true })
  }

  async #finishIn(conversion: Conversion, entryRowId: number | null): Promise<void> {
    const { disk, root, rows, watch } = this.#deps
    const { path: from } = conversion
    const to = sidecarPath(root, conversion)
    // A move must not be interrupted halfway, so this signal is never aborted. The real signal is checked between
    // files.
    const { signal } = new AbortController()
    try {
      if (conversion.state === 'moving') {
        const isOnlyHere = !(await look(from)) && (await holds(to, conversion, signal))
        const draft = join(root, ARRIVING, String(conversion.id))
        if (!isOnlyHere) await placeFile({ ...conversion, from, to, draft }, disk, signal)
        await rows.own(conversion)
      } else if (!(await holds(to, conversion, signal))) {
        throw new CoreError('Conflict', `the library has lost ${to}; ${displayName(from)} stays where it is`)
      }
      await rows.sync()
      await removePlaced({ ...conversion, from, to }, disk, signal)
    } catch (err) {
      await this.#retreat(conversion, entryRowId)
      throw err
    }
    await rows.setState(conversion, 'moved')
    watch.add(conversion)
  }

  /**
   * If the file is still at its original place, removes the library's name or copy of it. Otherwise the library keeps
   * its copy.
   */
  async #retreat(conversion: Conversion, entryRowId: number | null): Promise<void> {
    const { references, root, rows } = this.#deps
    const { signal } = new AbortController()
    const { path: from } = conversion
    const to = sidecarPath(root, conversion)
    const [original, placed] = [await look(from), await look(to)]
    const isOneFile = original !== null && placed?.ino === original.ino && placed.dev === original.dev
    const isHere = isOneFile ? original.nlink > 1n : placed !== null && (await holds(to, conversion, signal))
    // The original was removed or replaced, so the library has the only copy.
    if (isHere && !isOneFile && !(original && (await holds(from, conversion, signal)))) {
      await rows.own(conversion)
      return rows.setState(conversion, 'moved')
    }
    if (!original && !isHere) return rows.forget(conversion)
    await rows.disown(conversion, entryRowId ?? (await references.sourceAt(conversion)))
    if (isHere) await removeFiles(root, [conversion])
  }

  async #finishOut(conversion: Conversion): Promise<void> {
    const { disk, root, rows } = this.#deps
    const { signal } = new AbortController()
    const from = sidecarPath(root, conversion)
    const to = conversion.path
    try {
      const isBack = !(await look(from)) && (await look(to)) !== null
      if (!isBack) {
        if (await this.#isNowhere(to)) throw new CoreError('Conflict', `the folder of ${displayName(to)} is gone`)
        await placeFile({ ...conversion, from, to, draft: this.#draftBeside(conversion) }, disk, signal)
      }
    } catch (err) {
      await rows.setState(conversion, 'moved')
      throw err
    }
    await rows.sync()
    await removePlaced({ ...conversion, from, to }, disk, signal)
    await removeFiles(root, [conversion])
    await rows.giveBack(conversion)
  }

  /**
   * A path for a draft in the folder of the target, so that a rename is enough to finish. It is hidden and has a
   * special ending. It contains a part of the library's id, so that libraries do not share drafts.
   */
  #draftBeside({ id, path }: Conversion): RawName {
    const library = createHash('sha256').update(this.#deps.root).digest('hex').slice(0, LIBRARY_DIGITS)
    return joinName(rawFolder(path), `.spacedrive-${library}-${id}.part`)
  }

  async #refresh(changed: Map<string, RawName>): Promise<void> {
    const folders = new Map<string, RawName>()
    for (const path of changed.values()) {
      const folder = rawFolder(path)
      folders.set(nameKey(folder), folder)
    }
    changed.clear()
    // If this fails, the watcher or the next scan updates the index.
    await this.#deps.refresh([...folders.values()], new AbortController().signal).catch((err: unknown) => {
      this.#deps.log.debug({ err: errorMessage(err) }, 'folders were not looked at after a move')
    })
  }

  async *#checkedIn(
    filter: ReferenceFilter,
    start: number,
    upTo: number,
    signal: AbortSignal,
  ): AsyncGenerator<Checked<ReferenceRow>> {
    const { reader, references, root } = this.#deps
    const room = await Room.of(root.slice(0, root.lastIndexOf('/')) || root)
    for (let after = start; ;) {
      signal.throwIfAborted()
      const rows = (await references.list(filter, after, ROWS_PER_TURN)).filter(({ id }) => id <= upTo)
      if (rows.length === 0) return
      after = rows.at(-1)!.id
      const entries = reader.byIds(rows.map(({ entryRowId }) => entryRowId))
      const open = await openForWriting(new Set([...entries.values()].map(({ path }) => path)))
      for (const row of rows) {
        const entry = entries.get(row.entryRowId)
        // Sidecars that can be made again may be deleted at any time to free space, so a user's own file must not
        // become one.
        if (!entry || !isCompanion(row.kind)) continue
        const path = placedPath(entry)
        yield { row, path, entry, conflict: await this.#conflictIn(row, entry, { path, open, room }) }
      }
    }
  }

  async #conflictIn(
    row: ReferenceRow,
    entry: PlacedEntry,
    { open, path, room }: { path: RawName; open: ReadonlySet<string>; room: Room },
  ): Promise<Conflict | null> {
    if (!entry.online) return conflict(path, 'offline')
    const stats = await look(path)
    if (!stats) return conflict(path, 'gone')
    const isKnown =
      stats.isFile() && Number(stats.size) === row.size && Number(stats.mtimeMs) === Date.parse(entry.modifiedAt)
    if (!isKnown) return conflict(path, 'changed')
    if (open.has(entry.path)) return conflict(path, 'open')
    if (!(await this.#isBesideIts(row, entry)))
      return conflict(path, 'other-location', `: ${entry.location?.name ?? 'none'}`)
    if (!(await isWritable(path))) return conflict(path, 'read-only')
    const there = await look(sidecarPath(this.#deps.root, row))
    if (there && there.ino !== stats.ino && Number(there.size) !== row.size) return conflict(path, 'exists')
    return room.take(stats) ? null : conflict(path, 'no-space')
  }

  /** Whether a file with the content is in the same location as its companion. */
  async #isBesideIts({ contentRowId }: ReferenceRow, { location }: PlacedEntry): Promise<boolean> {
    const ids = await this.#deps.references.entriesOf(contentRowId)
    return [...this.#deps.reader.byIds(ids).values()].some((entry) => entry.location?.id === location?.id)
  }

  async *#checkedOut(
    filter: ConversionFilter,
    start: number,
    upTo: number,
    signal: AbortSignal,
  ): AsyncGenerator<Checked<Conversion>> {
    const rooms = new Map<string, Room>()
    for (let after = start; ;) {
      signal.throwIfAborted()
      const rows = (await this.#deps.rows.moved(filter, after, ROWS_PER_TURN)).filter(({ id }) => id <= upTo)
      if (rows.length === 0) return
      after = rows.at(-1)!.id
      for (const row of rows) yield { row, path: row.path, entry: null, conflict: await this.#conflictOut(row, rooms) }
    }
  }

  async #conflictOut(row: Conversion, rooms: Map<string, Room>): Promise<Conflict | null> {
    const { path } = row
    if (await this.#isAway(path)) return conflict(path, 'offline')
    const stats = await look(sidecarPath(this.#deps.root, row))
    if (!stats) return conflict(path, 'gone', ': the library has lost it')
    if (Number(stats.size) !== row.size) return conflict(path, 'changed')
    const there = await look(path)
    if (there && (!there.isFile() || Number(there.size) !== row.size)) return conflict(path, 'exists')
    if (await this.#isNowhere(path)) return conflict(path, 'gone', ': its folder is not there, and in no location')
    if (!(await isWritable(path))) return conflict(path, 'read-only')
    const top = this.#deps.locations().locate(path)?.location.path ?? rawFolder(path)
    const key = nameKey(top)
    const room = rooms.get(key) ?? (await Room.of(top))
    rooms.set(key, room)
    return room.take(stats) ? null : conflict(path, 'no-space')
  }
}

/**
 * Records that a file is being moved. Files are moved one at a time, so suspects need no special treatment. Throws
 * `Internal` for a file that must be left out.
 */
async function beginMove(path: RawName, items: JobItems): Promise<AsyncDisposable> {
  const item = `move of ${displayName(path)}`
  const verdict = items.verdict(item)
  if (verdict.when === 'never') {
    await items.forget(item)
    throw new CoreError('Internal', `${verdict.reason}; run the conversion again to try once more`)
  }
  return items.begin([item])
}

async function preview<Row extends { id: number; size: number; kind: SidecarKind }>(
  files: AsyncGenerator<Checked<Row>>,
): Promise<MovePreview> {
  const kinds: Partial<Record<SidecarKind, number>> = {}
  const conflicts: Conflict[] = []
  const sums = { files: 0, bytes: 0, conflictCount: 0, upTo: 0 }
  for await (const { conflict: found, row } of files) {
    sums.upTo = row.id
    if (found) {
      sums.conflictCount++
      if (conflicts.length < MAX_CONFLICTS) conflicts.push(found)
      continue
    }
    sums.files++
    sums.bytes += row.size
    kinds[row.kind] = (kinds[row.kind] ?? 0) + 1
  }
  return { ...sums, kinds, conflicts }
}
