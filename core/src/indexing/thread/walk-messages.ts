import type { RuleSettings } from '../../domain/rules.ts'
import type { RawName } from '../../util/file-name.ts'
import type { Inode } from '../../util/inode.ts'
import type { SeenFolder } from './listing.ts'

/** The facts about a scan that its walking threads or processes need. */
export interface WalkSetup {
  readonly root: string
  readonly device: bigint
  readonly rules: RuleSettings
  /** Mount points that do not answer: the walk does not access them, and their rows stay. */
  readonly silent: readonly string[]
}

export interface WalkTask {
  readonly seq: number
  readonly dir: RawName
  /** Anchors that the folder inherits; see `RuleContext`. */
  readonly anchors: readonly string[]
  /** The fingerprint in the index, in hexadecimal. If the folder still has it, the status is `same`. */
  readonly fingerprint: string | null
  /**
   * The number of rows in the folder. If the disk has another number, the fingerprint does not cover the current rows.
   */
  readonly childCount: number
  /** If set, only compare the folder's own times: if they are equal, the status is `same`. */
  readonly times: { readonly mtime: number; readonly mtimeNs: number } | null
  /** The folder as this scan has just seen it in the listing of its parent. */
  readonly seen: SeenFolder | null
}

/**
 * The answers to one batch of tasks. The arrays have one element for each task; `names` and the numbers have one for
 * each entry of all tasks.
 */
export interface WalkResults {
  readonly seqs: readonly number[]
  readonly statuses: readonly WalkStatus[]
  readonly counts: readonly number[]
  /** The anchors that each folder passes on. Most folders share one list, which is sent once. */
  readonly anchorLists: readonly (readonly string[])[]
  /** Index into `anchorLists`. */
  readonly anchors: readonly number[]
  /** 8 bytes per folder; zeros if it was not listed. */
  readonly fingerprints: Uint8Array
  /** The names joined by NUL; an array if a name is not valid text. */
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
