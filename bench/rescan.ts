import { defineBenchmark, OURS } from './harness/benchmark.ts'
import { timeProgram } from './harness/program.ts'
import { EngineProcess } from './engine/engine-process.ts'
import { indexedLibrary } from './engine/indexed-library.ts'

export const rescan = defineBenchmark({
  name: 'rescan',
  title: 'a million files are compared with the index, and none has changed',
  runs: 3,
  figures: [
    {
      id: 'scan',
      what: 'comparing 1,000,000 files in 60,000 folders',
      unit: 's',
      goal: { atMost: 1, ratioTo: 'find' },
      limit: { variant: 'find', what: 'the walk with one stat a file (find)' },
    },
    { id: 'job', what: 'the whole job', unit: 's', goal: null },
  ],
  remarks: [
    'Profiled on a busy machine: of the time of the walking threads half is `lstat` and a fifth to a quarter `readdir`; the index thread reads the known folders for some 0.6 s a scan.',
  ],
  async setup(context) {
    const path = context.tree('million')
    const engine = context.parts.use(await EngineProcess.start(await indexedLibrary(context, 'million')))
    await engine.ask('settle', { watched: true })
    return [
      {
        name: OURS,
        async measure() {
          const { phases, seconds } = await engine.ask('rescan', { location: path })
          return { scan: phases.discover, job: seconds }
        },
      },
      {
        name: 'find',
        program: 'find',
        measure: async () => ({ scan: await timeProgram('find', [path, '-printf', String.raw`%s %T@ %i\n`]) }),
      },
    ]
  },
})
