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
/** The context of an operation that does not need a library. `library` is null if there is none. */
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

/** How an operation appears on the command line. The rest (flags, help, completions) comes from its schema. */
export interface CliHints {
  /** The words after `spacedrive`: `['location', 'add']`. */
  readonly words: readonly string[]
  /** Alternative words for the same command. */
  readonly aliases?: readonly (readonly string[])[]
  /** Input fields that are positional arguments, in order. */
  readonly positional?: readonly string[]
  /** Whether the last positional argument takes all remaining words. */
  readonly variadic?: boolean
  /** Fields that contain paths. They are made absolute, relative to the working directory, before they are sent. */
  readonly paths?: readonly string[]
  /**
   * Fields that contain a name or a path. If the value is written as a path (`.`, `./x`, `../x`), it is made absolute.
   */
  readonly references?: readonly string[]
  /**
   * Fields that name a content: by its id, by a sidecar:// address, or by the path of a file that has it. A path is
   * made absolute.
   */
  readonly contents?: readonly string[]
  /** Default values for positional arguments that are omitted. */
  readonly defaults?: Readonly<Record<string, string>>
  /** Other spellings of the flag of a field. */
  readonly flagAliases?: Readonly<Record<string, readonly string[]>>
  /**
   * Fields that contain an id, each with the query that lists these ids. Users may type only the end of an id, as it
   * is shown in lists, or its beginning.
   */
  readonly shortIds?: Readonly<Record<string, string>>
  /**
   * Adds the flag `--wait`. With it, the command waits for the job whose id is `job.id` of the output, or for the
   * transfers in the output.
   */
  readonly wait?: 'job' | 'transfers'
  /**
   * The sentence that the user has to confirm: the command shows it and asks, and `--yes` answers it. If another
   * caller sends a request without a confirmation, the sentence is the error.
   */
  readonly confirm?: string
  /** The sentence instead of `confirm` if this flag is given. */
  readonly confirmWith?: Readonly<Record<string, string>>
  /**
   * The exit code by fields of the output. A field counts if it is true, greater than zero, or a list that is not
   * empty. Otherwise, the code is 0.
   */
  readonly exit?: { readonly failedIf?: string; readonly failedUnless?: string; readonly partialIf?: string }
  /** The query that lists the things whose ids are in the output, so that their names can be shown. */
  readonly names?: string
  /**
   * The field of the output that lists files, such as `items` or `groups.files`. It adds the flags `--print0`,
   * `--format` and `--exec`, which apply to the results of all pages.
   */
  readonly each?: string
  /**
   * Whether the first file of each inner list of `each` is left out, so that a program which deletes the files leaves
   * one copy.
   */
  readonly eachButFirst?: boolean
  /** The command that the user is likely to need next, without `spacedrive`. */
  readonly next?: string
  /** Examples, which are shown first in `--help`. */
  readonly examples?: readonly string[]
}

export interface Op<
  K extends Kind = Kind,
  N extends string = string,
  S extends Scope = Scope,
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  /** The context of `run`. Operations of a host may need a larger context than those of the engine. */
  C extends CoreContext = ContextOf<S>,
> {
  readonly kind: K
  /** The feature in the plural, a dot, and a verb: `locations.add`. */
  readonly name: N
  readonly scope: S
  /** One line: `--help`, the API docs and tool descriptions all show it. */
  readonly summary: string
  readonly input: I
  readonly output: O
  /** The error codes that a caller must expect, besides `InvalidInput` and `Internal`. */
  readonly errors: readonly ErrorCode[]
  /**
   * The right that is needed by callers other than the user of this machine. Null: only the user of this machine may
   * run the operation.
   */
  readonly access: Access | null
  /** Input fields that only the user of this machine may set, for example a destination folder. */
  readonly onlyHere: readonly string[]
  /**
   * Input fields that name files by path or address. Without the right `disk`, the files must be in a location of this
   * machine, or be named by their content.
   */
  readonly files: readonly string[]
  /**
   * Removes the parts of the output that need the right `disk`, such as paths on other devices. Null if there are
   * none.
   */
  readonly withoutDisk: ((output: z.output<O>) => z.output<O>) | null
  /** The topics of the answer. An event about one of them makes a cached answer stale. Null for an action. */
  readonly staleBy: readonly Topic[] | null
  /** How it appears on the command line; null if it is not a command. */
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
  /** Required, so that no query is cached for ever by mistake. Empty if no event affects its answer. */
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
