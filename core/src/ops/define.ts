import type { z } from 'zod'
import type { Core } from '../core.ts'
import type { Topic } from '../events/catalog.ts'
import type { Library } from '../library/index.ts'
import type { Access } from '../domain/access.ts'
import type { ErrorCode } from '../util/errors.ts'

export interface CoreContext {
  readonly core: Core
  readonly signal: AbortSignal
}
export interface LibraryContext extends CoreContext {
  readonly library: Library
}
/** `library` is null if there is none yet. */
export interface AnywhereContext extends CoreContext {
  readonly library: Library | null
}
interface Contexts {
  readonly core: CoreContext
  readonly library: LibraryContext
  readonly anywhere: AnywhereContext
}
type ContextOf<S extends Scope> = Contexts[S]

/** The context that an operation needs: the engine, an open library, or a library if there is one. */
export type Scope = 'core' | 'library' | 'anywhere'
export type Kind = 'query' | 'action'

/** How an operation appears on the command line. Everything else (flags, help, completions) comes from its schema. */
export interface CliHints {
  /** The words after `spacedrive`: `['location', 'add']`. */
  readonly words: readonly string[]
  /** Alternative words for the same command. */
  readonly aliases?: readonly (readonly string[])[]
  /** Input fields that are positional arguments, in order. */
  readonly positional?: readonly string[]
  /** The last positional argument takes all remaining words. */
  readonly variadic?: boolean
  /** Fields that are paths: made absolute against the working directory before they are sent. */
  readonly paths?: readonly string[]
  /** Fields that hold a name or a path. If the value is written as a path (`.`, `./x`, `../x`), it is made absolute. */
  readonly references?: readonly string[]
  /**
   * Fields that name a content by its id, by a sidecar:// address, or by a file that has it. A path is made absolute.
   */
  readonly contents?: readonly string[]
  /** Default values for positional arguments that are omitted. */
  readonly defaults?: Readonly<Record<string, string>>
  /** Other spellings of the flag of a field. */
  readonly flagAliases?: Readonly<Record<string, readonly string[]>>
  /**
   * Fields that hold an id, and the query that lists the things with such ids. The end of an id, as lists show it, is
   * enough.
   */
  readonly shortIds?: Readonly<Record<string, string>>
  /**
   * Adds `--wait`: the command waits for the job with the id `job.id` of the output, or for the transfers that the
   * output holds.
   */
  readonly wait?: 'job' | 'transfers'
  /** The command shows this sentence, asks, and waits for an answer; `--yes` answers it. */
  readonly confirm?: string
  /** The sentence instead of `confirm` if this flag is given. */
  readonly confirmWith?: Readonly<Record<string, string>>
  /**
   * The exit code by fields of the output. A field counts if it is true, above zero or a list with items. Otherwise the
   * code is 0.
   */
  readonly exit?: { readonly failedIf?: string; readonly failedUnless?: string; readonly partialIf?: string }
  /** The query that lists the things whose ids are in the output; people see their names. */
  readonly names?: string
  /** The command, without `spacedrive`, that a user is likely to want next. */
  readonly next?: string
  /** Shown first in `--help`. */
  readonly examples?: readonly string[]
}

export interface Op<
  K extends Kind = Kind,
  N extends string = string,
  S extends Scope = Scope,
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  /** The context of `run`. Operations of a host need a larger context than operations of the engine. */
  C extends CoreContext = ContextOf<S>,
> {
  readonly kind: K
  /** The feature in the plural, a dot, a verb: `locations.add`. */
  readonly name: N
  readonly scope: S
  /** One line: `--help`, the API docs and tool descriptions all show it. */
  readonly summary: string
  readonly input: I
  readonly output: O
  /** The codes that a caller must expect, besides InvalidInput and Internal. */
  readonly errors: readonly ErrorCode[]
  /**
   * The right that callers other than the user of this machine need. Null: only the user of this machine may run the operation.
   */
  readonly access: Access | null
  /** Input fields that only the user of this machine may set, such as a destination folder. */
  readonly onlyHere: readonly string[]
  /**
   * Input fields that name files by path or address. Without the right `disk`, the files must be in a location of this
   * machine, or be named by their content.
   */
  readonly files: readonly string[]
  /** Removes the parts of the output that need the right `disk`, such as paths of other devices. Null: none need it. */
  readonly withoutDisk: ((output: z.output<O>) => z.output<O>) | null
  /** The data that the answer depends on: an event about it makes a cached answer stale. Null for an action. */
  readonly staleBy: readonly Topic[] | null
  /** Null: the operation is not a command. */
  readonly cli: CliHints | null
  run(input: z.output<I>, ctx: C): Promise<z.input<O>>
}

interface Definition<
  N extends string,
  S extends Scope,
  I extends z.ZodType,
  O extends z.ZodType,
  C extends CoreContext,
> extends Pick<Op<Kind, N, S, I, O, C>, 'name' | 'scope' | 'summary' | 'input' | 'output' | 'run'> {
  readonly errors?: readonly ErrorCode[]
  readonly access?: Access
  readonly onlyHere?: readonly string[]
  readonly files?: readonly string[]
  readonly withoutDisk?: (output: z.output<O>) => z.output<O>
  readonly cli?: CliHints
}

interface QueryDefinition<
  N extends string,
  S extends Scope,
  I extends z.ZodType,
  O extends z.ZodType,
  C extends ContextOf<S> = ContextOf<S>,
> extends Definition<N, S, I, O, C> {
  /** Required, so that no query is kept for ever by mistake; empty if no event is about its answer. */
  readonly staleBy: readonly Topic[]
}

/** An operation that reads. It may be repeated, cached and run in any order. */
export function defineQuery<
  const N extends string,
  const S extends Scope,
  I extends z.ZodType,
  O extends z.ZodType,
  C extends ContextOf<S> = ContextOf<S>,
>(def: QueryDefinition<N, S, I, O, C>): Op<'query', N, S, I, O, C> {
  return { ...DEFAULTS, ...def, kind: 'query' }
}

/** An operation that changes something. */
export function defineAction<
  const N extends string,
  const S extends Scope,
  I extends z.ZodType,
  O extends z.ZodType,
  C extends ContextOf<S> = ContextOf<S>,
>(def: Definition<N, S, I, O, C>): Op<'action', N, S, I, O, C> {
  return { ...DEFAULTS, ...def, staleBy: null, kind: 'action' }
}

/** The properties that a definition may leave out. */
const DEFAULTS = { errors: [], access: null, onlyHere: [], files: [], withoutDisk: null, cli: null }

/** Operations by their names. */
export function byName<const L extends readonly Op[]>(all: L): { readonly [O in L[number] as O['name']]: O } {
  return Object.fromEntries(all.map((op) => [op.name, op])) as { readonly [O in L[number] as O['name']]: O }
}
