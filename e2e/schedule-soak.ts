import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { histories, type History, liveHistory } from '../core/src/indexing/test/histories.ts'
import { ScheduleWorld } from '../core/src/indexing/test/schedule-world.ts'
import { randomSeed } from './index-soak.ts'

/** Histories drawn from one seed; the next seed follows. */
const HISTORIES_PER_SEED = 1_000
/** A history that has not ended by then never does; in milliseconds, on a machine that does other work too. */
const WATCHDOG_MS = 30_000
const DEFAULT_HISTORIES = 100_000

/** What is wrong at the end of a history, or at a commit before. */
async function faultsOf(template: string, history: History): Promise<string[]> {
  const watchdog = Promise.withResolvers<string[]>()
  const timer = setTimeout(() => watchdog.resolve(['it does not end']), WATCHDOG_MS)
  try {
    return await Promise.race([liveHistory(template, history), watchdog.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Drops steps as long as the history still fails. */
async function shrink(template: string, history: History): Promise<History> {
  let smallest = history
  for (let size = Math.ceil(smallest.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < smallest.length;) {
      const fewer = [...smallest.slice(0, at), ...smallest.slice(at + size)]
      if ((await faultsOf(template, fewer)).length > 0) smallest = fewer
      else at += size
    }
  }
  return smallest
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

const { values } = parseArgs({
  options: { histories: { type: 'string' }, seed: { type: 'string' }, replay: { type: 'string' } },
})
using template = await ScheduleWorld.template()
if (values.replay !== undefined) {
  const faults = await faultsOf(template.file, JSON.parse(values.replay) as History)
  print(faults.length === 0 ? 'Nothing is wrong.' : faults.join('\n'))
  process.exitCode = faults.length === 0 ? 0 : 1
} else {
  const wanted = Number(values.histories ?? DEFAULT_HISTORIES)
  const first = values.seed === undefined ? randomSeed() : Number(values.seed)
  print(`${wanted} histories, seeds from ${first}`)
  let lived = 0
  let failed = 0
  for (let seed = first; lived < wanted; seed++) {
    const numRuns = Math.min(HISTORIES_PER_SEED, wanted - lived)
    for (const [at, history] of fc.sample(histories, { numRuns, seed }).entries()) {
      lived++
      const faults = await faultsOf(template.file, history)
      if (faults.length === 0) continue
      failed++
      print(`seed ${seed}, history ${at}: ${faults.slice(0, 3).join('; ')}`)
      print(`  npm run soak -- schedules --replay '${JSON.stringify(await shrink(template.file, history))}'`)
    }
    print(`${lived} of ${wanted} histories, ${failed} failed`)
  }
  process.exitCode = failed === 0 ? 0 : 1
}
