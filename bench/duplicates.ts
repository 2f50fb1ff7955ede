import { join } from 'node:path'
import { defineBenchmark, OURS, type Variant } from './harness/benchmark.ts'
import { timeProgram } from './harness/program.ts'
import { EngineProcess } from './engine/engine-process.ts'
import { indexFresh } from './engine/index-fresh.ts'

const TIMES = 10

export const duplicates = defineBenchmark({
  name: 'duplicates',
  title: 'the duplicates among 110,000 files, a tenth of them double, warm cache',
  runs: 5,
  figures: [
    { id: 'nothing', what: 'from nothing', unit: 's', goal: { atMost: 1.5, ratioTo: 'jdupes' } },
    { id: 'index', what: 'from the index, the 100 largest groups', unit: 'ms', goal: { atMost: 100 } },
  ],
  remarks: [
    'From nothing, ours is the whole first index run with content, and then the groups: afterwards the library is searchable too, and what is to be derived from each file is queued.',
    'The peers compare whole files of the same size; ours hashes every file.',
  ],
  async setup({ scratch, tree }) {
    const path = tree('texts')
    const dataDir = join(scratch('duplicates'), 'data')
    const peer = (name: string, args: readonly string[]): Variant => ({
      name,
      program: name,
      measure: async () => ({ nothing: await timeProgram(name, args, { mayFail: true }) }),
    })
    return [
      {
        name: OURS,
        async measure() {
          const { seconds } = await indexFresh(dataDir, { path, mode: 'content', watch: false })
          await using engine = await EngineProcess.start(dataDir, { sidecars: false })
          await engine.ask('settle', { watched: false })
          const { median } = await engine.ask('duplicates', { times: TIMES })
          return { nothing: seconds + median / 1_000, index: median }
        },
      },
      peer('jdupes', ['-r', '-q', path]),
      peer('rdfind', ['-n', 'true', '-outputname', '/dev/null', path]),
      peer('fdupes', ['-r', '-q', path]),
      // Not to /dev/null: rmlint removes the file it is told to write, and as root that is the device itself.
      { ...peer('rmlint', ['-o', 'summary:stdout', path]), mostRuns: 1 },
    ]
  },
})
