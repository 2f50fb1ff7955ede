import { defineBenchmark, OURS } from './harness/benchmark.ts'
import { EngineProcess } from './engine/engine-process.ts'

const THREADS = 2

export const contentLarge = defineBenchmark({
  name: 'content-large',
  title: 'the content of files above 100 KiB is identified by samples, warm cache',
  runs: 5,
  figures: [{ id: 'rate', what: '3,000 files of 80 to 720 kB, 2 threads', unit: 'files/s', goal: { atLeast: 15_000 } }],
  remarks: [
    'A few of the files are below 100 KiB and hashed whole. The slowest run was the first, after another benchmark had emptied the caches.',
  ],
  async setup({ parts, scratch, tree }) {
    const root = tree('films')
    const engine = parts.use(await EngineProcess.start(scratch('content-large')))
    const hash = async (whole: boolean) => {
      const { files, seconds } = await engine.ask('hash', { root, whole, threads: THREADS })
      return { rate: files / seconds }
    }
    return [
      { name: OURS, measure: () => hash(false) },
      { name: 'own full hash', measure: () => hash(true) },
    ]
  },
})
