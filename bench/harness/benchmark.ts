import type { TreeName } from './prepare-tree.ts'

/** What is measured, on which scale, and what is asked of it. */
export interface Figure {
  readonly id: string
  /** One line, for tables. */
  readonly what: string
  readonly unit: Unit
  /** Null where nothing is asked: the figure explains another one. */
  readonly goal: Goal | null
  /** What the machine itself allows: a variant that does only the part that cannot be avoided. */
  readonly limit?: { readonly variant: string; readonly what: string }
}

/** Of units that end in `/s` more is better, of all others less. */
export type Unit =
  | 's'
  | 'ms'
  | 'files/s'
  | 'images/s'
  | 'jobs/s'
  | 'GB/s'
  | 'MB'
  | 'bytes'
  | 'files'
  | 'rows'
  | 'requests'
  | '%'
  | '×'

/** `ratioTo` names the peer that the goal is a multiple of; without it the goal is a plain value of the figure's unit. */
export interface Goal {
  readonly atMost?: number
  readonly atLeast?: number
  readonly ratioTo?: string
}

/** Values by figure id. */
export type Sample = Readonly<Record<string, number>>

/** One of those that are measured in turn. */
export interface Variant {
  /** `spacedrive` for ours; the program's name for a peer. */
  readonly name: string
  /** The program it needs; a variant without its program is reported as missing. */
  readonly program?: string
  /** Measured so often at the most: for peers that take very long. */
  readonly mostRuns?: number
  /** One run. Figures that it does not touch are left out. */
  measure(): Promise<Sample>
}

export const OURS = 'spacedrive'

export interface SetupContext {
  /** Where trees are kept. */
  readonly treeDir: string
  /** Trees, by the name of their shape; made where missing. */
  tree(shape: TreeName): string
  /** An empty folder that goes away after the benchmark. */
  scratch(name: string): string
  /** What lives as long as the benchmark runs. */
  readonly parts: AsyncDisposableStack
}

export interface Benchmark {
  readonly name: string
  /** One line: what is measured, as a person would say it. */
  readonly title: string
  /** Runs where the command line does not say; those of a million files take long. */
  readonly runs: number
  readonly figures: readonly Figure[]
  /** What is known about figures that miss their goal, and how they are taken. Shown below the table. */
  readonly remarks?: readonly string[]
  setup(context: SetupContext): Promise<readonly Variant[]>
}

export function defineBenchmark(benchmark: Benchmark): Benchmark {
  return benchmark
}

/** Of units of speed more is better. */
export function isRate(unit: Unit): boolean {
  return unit.endsWith('/s')
}
