import type { FileType, SidecarKind } from '../../domain/index.ts'

/** Which processes a generator works in: native code of one sort to a sort of process. */
export type PoolName = 'image' | 'av' | 'doc' | 'ml'

/** What is known of a content before it is opened. */
export interface ContentFacts {
  readonly type: FileType
  readonly mime: string | null
  readonly size: number
}

/** One file a generator makes of a content. */
export interface Output {
  readonly variant: string
  readonly format: string
}

/** A way to derive one kind of sidecar. */
export interface Generator {
  readonly kind: SidecarKind
  /** Raised when the same engine would make something else: what was made before can then be made again on request. */
  readonly recipe: number
  /** Higher first: what a person sees before what a person searches, and that before what nobody waits for. */
  readonly priority: number
  /** Milliseconds one content may take; where the work grows with it, of which content. See `deadlineOf`. */
  readonly deadlineMs: number | ((content: ContentFacts) => number)
  /** Contents larger than this, in bytes, are left alone, with a reason; where it is not read whole, it depends on the content. See `maxBytesOf`. */
  readonly maxBytes: number | ((content: ContentFacts) => number)
  /** Every variant there is. */
  readonly variants: readonly string[]
  /** All that is made by default of a content it takes. */
  readonly outputs: readonly Output[]
  /** The module that makes it, loaded in a process of its pool: it exports `make`. */
  readonly module: URL
  /** Types of contents it may take; others are not even asked about. */
  readonly types: readonly FileType[]
  /** What of the configuration its work depends on: plain data, handed to `make`. */
  readonly settings?: unknown
  /** Kinds of sidecars of the same content that it reads instead of the file. It is made again when one of them is. */
  readonly inputs?: readonly SidecarKind[]
  /** Whether there is anything to derive from such a content. */
  accepts(content: ContentFacts): boolean
  /** Why it can make nothing at all now, in one line that says what would help; nothing is queued then. */
  unavailable?(): Promise<string | null>
  /** What it could work with on this machine; it loads nothing of it, and answers in seconds. `doctor` lists it. */
  detect?(): Promise<readonly DetectedEngine[]>
  /** Where such a content, which it accepts, is worked on. */
  pool(content: ContentFacts): PoolName
}

/** Milliseconds a content may take. */
export function deadlineOf({ deadlineMs }: Generator, content: ContentFacts): number {
  return typeof deadlineMs === 'number' ? deadlineMs : deadlineMs(content)
}

/** Bytes a content may have. */
export function maxBytesOf({ maxBytes }: Generator, content: ContentFacts): number {
  return typeof maxBytes === 'number' ? maxBytes : maxBytes(content)
}

/** A sidecar that another one is made from. */
export interface SidecarInput extends Output {
  readonly kind: SidecarKind
  readonly path: string
}

/** What a process is asked to make: all outputs of one content, from one decode. */
export interface MakeRequest {
  /** Address of the generator's module. */
  readonly module: string
  /** Absolute path of a file with the content; empty for a generator that reads other sidecars instead. */
  readonly source: string | Uint8Array
  /** What files with this content are called, some of them. */
  readonly names: readonly string[]
  /** The ready sidecars of the kinds it reads. */
  readonly inputs: readonly SidecarInput[]
  /** See `Generator.settings`. */
  readonly settings: unknown
  readonly content: ContentFacts
  /** Where each output is written; the folder is there. */
  readonly outputs: readonly (Output & { readonly path: string })[]
  /**
   * Where something that takes long may keep what it has so far, and finds it where it was interrupted: of the same content,
   * perhaps by another engine. Whoever writes it makes its folder; it is removed when it is recorded what became of the
   * content.
   */
  readonly part: string
}

/** Something that does the work of a generator, or would if it were there. */
export interface DetectedEngine {
  /** What it makes possible, in a few words. */
  readonly job: string
  readonly name: string
  /** Null where it does not say, or is not there. */
  readonly version: string | null
  readonly available: boolean
  /** SPDX. */
  readonly licence: string
  /** Where it was found, or how to get it. */
  readonly how: string
  /** Engines whose work it does better, whatever the file: what they have made is outdated where this one is. */
  readonly replaces?: readonly string[]
}

export interface Engine {
  readonly name: string
  readonly version: string
}

/** What was found out about the content on the way. */
export interface ContentFindings {
  readonly thumbhash?: Uint8Array
  /** 0xRRGGBB. */
  readonly colour?: number
}

/** What `make` says when it has written all outputs. */
export interface Made {
  readonly engine: Engine
  readonly findings?: ContentFindings
}

/**
 * Writes the outputs. Throws `CoreError`: `Unsupported` where nothing here reads such a content (say what would),
 * `Corrupt` where the file is damaged. Anything else thrown counts as `Corrupt`.
 */
export type Make = (request: Omit<MakeRequest, 'module'>) => Promise<Made>
