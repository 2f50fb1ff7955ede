import type { RuleSettings } from '../../domain/rules.ts'
import type { RawName } from '../../util/file-name.ts'
import type { Patience } from './patience.ts'
import type { Touched } from './touched.ts'
import type { EphemeralIds } from './ephemeral-ids.ts'

export interface ScanRequest {
  /** Absolute path of the folder to compare with its rows. */
  readonly dir: RawName
  readonly directoryId: number
  readonly volumeId: number
  /** The folder's path in its volume; ends in a slash, or is empty for the volume's root. */
  readonly volumePath: RawName
  /** The root of the location that contains the folder: rules are anchored there. */
  readonly rulesRoot: string
  readonly rules: RuleSettings
  readonly recursive: boolean
  /** How many levels below the folder are indexed; null for all. */
  readonly maxDepth: number | null
  /** The start of the scan, in milliseconds. Folders scanned since then are done, so a killed scan can continue. */
  readonly startedAt: number
  /** An earlier run, perhaps of an earlier process, has already done a part of the scan. */
  readonly isResumed?: boolean
  /** If the fingerprint of a folder's listing equals the stored one, skip the rows of the folder. */
  readonly trustFingerprints: boolean
  /** Read only folders whose own times differ from the recorded ones. */
  readonly trustTimes: boolean
  /** Trust the disk even if the folder is suddenly empty. */
  readonly force: boolean
  /** Number of walking threads; 0 means to walk in this thread, which is best for small work. */
  readonly threads: number
  /** Set if the disk may never answer. It is then walked by processes, which can be killed, instead of threads. */
  readonly patience: Patience | null
  /** Mount points below the folder that do not answer. */
  readonly silent: readonly string[]
  /** Awaited before rows are removed, because the missing files may turn up in another location. */
  readonly beforeRemoving?: () => Promise<void>
}

/** A folder that the watcher reported. */
export interface DirtyDirectory {
  readonly dir: RawName
  /** The names to look at; null for all. */
  readonly names: readonly RawName[] | null
  /** How many levels below this folder are indexed. */
  readonly depth: number
}

export interface RootRequest {
  readonly dir: RawName
  readonly volumeId: number
  readonly volumePath: RawName
  readonly patience: Patience | null
}

export interface ScanHost {
  readonly signal: AbortSignal
  readonly now: () => number
  lease(): Promise<Disposable>
  /** Awaited between a listing and its recording, so that tests can run other work there. */
  readonly listed?: () => Promise<void>
  committed(touched: Touched): void
  warn(warning: { code: string; message: string; path: string }): void
  progress(done: number, total: number | null, bytes: number): void
  /** The ids of files without a row, so that a file keeps the id it was known by. */
  readonly ids: Pick<EphemeralIds, 'isEmpty' | 'keep' | 'take'>
}

export interface ScanReport {
  /** Entries looked at, and the bytes of the files among them. */
  readonly seen: { entries: number; bytes: number }
  readonly changes: { added: number; modified: number; moved: number; removed: number }
  /** Folders that could not be read; their rows are as they were. */
  readonly unreadable: number
  /** Milliseconds until the last folder was read, and after that. */
  readonly discoverMs: number
  readonly processMs: number
}
