import { join } from 'node:path'
import { defineBenchmark, OURS } from './harness/benchmark.ts'
import { timeProgram } from './harness/program.ts'
import { shapes } from './tree.ts'
import { EngineProcess } from './engine/engine-process.ts'
import { indexFresh } from './engine/index-fresh.ts'

const THREADS = 2
const FILES = shapes.texts.files

export const contentSmall = defineBenchmark({
  name: 'content-small',
  title: 'the content of small files is identified, warm cache',
  runs: 5,
  figures: [
    {
      id: 'hashes',
      what: '110,000 files of 0.8 to 7 kB, hashes alone, 2 threads',
      unit: 'files/s',
      goal: { atLeast: 100_000 },
      limit: { variant: 'b3sum', what: 'b3sum on all cores' },
    },
    { id: 'rows', what: 'with types, rows and groups of the same content', unit: 'files/s', goal: { atLeast: 40_000 } },
  ],
  remarks: ['`b3sum` is a peer more than a limit: it starts anew for every few thousand files.'],
  async setup({ parts, scratch, tree }) {
    const root = tree('texts')
    const dir = scratch('content-small')
    const engine = parts.use(await EngineProcess.start(join(dir, 'hashes')))
    return [
      {
        name: OURS,
        async measure() {
          const { files, seconds } = await engine.ask('hash', { root, whole: false, threads: THREADS })
          const run = await indexFresh(join(dir, 'data'), { path: root, mode: 'content', watch: false })
          return { hashes: files / seconds, rows: FILES / run.phases.identify }
        },
      },
      {
        name: 'b3sum',
        program: 'b3sum',
        measure: async () => ({
          hashes: FILES / (await timeProgram('sh', ['-c', 'find "$0" -type f -print0 | xargs -0 b3sum', root])),
        }),
      },
    ]
  },
})
