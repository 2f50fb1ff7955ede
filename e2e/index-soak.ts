import { randomInt } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { daemonUser } from './index-soak/daemon.ts'
import { type Finding, runScenario, type ScenarioResult, SoakPlaces } from './index-soak/run-scenario.ts'
import { makeScenario, type Scenario, type ScenarioOptions } from './index-soak/scenario.ts'
import { shrink } from './index-soak/shrink.ts'

export interface IndexSoakOptions {
  readonly scenarios: readonly ScenarioOptions[]
  /** Nothing is begun after this time. */
  readonly minutes?: number | undefined
  readonly without?: ReadonlySet<string> | undefined
  readonly log?: ((line: string) => void) | undefined
}

export interface SeedResult extends ScenarioResult {
  readonly seed: number
  readonly seconds: number
}

/** Together these are the figures that the index is held to: 200,000 steps and 500 kills. */
const SEEDS = 60
const STEPS = 3_334
const KILLS = 9
const LARGEST_SEED = 2 ** 31
/** Differences of each kind that are printed of one seed. */
const SHOWN = 3
const MINUTES_TO_SHRINK = 30

/**
 * Changes folders at random below a real daemon, kills it again and again, and compares its index with the disk whenever
 * the disk is quiet.
 */
export async function soakIndex({ log, minutes, scenarios, without }: IndexSoakOptions): Promise<SeedResult[]> {
  using places = new SoakPlaces()
  if (!places.isOnTwoVolumes) log?.('There is no /dev/shm: all locations are on one volume.')
  if (process.getuid?.() === 0 && daemonUser === null) {
    log?.(
      'The daemon runs as root, because another user cannot read its program: no permission keeps it from anything.',
    )
  }
  const results: SeedResult[] = []
  const begun = performance.now()
  for (const scenario of scenarios) {
    if (performance.now() - begun > (minutes ?? Number.POSITIVE_INFINITY) * 60_000) break
    const since = performance.now()
    const { seed } = scenario
    const result = await runScenario(makeScenario(scenario), { places, seed, without, log })
    const seconds = Math.round((performance.now() - since) / 1_000)
    results.push({ seed, seconds, ...result })
    log?.(rowOf([seed, result.steps, result.kills, result.agreed, result.followed, result.findings.length, seconds]))
    for (const finding of someOfEach(result.findings)) log?.(`  ${describe(seed, finding)}`)
  }
  return results
}

function someOfEach(findings: readonly Finding[]): Finding[] {
  const kinds = Map.groupBy(findings, ({ check, phase }) => `${check} ${phase}`)
  return [...kinds.values()].flatMap((kind) => kind.slice(0, SHOWN))
}

export function randomSeed(): number {
  return randomInt(LARGEST_SEED)
}

export function describe(seed: number, { check, disk, index, path, phase, step }: Finding): string {
  const where = path === '' ? '' : ` ${JSON.stringify(path)}`
  return `seed ${seed}, step ${step}, ${phase}: ${check}${where}: the disk has ${disk}, the index ${index}`
}

const COLUMNS = ['seed', 'steps', 'kills', 'compared', 'followed', 'differences', 'seconds'] as const
const COLUMN_WIDTH = 12

function rowOf(cells: readonly (string | number)[]): string {
  return cells.map((cell) => String(cell).padStart(COLUMN_WIDTH)).join('')
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}

function summarise(results: readonly SeedResult[], say: (line: string) => void): void {
  const all = (pick: (result: SeedResult) => number) => results.map(pick)
  const picks = [
    (result: SeedResult) => result.steps,
    (result: SeedResult) => result.kills,
    (result: SeedResult) => result.agreed,
    (result: SeedResult) => result.followed,
    (result: SeedResult) => result.findings.length,
    (result: SeedResult) => result.seconds,
  ]
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)
  say(rowOf(COLUMNS))
  say(rowOf(['all', ...picks.map((pick) => sum(all(pick)))]))
  say(rowOf(['median', ...picks.map((pick) => median(all(pick)))]))
  const byCheck = new Map<string, Set<number>>()
  for (const { findings, seed } of results) {
    for (const { check, phase } of findings) {
      const name = `${check} (${phase})`
      byCheck.set(name, (byCheck.get(name) ?? new Set()).add(seed))
    }
  }
  for (const [name, seeds] of byCheck) say(`${name}: ${seeds.size} seeds, such as ${[...seeds].slice(0, 5).join(', ')}`)
}

/** Finds a small scenario that fails as the seed does, and writes it to a file. */
async function shrinkSeed(
  scenario: Scenario,
  seed: number,
  minutes: number,
  without: ReadonlySet<string>,
): Promise<void> {
  using places = new SoakPlaces()
  const until = performance.now() + minutes * 60_000
  const { findings, steps } = await runScenario(scenario, { places, seed, without })
  const check = findings[0]?.check
  if (check === undefined) return print(`Seed ${seed} did not fail this time.`)
  print(`Shrinking ${steps} steps, until there is no "${check}".`)
  const smallest = await shrink(scenario, {
    isOver: () => performance.now() > until,
    async fails(candidate) {
      const result = await runScenario(candidate, { places, seed, without, until: check })
      const fails = result.findings.some((finding) => finding.check === check)
      if (fails) print(`  still with ${candidate.setup.length} + ${candidate.items.length} items`)
      return fails
    },
  })
  const file = join(tmpdir(), `index-soak-${seed}.json`)
  writeFileSync(file, `${JSON.stringify(smallest, null, 1)}\n`)
  print(`${smallest.setup.length} + ${smallest.items.length} items are left; run them with --replay ${file}`)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** What a shell says of a program that was interrupted. */
const INTERRUPTED = 130

async function main(): Promise<void> {
  // What has to be cleared away is, when the process exits.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(INTERRUPTED))
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', multiple: true },
      seeds: { type: 'string', default: String(SEEDS) },
      steps: { type: 'string', default: String(STEPS) },
      kills: { type: 'string', default: String(KILLS) },
      minutes: { type: 'string' },
      without: { type: 'string', multiple: true, default: [] },
      shrink: { type: 'boolean', default: false },
      replay: { type: 'string' },
    },
  })
  const without = new Set(values.without)
  const minutes = values.minutes === undefined ? undefined : Number(values.minutes)
  if (values.replay !== undefined) {
    const scenario = JSON.parse(readFileSync(values.replay, 'utf8')) as Scenario
    if (values.shrink) return shrinkSeed(scenario, 0, minutes ?? MINUTES_TO_SHRINK, without)
    using places = new SoakPlaces()
    const { findings } = await runScenario(scenario, { places, seed: 0, without, log: print })
    for (const finding of findings) print(describe(0, finding))
    process.exitCode = findings.length > 0 ? 1 : 0
    return
  }
  const seeds = values.seed?.map(Number) ?? Array.from({ length: Number(values.seeds) }, randomSeed)
  const [steps, kills] = [Number(values.steps), Number(values.kills)]
  if (values.shrink) {
    const seed = seeds[0]!
    return shrinkSeed(makeScenario({ seed, steps, kills }), seed, minutes ?? MINUTES_TO_SHRINK, without)
  }
  print(rowOf(COLUMNS))
  const scenarios = seeds.map((seed) => ({ seed, steps, kills }))
  const results = await soakIndex({ scenarios, minutes, without, log: print })
  print('')
  summarise(results, print)
  const failed = results.filter(({ findings }) => findings.length > 0)
  for (const { seed } of failed) {
    print(`Again: npm run soak -- index --seed ${seed} --steps ${steps} --kills ${kills}; smaller: add --shrink`)
  }
  process.exitCode = failed.length > 0 ? 1 : 0
}

if (import.meta.main) await main()
