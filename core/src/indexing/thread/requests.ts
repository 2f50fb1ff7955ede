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

/** The part of a location that the bulk thread needs. */
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
  /** Whether the files of the location may be placeholders for files in a cloud, which must not be opened. */
  readonly cloud: CloudPlace
  /** Entries with row ids up to this one are done. */
  readonly after: number
  /** Identify only these rows; null: all pending files. */
  readonly ids: readonly number[] | null
  /** Also include files that could not be read last time, and other work that an earlier run left undone. */
  readonly whole: boolean
  /** Null if the disk always answers. */
  readonly patience: Patience | null
  /** Mount points that do not answer. */
  readonly silent: readonly string[]
}

/** The progress of an identification, reported after each recorded batch. */
export interface IdentifyCheckpoint {
  /** Entries with row ids up to this one are done; null if this has not changed. */
  readonly after: number | null
  /** Uuids of the contents of identified files. */
  readonly contents: readonly Uint8Array[]
}

export interface IdentifyReport {
  readonly identified: number
  readonly bytes: number
  /** Number of contents whose media metadata was read. */
  readonly examined: number
  readonly failed: number
  /** Files that changed whenever they were read; the next run reads them again. */
  readonly unsettled: number
  /** Requested rows that are still pending: unsettled files, and rows that belong to other locations. */
  readonly left: readonly number[]
  /** Files that exist but differ from their rows, by folder. At most as many as can be updated at once. */
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
  /** One for each scope. */
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
  /** Folders and entries that could not be read; limited to the number that is shown. */
  readonly unreadable: Unreadable[]
  unreadableTotal: number
  readonly differences: Difference[]
  /** The folders that differ, for a rescan of these folders; at most as many as one repair takes. */
  readonly folders: RawName[]
  /** Row ids of files whose stats equal their rows although their bytes differ; at most as many as one repair takes. */
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
  /** Limit on returned entries; all entries are counted. */
  readonly limit: number
  /** Return only the entries of the folder with these names, and nothing below them; null for all. */
  readonly names: readonly RawName[] | null
  /** The order of the entries in each folder. */
  readonly order: FolderOrder
  readonly patience: Patience | null
  /** Mount points that do not answer. */
  readonly silent: readonly string[]
}

/**
 * Entries on the disk that need not be in the index. They are packed into a few arrays, because sending thousands of
 * objects and texts to another thread is slow.
 */
export interface BrowsedEntries {
  /** The folders of the entries, in order, each with the number of its entries. */
  readonly folders: readonly { readonly dir: RawName; readonly count: number }[]
  readonly names: PackedNames
  /** `FIELDS` numbers for each entry, in the order that `listing.ts` defines. */
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

/** The requests of the indexer to the bulk thread, and their reports. */
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
  /** Removes the rows of a folder that is no longer a location. Rows of other locations stay. */
  forget: { request: { directoryId: number }; report: { removed: number } }
}

export type RequestName = keyof IndexRequests

/** A request in the form that the thread receives. */
export interface IndexWorkInput<N extends RequestName> {
  readonly request: IndexRequests[N]['request']
  /** See `JobItems.suspects`; null if no items are noted. */
  readonly suspects: ReadonlyMap<string, ItemVerdict> | null
}

/** A message about a running request, sent before its report. */
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
