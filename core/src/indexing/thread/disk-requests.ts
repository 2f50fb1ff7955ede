import type { RuleSettings } from '../../domain/rules.ts'
import type { RawName } from '../../util/file-name.ts'
import type { Inode } from '../../util/inode.ts'
import type { Rule } from '../rules/index.ts'
import type { FileObject } from './ephemeral-ids.ts'
import type { Listing } from './listing.ts'
import type { BrowseReport, BrowseRequest, LocationScope } from './requests.ts'
import type { WalkResults, WalkSetup, WalkTask } from './walk-messages.ts'

/** A listing in the form that is sent between processes. */
export type PlainListing = Omit<Listing, 'fingerprint'> & { readonly fingerprint: Uint8Array }

/** The rules are anchored at `root`. */
export interface BeginRequest {
  readonly root: string
  readonly rules: RuleSettings
  readonly dir: RawName
}

/** Facts about the folder where a scan begins. */
export interface Beginning {
  readonly isDirectory: boolean
  readonly device: bigint
  /** The folder itself, as the only entry, without its name. */
  readonly own: PlainListing
  /** Anchors that the folder inherits from the folders between the rules' root and itself. */
  readonly anchors: readonly string[]
}

/** The result of a look at some or all names of a folder. */
export interface LookedAt {
  /** Anchors that the folder inherits from the one above it. */
  readonly inherited: readonly string[]
  /** Anchors that the folder passes on to its subfolders. */
  readonly anchors: readonly string[]
  readonly listing: PlainListing
  /** The folder itself, as the only entry and without a name; null if it is gone or is no longer a folder. */
  readonly own: PlainListing | null
}

/** A folder that could not be read; see `UnreadableDirectory`. */
export interface LookFailure {
  readonly gone: boolean
  readonly code: string
  readonly message: string
}

/** Facts that show whether a path still leads to the same file. */
export interface PathFacts {
  readonly isDirectory: boolean
  readonly device: bigint
  readonly inode: Inode
  readonly size: number
  readonly mtimeNs: bigint
}

export interface LookRequest {
  readonly setup: WalkSetup
  readonly dir: RawName
  /** Anchors that the folder inherits; null: they must be determined first. */
  readonly anchors: readonly string[] | null
  /** The names to look at; null for all. */
  readonly names: readonly RawName[] | null
}

export interface HiddenPath {
  readonly path: string
  readonly rule: Rule
}

/** The requests to a process that accesses a disk, and their replies. */
export interface DiskRequests {
  /** Null if the folder does not exist. */
  begin: { request: BeginRequest; reply: Beginning | null }
  walk: { request: { setup: WalkSetup; tasks: readonly WalkTask[] }; reply: WalkResults }
  look: { request: LookRequest; reply: LookedAt | { failure: LookFailure } }
  /** Null for a path that does not exist. */
  facts: { request: readonly RawName[]; reply: (PathFacts | null)[] }
  /** The entries have no ids yet; the caller looks them up by `objects`. */
  browse: { request: BrowseRequest; reply: { report: BrowseReport; objects: readonly FileObject[] } }
  explain: {
    request: { path: RawName; scope: LocationScope }
    reply: { exists: boolean; hidden: HiddenPath | null }
  }
}

export type DiskRequestName = keyof DiskRequests

export type DiskRequest = { [N in DiskRequestName]: { name: N; request: DiskRequests[N]['request'] } }[DiskRequestName]
