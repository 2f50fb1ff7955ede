import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Benchmark, type Figure, type Goal, isRate, OURS, type Sample, type Variant } from './benchmark.ts'
import { describeMachine, type Machine } from './machine.ts'
import { prepareTree } from './prepare-tree.ts'
import { isInstalled } from './program.ts'
import { type Spread, spreadOf } from './statistics.ts'

export interface FigureResult {
  readonly id: string
  readonly what: string
  readonly unit: Figure['unit']
  readonly goal: Goal | null
  /** Null where nothing is asked, or where the peer of the goal is missing. */
  readonly met: boolean | null
  readonly ours: Spread
  /** `ratio` is ours divided by the peer's. */
  readonly peers: readonly (Spread & { readonly name: string; readonly ratio: number })[]
  readonly limit: { readonly what: string; readonly share: number } | null
}

/** What is kept of a benchmark. */
export interface BenchmarkResult {
  readonly name: string
  readonly title: string
  readonly date: string
  readonly runs: number
  readonly machine: Machine
  readonly figures: readonly FigureResult[]
  /** Peers whose programs are not installed here. */
  readonly missing: readonly string[]
}

export interface RunOptions {
  readonly runs: number
  readonly treeDir: string
  say(line: string): void
}

/** Sets a benchmark up, measures its variants in turn, and sums up. */
export async function runBenchmark(benchmark: Benchmark, { runs, treeDir, say }: RunOptions): Promise<BenchmarkResult> {
  mkdirSync(treeDir, { recursive: true })
  const machine = describeMachine(treeDir)
  await using parts = new AsyncDisposableStack()
  const variants = await benchmark.setup({
    parts,
    treeDir,
    tree: (name) => prepareTree(treeDir, name, say),
    scratch: (name) => {
      const dir = mkdtempSync(join(treeDir, `${name}-`))
      parts.defer(() => rmSync(dir, { recursive: true, force: true }))
      return dir
    },
  })
  const present = variants.filter(({ program }) => program === undefined || isInstalled(program))
  const samples = new Map<string, Sample[]>(present.map(({ name }) => [name, []]))
  for (let round = 0; round < runs; round++) {
    for (const variant of inTurn(present, round)) {
      if (round >= (variant.mostRuns ?? runs)) continue
      const sample = await variant.measure()
      samples.get(variant.name)!.push(sample)
      say(`${benchmark.name} ${round + 1}/${runs} ${variant.name} ${JSON.stringify(sample)}`)
    }
  }
  return {
    name: benchmark.name,
    title: benchmark.title,
    date: new Date().toISOString(),
    runs,
    machine,
    figures: benchmark.figures.flatMap((figure) => summarise(figure, samples) ?? []),
    missing: variants.filter((variant) => !present.includes(variant)).map(({ name }) => name),
  }
}

/** Each round begins with another variant, so that none is always the one after the same other. */
function inTurn(variants: readonly Variant[], round: number): Variant[] {
  const first = round % variants.length
  return [...variants.slice(first), ...variants.slice(0, first)]
}

function summarise(figure: Figure, samples: ReadonlyMap<string, readonly Sample[]>): FigureResult | null {
  const spreads = new Map<string, Spread>()
  for (const [name, taken] of samples) {
    const values = taken.flatMap((sample) => sample[figure.id] ?? [])
    if (values.length > 0) spreads.set(name, spreadOf(values))
  }
  const ours = spreads.get(OURS)
  if (!ours) return null
  spreads.delete(OURS)
  const peers = [...spreads].map(([name, spread]) => ({ name, ...spread, ratio: ours.median / spread.median }))
  const { id, what, unit, goal } = figure
  return { id, what, unit, goal, met: isMet(goal, ours, spreads), ours, peers, limit: shareOf(figure, ours, spreads) }
}

function isMet(goal: Goal | null, ours: Spread, peers: ReadonlyMap<string, Spread>): boolean | null {
  if (!goal) return null
  const peer = goal.ratioTo === undefined ? null : peers.get(goal.ratioTo)
  if (peer === undefined) return null
  const value = peer ? ours.median / peer.median : ours.median
  return value <= (goal.atMost ?? Infinity) && value >= (goal.atLeast ?? -Infinity)
}

function shareOf({ limit, unit }: Figure, ours: Spread, peers: ReadonlyMap<string, Spread>): FigureResult['limit'] {
  const reached = limit && peers.get(limit.variant)
  if (!limit || !reached) return null
  const share = isRate(unit) ? ours.median / reached.median : reached.median / ours.median
  return { what: limit.what, share }
}
