import { hash } from 'node:crypto'
import { type Stats, lstatSync } from 'node:fs'
import { fsPath, joinName, type RawName } from '../util/file-name.ts'
import { reachable, reachableFolder } from '../util/reachable-path.ts'
import type { FolderWatch, FolderWatcher } from './folder-watcher.ts'
import type { WatchLimits } from './limits.ts'
import { nameToKey } from './name-key.ts'
import { lstatOrNull, readNames } from './read-folder.ts'
import { TimeSlice } from './time-slice.ts'
import { heard } from '../util/heard.ts'

/** Times can be as coarse as 2 s (FAT): a second change within this time may leave the folder's time unchanged. */
const COARSEST_TIME_MS = 2_000

/** Share of the time that rounds may take, so that polling many folders does not occupy a processor. */
const SHARE_OF_TIME = 0.1

interface PolledFolder extends FolderWatch {
  readonly path: RawName
  readonly changed: (name: null) => void
  snapshot: Snapshot | null
}

/** The state of a folder at one time. */
interface Snapshot {
  readonly inode: number
  readonly mtimeMs: number
  /** Whether every later change of the folder is certain to change its time as well. */
  readonly settled: boolean
  /** A hash over its entries. */
  readonly entries: string
}

/**
 * Checks folders repeatedly, for places that send no events. A round compares the folders' times. Every few rounds
 * compare the stats of all files too, which is the only way to notice a file edited in place.
 */
export class PollingFolderWatcher implements FolderWatcher {
  readonly follows = false
  readonly #limits: Pick<WatchLimits, 'pollMs' | 'pollFilesEvery'>
  readonly #folders = new Set<PolledFolder>()
  #timer: NodeJS.Timeout | null = null
  #rounds = 0
  #isInRound = false

  constructor(limits: Pick<WatchLimits, 'pollMs' | 'pollFilesEvery'>) {
    this.#limits = limits
  }

  watch(path: RawName, changed: (name: null) => void): FolderWatch {
    const snapshot = takeSnapshot(path)
    const folder: PolledFolder = { path, changed, snapshot, close: () => this.#close(folder) }
    this.#folders.add(folder)
    if (!this.#timer && !this.#isInRound) this.#schedule(0)
    return folder
  }

  #close(folder: PolledFolder): void {
    this.#folders.delete(folder)
    if (this.#folders.size > 0 || !this.#timer) return
    clearTimeout(this.#timer)
    this.#timer = null
  }

  #schedule(lastRoundMs: number): void {
    const pause = Math.max(this.#limits.pollMs, lastRoundMs * (1 / SHARE_OF_TIME - 1))
    this.#timer = setTimeout(() => void heard(this.#round()), pause)
  }

  async #round(): Promise<void> {
    this.#timer = null
    this.#isInRound = true
    const start = performance.now()
    const withFiles = ++this.#rounds % this.#limits.pollFilesEvery === 0
    const slice = new TimeSlice()
    for (const folder of this.#folders) {
      if (hasChanged(folder, withFiles)) folder.changed(null)
      if (slice.isSpent()) await slice.pause()
    }
    this.#isInRound = false
    if (this.#folders.size > 0) this.#schedule(performance.now() - start)
  }
}

/** Compares a folder with its snapshot and stores the new one. */
function hasChanged(folder: PolledFolder, withFiles: boolean): boolean {
  const before = folder.snapshot
  try {
    if (before?.settled && !withFiles && isSameFolder(before, statFolder(folder.path))) return false
    folder.snapshot = takeSnapshot(folder.path)
  } catch {
    // The folder is gone or unreadable for now. If it is gone, its parent folder has changed too.
    folder.snapshot = null
  }
  return before?.entries !== folder.snapshot?.entries
}

function isSameFolder(before: Snapshot, { ino, mtimeMs }: Stats): boolean {
  return before.inode === ino && before.mtimeMs === mtimeMs
}

function statFolder(path: RawName): Stats {
  using short = reachable(path)
  return lstatSync(fsPath(short.path))
}

function takeSnapshot(path: RawName): Snapshot {
  const at = Date.now()
  const { ino, mtimeMs } = statFolder(path)
  using folder = reachableFolder(path)
  const lines = readNames(folder.path).map((name) => describe(name, lstatOrNull(joinName(folder.path, name))))
  return {
    inode: ino,
    mtimeMs,
    settled: Math.abs(at - mtimeMs) > COARSEST_TIME_MS,
    entries: hash('sha1', lines.join('\n')),
  }
}

function describe(name: RawName, stats: Stats | null): string {
  if (!stats) return nameToKey(name)
  const { ino, mode, size, mtimeMs, ctimeMs } = stats
  // A subfolder's own times and size depend on its contents, which have a separate snapshot.
  return stats.isDirectory()
    ? `${nameToKey(name)}\0${ino}\0${mode}`
    : `${nameToKey(name)}\0${ino}\0${mode}\0${size}\0${mtimeMs}\0${ctimeMs}`
}
