import type { RuleSettings } from '../../domain/rules.ts'
import type { RawName } from '../../util/file-name.ts'
import type { Inode } from '../../util/inode.ts'
import type { Rule } from '../rules/index.ts'
import type { FileObject } from './ephemeral-ids.ts'
import type { Listing } from './listing.ts'
import type { BrowseReport, BrowseRequest, LocationScope } from './requests.ts'
import type { WalkResults, WalkSetup, WalkTask } from './walk-messages.ts'

/** Said of work on a mount that may never answer; see `PatientDisk`. */
export interface Patience {
  /** Milliseconds without any sign of life after which a mount is taken to be dead. */
  readonly answerMs: number
}

/** A listing as it goes between processes. */
export type PlainListing = Omit<Listing, 'fingerprint'> & { readonly fingerprint: Uint8Array }

/** The rules are anchored at `root`. */
export interface BeginRequest {
  readonly root: string
  readonly rules: RuleSettings
  readonly dir: RawName
}

/** A folder a scan begins at. */
export interface Beginning {
  readonly isDirectory: boolean
  readonly device: bigint
  /** The folder itself, as the only entry, without its name. */
  readonly own: PlainListing
  /** What the folders between the rules' root and this one hand down to it. */
  readonly anchors: readonly string[]
}

/** What some names of a folder are, or all. */
export interface LookedAt {
  /** Anchors that the folder inherits from the one above it. */
  readonly inherited: readonly string[]
  /** What the folder hands down to those in it. */
  readonly anchors: readonly string[]
  readonly listing: PlainListing
  /** The folder itself, as the only entry, without its name; null where it is gone, or no folder any more. */
  readonly own: PlainListing | null
}

/** A folder that could not be read; see `UnreadableDirectory`. */
export interface LookFailure {
  readonly gone: boolean
  readonly code: string
  readonly message: string
}

/** What tells whether a path still leads to the same thing. */
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
  /** What the folder above hands down; null: that is found out first. */
  readonly anchors: readonly string[] | null
  /** Null for all. */
  readonly names: readonly RawName[] | null
}

export interface HiddenPath {
  readonly path: string
  readonly rule: Rule
}

/** What a process that looks at a disk is asked, and what it answers. */
export interface DiskRequests {
  /** Null where there is nothing. */
  begin: { request: BeginRequest; reply: Beginning | null }
  walk: { request: { setup: WalkSetup; tasks: readonly WalkTask[] }; reply: WalkResults }
  look: { request: LookRequest; reply: LookedAt | { failure: LookFailure } }
  /** Null where there is nothing. */
  facts: { request: readonly RawName[]; reply: (PathFacts | null)[] }
  /** The ids of the entries are filled in by who knows them, from `objects`. */
  browse: { request: BrowseRequest; reply: { report: BrowseReport; objects: readonly FileObject[] } }
  explain: {
    request: { path: RawName; scope: LocationScope }
    reply: { exists: boolean; hidden: HiddenPath | null }
  }
}

export type DiskRequestName = keyof DiskRequests

export type DiskRequest = { [N in DiskRequestName]: { name: N; request: DiskRequests[N]['request'] } }[DiskRequestName]
