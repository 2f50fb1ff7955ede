import { join } from 'node:path'
import { defineBenchmark, OURS, type Variant } from './harness/benchmark.ts'
import { timeProgram } from './harness/program.ts'
import { shapes } from './tree.ts'
import { indexFresh } from './engine/index-fresh.ts'

const SIZES = ['small', 'large', 'million'] as const
const WALK = { variant: 'find', what: 'the walk with one stat a file (find)' }

export const indexShallow = defineBenchmark({
  name: 'index-shallow',
  title: 'a folder becomes searchable, warm cache',
  runs: 3,
  figures: [
    {
      id: 'million',
      what: '1,000,000 files in 60,000 folders',
      unit: 's',
      goal: { atMost: 1.8, ratioTo: 'updatedb' },
      limit: WALK,
    },
    {
      id: 'large',
      what: '100,000 files in 16,507 folders',
      unit: 's',
      goal: { atMost: 1.5, ratioTo: 'updatedb' },
      limit: WALK,
    },
    { id: 'small', what: '5,000 files in 72 folders', unit: 's', goal: null, limit: WALK },
    { id: 'rate', what: 'files a second of 100,000', unit: 'files/s', goal: { atLeast: 8_500 } },
    { id: 'linear', what: 'time for a file: of 1,000,000 to that of 100,000', unit: '×', goal: { atMost: 1.25 } },
    { id: 'scan', what: 'of the million: walking and writing', unit: 's', goal: null },
    { id: 'settle', what: 'of the million: indexes and sums', unit: 's', goal: null },
  ],
  remarks: [
    'From the request to add the location to the end of its index job, with all columns, indexes, identities and sums; the engine runs, as in the daemon.',
    'The time of 5,000 files is nearly all the start of threads and the loading of their code, which the other sizes pay too; that is inferred from the sizes, not measured apart.',
  ],
  async setup({ scratch, tree }) {
    const roots = SIZES.map((size) => ({ size, path: tree(size) }))
    const dir = scratch('index-shallow')
    // What the system had not in memory, the first to be measured would have to read.
    for (const { path } of roots) await timeProgram('find', [path, '-printf', '%s'])
    const each = async (measure: (path: string) => Promise<number>) => {
      const sample: Record<string, number> = {}
      for (const { size, path } of roots) sample[size] = await measure(path)
      return sample
    }
    const variants: Variant[] = [
      {
        name: OURS,
        async measure() {
          let phases = { discover: 0, aggregate: 0 }
          const sample = await each(async (path) => {
            const run = await indexFresh(join(dir, 'data'), { path, mode: 'shallow', watch: false })
            phases = run.phases
            return run.seconds
          })
          const { large, million } = sample
          return {
            ...sample,
            rate: shapes.large.files / large!,
            linear: million! / shapes.million.files / (large! / shapes.large.files),
            scan: phases.discover,
            settle: phases.aggregate,
          }
        },
      },
      {
        name: 'updatedb',
        program: 'updatedb',
        measure: () => each((path) => timeProgram('updatedb', updatedbArgs(path, join(dir, 'names.db')))),
      },
      {
        name: 'find',
        program: 'find',
        measure: () => each((path) => timeProgram('find', [path, '-printf', String.raw`%s %T@ %i\n`])),
      },
    ]
    return variants
  },
})

/** A database of exactly this tree, whatever the machine's own settings leave out. */
export function updatedbArgs(path: string, output: string): string[] {
  return ['-U', path, '-o', output, '-l', '0', '--prunepaths', '', '--prunefs', '', '--prunenames', '']
}
