import type { EntryCounts, IndexMode } from '../../domain/location.ts'
import type { RuleSettings } from '../../domain/rules.ts'
import type { ItemVerdict } from '../../jobs/index.ts'
import type { CloudPlace } from '../../volume/index.ts'
import type { FolderOrder } from '../../entries/index.ts'
import type { Mended } from './invariants.ts'
import type { PackedNames } from './packed-names.ts'
import type { RawName } from '../../util/file-name.ts'
import type { Patience } from './patience.ts'
import type { DirtyDirectory, RootRequest, ScanReport, ScanRequest } from './scan-request.ts'

/** One location, as the worker needs it. */
export interface LocationScope {
  readonly dir: RawName
  readonly directoryId: number
  readonly volumeId: number
  readonly volumePath: RawName
  readonly rules: RuleSettings
  readonly maxDepth: number | null
}

export interface IdentifyRequest {
  readonly scope: LocationScope
  readonly mode: IndexMode
  readonly threads: number
  /** Whether the location's files may be shells of files in a cloud, which must not be opened. */
  readonly cloud: CloudPlace
  /** Entries up to this row id are done. */
  readonly after: number
  /** Only these rows; null: whichever wait. */
  readonly ids: readonly number[] | null
  /** Include files that could not be read last time, and other work that an earlier run left undone. */
  readonly whole: boolean
  /** Null if the disk of the files answers reliably. */
  readonly patience: Patience | null
  /** Mount points that do not answer. */
  readonly silent: readonly string[]
}

/** The progress of an identification, reported after each recorded batch. */
export interface IdentifyCheckpoint {
  /** Entries up to this row id are done; null: unchanged. */
  readonly after: number | null
  /** Uuids of the contents that files were found to hold. */
  readonly contents: readonly Uint8Array[]
}

export interface IdentifyReport {
  readonly identified: number
  readonly bytes: number
  /** New contents and media metadata read. */
  readonly examined: number
  readonly failed: number
  /** Files that kept changing while they were read; they are looked at again by the next run. */
  readonly unsettled: number
  /** Rows that wait still: those, and of the rows that were asked for those of other locations. */
  readonly left: readonly number[]
  /** Files that exist but differ from their rows, by folder; limited to the number that is looked at again at once. */
  readonly stale: readonly { readonly id: number; readonly dir: RawName; readonly name: RawName }[]
}

export interface Difference {
  readonly kind: 'missing-from-index' | 'stale-in-index' | 'size' | 'modified' | 'inode' | 'content'
  readonly path: string
}

export interface VerifyRequest {
  readonly scopes: readonly LocationScope[]
  /** The first folder to compare; it belongs to the first scope. */
  readonly dir: RawName
  readonly content: boolean
  /** For each scope. */
  readonly patiences: readonly (Patience | null)[]
  /** Mount points that do not answer. */
  readonly silent: readonly string[]
}

/** A path that could not be compared, and the reason. */
export interface Unreadable {
  readonly path: string
  readonly code: string
  readonly message: string
}

export interface VerifyReport {
  checked: number
  total: number
  /** Folders and entries the disk would not show; as many as are listed. */
  readonly unreadable: Unreadable[]
  unreadableTotal: number
  readonly differences: Difference[]
  /** The folders that differ, for a scoped rescan; as many as a repair takes at once. */
  readonly folders: RawName[]
  /** Row ids of files that look the same and hold something else; as many as a repair takes at once. */
  readonly changed: number[]
}

export interface BrowseRequest {
  readonly dir: RawName
  readonly rules: RuleSettings
  /** The folder where the rules are anchored: the folder itself, or the root of its location. */
  readonly rulesRoot: string
  readonly recursive: boolean
  readonly content: boolean
  /** Include entries that the rules exclude. */
  readonly hidden: boolean
  /** How many entries come back; all are counted. */
  readonly limit: number
  /** Only these of the folder, as far as they are there, and nothing below them; null for all. */
  readonly names: readonly RawName[] | null
  /** How each folder is ordered. */
  readonly order: FolderOrder
  readonly patience: Patience | null
  /** Mount points that do not answer. */
  readonly silent: readonly string[]
}

/**
 * Entries that are on the disk and not in the index, in few pieces: thousands of objects, and of texts, would take long
 * to pass on.
 */
export interface BrowsedEntries {
  /** The folders of the entries, in order, each with the number of its entries. */
  readonly folders: readonly { readonly dir: RawName; readonly count: number }[]
  readonly names: PackedNames
  /** As `listing.ts` orders them, `FIELDS` for each. */
  readonly numbers: Float64Array
  /** 16 bytes each. */
  readonly uuids: Uint8Array
  /** Content hashes of files by index, if they were requested. */
  readonly contents: ReadonlyMap<number, Uint8Array>
  /** By index: 1 + the position in `rules` of the rule that excludes the entry; 0 if no rule does. */
  readonly hiddenBy: Uint16Array
  /** Names of rules. */
  readonly rules: readonly string[]
}

export interface BrowseReport {
  readonly entries: BrowsedEntries
  readonly total: number
  readonly counts: EntryCounts
  readonly warnings: { path: string; code: string; message: string }[]
}

export interface ExplainRequest {
  readonly path: RawName
  /** The location that contains the path, and its name. */
  readonly scope: LocationScope
  readonly location: string
  readonly patience: Patience | null
}

/** Whether a path is in the index, and the rule that keeps it out. */
export interface Explanation {
  readonly path: string
  readonly indexed: boolean
  /** The folder that the rule applies to, if it is not the path itself. */
  readonly hiddenAt: string | null
  readonly rule: { name: string; source: string; pattern: string } | null
  readonly reason: string
}

/** The requests to the index's works in the bulk thread, and their reports. */
export interface IndexRequests {
  scan: { request: ScanRequest; report: ScanReport }
  refresh: {
    request: {
      scope: LocationScope
      dirty: readonly DirtyDirectory[]
      patience: Patience | null
      silent: readonly string[]
    }
    report: ScanReport
  }
  identify: { request: IdentifyRequest; report: IdentifyReport }
  verify: { request: VerifyRequest; report: VerifyReport }
  browse: { request: BrowseRequest; report: BrowseReport }
  explain: { request: ExplainRequest; report: Explanation }
  /** Makes sure that a location's root has its rows. */
  root: { request: RootRequest; report: { directoryId: number } }
  /** Repairs rows that break the rules of the index. */
  mend: { request: null; report: Mended }
  /** Removes the rows of a folder that is no location any more, but not those of other locations. */
  forget: { request: { directoryId: number }; report: { removed: number } }
}

export type RequestName = keyof IndexRequests

/** A request as the thread gets it. */
export interface IndexWorkInput<N extends RequestName> {
  readonly request: IndexRequests[N]['request']
  /** See `JobItems.suspects`; null if no items are noted. */
  readonly suspects: ReadonlyMap<string, ItemVerdict> | null
}

/** The messages of a request before its report. */
export type IndexNote =
  | {
      readonly kind: 'progress'
      readonly progress: { phase: string; done: number; total: number | null; bytes: number }
    }
  | { readonly kind: 'warning'; readonly warning: { code: string; message: string; path: string } }
  | { readonly kind: 'checkpoint'; readonly state: unknown }
  /** The items of this ticket are done. */
  | { readonly kind: 'end'; readonly ticket: number }
  /** Number of folders whose sums were wrong in a transaction that touched them. */
  | { readonly kind: 'corrected'; readonly folders: number }

/** Asks to record items durably; the answer is a ticket. */
export interface IndexQuestion {
  readonly begin: readonly string[]
}
