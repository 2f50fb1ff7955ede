import type { Engine as ListedEngine, FileType, SidecarKind, SidecarKindFacts } from '../../domain/index.ts'

/** The pools of processes. Each runs native code of one sort. */
export type PoolName = 'image' | 'av' | 'doc' | 'ml'

/** The facts about a content that are known before it is opened. */
export interface ContentFacts {
  readonly type: FileType
  readonly mime: string | null
  readonly size: number
}

/** One file that a generator makes from a content. */
export interface Output {
  readonly variant: string
  readonly format: string
}

/** A kind of sidecar whose files the user made. */
export interface CompanionKind extends SidecarKindFacts {
  readonly kind: SidecarKind
  readonly origin: 'user'
}

/** A kind of sidecar, and its generator. */
export interface KindOfSidecar extends Generator, SidecarKindFacts {
  readonly kind: SidecarKind
  readonly priority: number
  readonly origin: 'generated'
}

/** A way to derive one kind of sidecar. */
export interface Generator {
  readonly kind: SidecarKind
  /**
   * Increased when the generator makes different sidecars with the same engine. Sidecars of older recipes can then be
   * made again on request.
   */
  readonly recipe: number
  /**
   * The higher the priority, the earlier: first visible sidecars, then searchable ones, then those that no user waits
   * for.
   */
  readonly priority: number
  /** The time limit for one content, in milliseconds; a function if it depends on the content. See `deadlineOf`. */
  readonly deadlineMs: number | ((content: ContentFacts) => number)
  /**
   * Contents with more bytes are skipped with a reason. A function if the limit depends on the content; see
   * `maxBytesOf`.
   */
  readonly maxBytes: number | ((content: ContentFacts) => number)
  /** Every variant that it can make. */
  readonly variants: readonly string[]
  /** The default outputs for each content that it accepts. */
  readonly outputs: readonly Output[]
  /** The module that makes the sidecars, loaded in a process of the pool. It exports `make`. */
  readonly module: URL
  /** The types of contents that it may accept; for others, `accepts` is not called. */
  readonly types: readonly FileType[]
  /**
   * Types from `types` whose sidecars are made only when a user views the content. For example, a library can have
   * hundreds of thousands of small texts, and nobody will see most of their pictures.
   */
  readonly typesWhenViewed?: readonly FileType[]
  /** The part of the configuration that it needs: plain data, passed to `make`. */
  readonly settings?: unknown
  /**
   * The kinds of sidecars that the generator reads instead of the file. If such an input is made again, this sidecar
   * is made again too.
   */
  readonly inputs?: readonly SidecarKind[]
  /** Whether a sidecar can be made from this content. */
  accepts(content: ContentFacts): boolean
  /**
   * One line: why the generator cannot make any sidecars now, and the remedy. While it returns a reason, no sidecars
   * are queued.
   */
  unavailable?(): Promise<string | null>
  /** The engines that it could use on this machine, for `doctor`. Loads none of them, and answers within seconds. */
  detect?(): Promise<readonly DetectedEngine[]>
  /** The pool whose processes handle a content that the generator accepts. */
  pool(content: ContentFacts): PoolName
}

/** The time limit for a content, in milliseconds. */
export function deadlineOf({ deadlineMs }: Generator, content: ContentFacts): number {
  return typeof deadlineMs === 'number' ? deadlineMs : deadlineMs(content)
}

/** The size limit for a content, in bytes. */
export function maxBytesOf({ maxBytes }: Generator, content: ContentFacts): number {
  return typeof maxBytes === 'number' ? maxBytes : maxBytes(content)
}

/** A sidecar that another one is made from. */
export interface SidecarInput extends Output {
  readonly kind: SidecarKind
  readonly path: string
}

/** A request to a process: all outputs of one content, from one decode. */
export interface MakeRequest {
  /** Address of the generator's module. */
  readonly module: string
  /** Absolute path of a file with the content; empty for a generator that reads other sidecars instead. */
  readonly source: string | Uint8Array
  /** Some names of files with this content. */
  readonly names: readonly string[]
  /** The ready sidecars of the kinds in `Generator.inputs`. */
  readonly inputs: readonly SidecarInput[]
  /** See `Generator.settings`. */
  readonly settings: unknown
  readonly content: ContentFacts
  /** The outputs, each with the path to write it to; the folder exists. */
  readonly outputs: readonly (Output & { readonly path: string })[]
  /**
   * The path of a partial result. Long work may store its progress here, and finds it again after an interruption,
   * perhaps written by another engine for the same content. The writer creates the folder. The file is removed when the
   * outcome is recorded.
   */
  readonly part: string
}

/** An engine that does the work of a generator, installed or not. */
export interface DetectedEngine extends Readonly<ListedEngine> {
  /**
   * Engines that this engine surpasses for every file. If this one is available, sidecars that they made are outdated.
   */
  readonly replaces?: readonly string[]
}

export interface Engine {
  readonly name: string
  readonly version: string
}

/** Whether an engine can be used now. */
export function isUsable({ state }: Pick<DetectedEngine, 'state'>): boolean {
  return state === 'embedded' || state === 'found'
}

/** Facts about the content that were found during the work. */
export interface ContentFindings {
  readonly thumbhash?: Uint8Array
  /** In the form 0xRRGGBB. */
  readonly colour?: number
}

/** The result of `make` after it has written all outputs. */
export interface Made {
  readonly engine: Engine
  readonly findings?: ContentFindings
  /** One line for the user about what the sidecars lack. */
  readonly note?: string
  /**
   * The outputs contain only the first part, for users who wait for them. Another request for the same content, with
   * the same `part`, continues the work.
   */
  readonly isUnfinished?: boolean
}

/**
 * Writes the outputs. Throws `CoreError`: `Unsupported` if no engine here can read the content (the message names one
 * that could), `Corrupt` if the file is damaged. Any other error counts as `Corrupt`.
 */
export type Make = (request: Omit<MakeRequest, 'module'>) => Promise<Made>
