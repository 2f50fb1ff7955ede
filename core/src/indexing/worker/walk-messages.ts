import type { RuleSettings } from '../../domain/rules.ts'
import type { RawName } from '../../util/file-name.ts'
import type { Inode } from '../../util/inode.ts'
import type { SeenFolder } from './listing.ts'

/** What a walking thread or process needs to know of the scan it works for. */
export interface WalkSetup {
  readonly root: string
  readonly device: bigint
  readonly rules: RuleSettings
  /** Mount points that do not answer: nothing asks for them, and what the index has there stays. */
  readonly silent: readonly string[]
}

export interface WalkTask {
  readonly seq: number
  readonly dir: RawName
  /** What the folder above hands down; see `RuleContext`. */
  readonly anchors: readonly string[]
  /** The sum the index has, in hexadecimal: where the folder still has it, it comes back as `same`. */
  readonly fingerprint: string | null
  /**
   * The number of rows in the folder. If the disk has another number, the fingerprint does not cover the current rows.
   */
  readonly childCount: number
  /** Only look at the folder's own times: `same` where they are these. */
  readonly times: { readonly mtime: number; readonly mtimeNs: number } | null
  /** The folder as this scan has just seen it in the listing of its parent. */
  readonly seen: SeenFolder | null
}

/** The answers to one batch of tasks. Arrays run along the tasks; names and numbers along all their entries. */
export interface WalkResults {
  readonly seqs: readonly number[]
  readonly statuses: readonly WalkStatus[]
  readonly counts: readonly number[]
  /** What each folder hands down; most of them share one list, which is sent once. */
  readonly anchorLists: readonly (readonly string[])[]
  /** Index into `anchorLists`. */
  readonly anchors: readonly number[]
  /** 8 bytes a folder; zeros where it was not listed. */
  readonly fingerprints: Uint8Array
  /** Joined by NUL, unless one of them is bytes. */
  readonly names: string | RawName[]
  readonly numbers: Float64Array
  readonly bigInodes: Map<number, Uint8Array>
  readonly unreadable: { task: number; name: RawName; code: string; message: string }[]
  readonly failures: { task: number; gone: boolean; code: string; message: string }[]
  /** The inode of each folder itself; null if it was not read. */
  readonly owns: readonly (Inode | null)[]
  /** `FIELDS` numbers for each folder itself; zeros if it was not listed. */
  readonly ownNumbers: Float64Array
  /** Whether each folder stayed unchanged while it was read. */
  readonly settled: readonly boolean[]
}

export type WalkStatus = 'same' | 'listed' | 'failed'

export type WalkRequest = { setup: WalkSetup } | { tasks: readonly WalkTask[] }
