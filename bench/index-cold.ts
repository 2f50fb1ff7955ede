import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { defineBenchmark, OURS } from './harness/benchmark.ts'
import { timeProgram } from './harness/program.ts'
import { indexFresh } from './engine/index-fresh.ts'
import { updatedbArgs } from './index-shallow.ts'

export const indexCold = defineBenchmark({
  name: 'index-cold',
  title: 'a folder becomes searchable, nothing of it in memory',
  runs: 3,
  figures: [
    {
      id: 'large',
      what: '100,000 files in 16,507 folders',
      unit: 's',
      goal: { atMost: 1.7, ratioTo: 'updatedb' },
      limit: { variant: 'find', what: 'the walk with one stat a file (find)' },
    },
  ],
  remarks: ['Linux drops its caches before each run, which takes root: /proc/sys/vm/drop_caches.'],
  async setup({ scratch, tree }) {
    const path = tree('large')
    const dir = scratch('index-cold')
    return [
      {
        name: OURS,
        async measure() {
          dropCaches()
          return { large: (await indexFresh(join(dir, 'data'), { path, mode: 'shallow', watch: false })).seconds }
        },
      },
      {
        name: 'updatedb',
        program: 'updatedb',
        async measure() {
          dropCaches()
          return { large: await timeProgram('updatedb', updatedbArgs(path, join(dir, 'names.db'))) }
        },
      },
      {
        name: 'find',
        program: 'find',
        async measure() {
          dropCaches()
          return { large: await timeProgram('find', [path, '-printf', String.raw`%s %T@ %i\n`]) }
        },
      },
    ]
  },
})

function dropCaches(): void {
  execFileSync('sync')
  writeFileSync('/proc/sys/vm/drop_caches', '3\n')
}
