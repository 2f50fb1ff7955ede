import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { defineBenchmark, OURS } from './harness/benchmark.ts'
import { timeProgram } from './harness/program.ts'
import { EngineProcess } from './engine/engine-process.ts'

const TIMES = 20
const FIRST = 100
const ALL = 10_000

export const listing = defineBenchmark({
  name: 'listing',
  title: 'a folder of 10,000 files is listed in natural order',
  runs: 5,
  figures: [
    { id: 'first', what: `the first ${FIRST}, from the index`, unit: 'ms', goal: { atMost: 2 } },
    { id: 'all', what: 'all, from the index', unit: 'ms', goal: { atMost: 15 } },
    {
      id: 'browse',
      what: 'all, of a folder that is in no location',
      unit: 'ms',
      goal: { atMost: 100 },
      limit: { variant: 'ls -lf', what: 'one stat a file (ls -lf)' },
    },
  ],
  remarks: [
    `Ours is the median of ${TIMES} in a row in one process; the peers are started each time.`,
    'Of all from the index, two thirds are SQLite and its values, one third the entries; of browsing, most is `lstat` and `readdir`.',
  ],
  async setup({ parts, scratch, tree }) {
    const unindexed = tree('wide')
    const dir = scratch('listing')
    const indexed = join(dir, 'wide')
    execFileSync('cp', ['-a', unindexed, indexed])
    const engine = parts.use(await EngineProcess.start(join(dir, 'data')))
    await engine.ask('index', { path: indexed, mode: 'shallow' })
    const list = async (path: string, limit: number) => (await engine.ask('list', { path, limit, times: TIMES })).median
    const ls = async (args: readonly string[]) => (await timeProgram('ls', [...args, unindexed])) * 1_000
    return [
      {
        name: OURS,
        measure: async () => ({
          first: await list(indexed, FIRST),
          all: await list(indexed, ALL),
          browse: await list(unindexed, ALL),
        }),
      },
      { name: 'ls -l', program: 'ls', measure: async () => ({ all: await ls(['-l']) }) },
      { name: 'ls -lf', program: 'ls', measure: async () => ({ browse: await ls(['-lf']) }) },
    ]
  },
})
