import type { SidecarKind } from '../../domain/index.ts'
import type { RawName } from '../../util/file-name.ts'
import type { Taken } from './pair-live-photos.ts'
import type { XmpFacts } from './xmp-facts.ts'

/** The facts about a location that the thread needs. */
export interface ReferencePlace {
  readonly volumeId: number
  readonly volumePath: RawName
  readonly path: RawName
  /** Whether its volume is mounted, so that its files can be read. */
  readonly online: boolean
  /** The kinds of references that its policy wants. */
  readonly kinds: readonly SidecarKind[]
}

/** A file with the facts from the index. */
export interface KnownFile {
  readonly contentId: number
  readonly path: RawName
  readonly size: number
  /** Milliseconds since 1970, rounded down. */
  readonly modifiedMs: number
}

/** A file that must be read before the plan can go on. */
export interface ReadTarget extends KnownFile {
  readonly what: 'capture' | 'xmp'
}

/**
 * Facts read from the file of a content; null in a list of findings means that the file has changed since it was
 * indexed.
 */
export type Finding =
  | { readonly contentId: number; readonly what: 'capture'; readonly taken: Taken; readonly error: string | null }
  | {
      readonly contentId: number
      readonly what: 'xmp'
      readonly facts: XmpFacts | null
      readonly error: string | null
    }

/** A reference that should exist. */
export interface WantedReference {
  readonly contentId: number
  readonly kind: SidecarKind
  readonly variant: string
  readonly format: string
  readonly entryId: number
  readonly size: number
  /** BLAKE3 of the whole file. */
  readonly checksum: Uint8Array
  /** The way in which it was found. */
  readonly by: string
}

/** The steps that make the references match the index. */
export interface ReferencePlan {
  /** Files to read first. If there are any, all other lists are empty. */
  readonly read: readonly ReadTarget[]
  /** Files that need a full hash before they can be references. */
  readonly hash: readonly KnownFile[]
  readonly put: readonly WantedReference[]
  /** Row ids. */
  readonly remove: readonly number[]
}

export type ReferenceRequest =
  | {
      readonly task: 'plan'
      readonly file: string
      readonly places: readonly ReferencePlace[]
      /** Contents that could not be read or hashed in this run. */
      readonly skip: readonly number[]
    }
  | { readonly task: 'read'; readonly targets: readonly ReadTarget[] }

export type ReferenceReply =
  | { readonly task: 'plan'; readonly plan: ReferencePlan }
  | { readonly task: 'read'; readonly findings: readonly (Finding | null)[] }
