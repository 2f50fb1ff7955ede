import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { defineBenchmark, OURS } from './harness/benchmark.ts'
import { EngineProcess } from './engine/engine-process.ts'

const IDLE_LISTINGS = 200
const EVERY_MS = 20

export const mainThread = defineBenchmark({
  name: 'main-thread',
  title: 'the main thread answers while 1,000,000 files are indexed',
  runs: 3,
  figures: [
    { id: 'delay', what: 'delay of the event loop, 99 %', unit: 'ms', goal: { atMost: 15 } },
    { id: 'longest', what: 'the longest delay', unit: 'ms', goal: null },
    { id: 'listing', what: 'the first 100 of 10,000 files, 95 %', unit: 'ms', goal: { atMost: 2, ratioTo: 'idle' } },
  ],
  async setup({ scratch, tree }) {
    const million = tree('million')
    const dir = scratch('main-thread')
    const dataDir = join(dir, 'data')
    const wide = join(dir, 'wide')
    execFileSync('cp', ['-a', tree('wide'), wide])
    const withListing = async (): Promise<EngineProcess> => {
      rmSync(dataDir, { recursive: true, force: true })
      const engine = await EngineProcess.start(dataDir)
      await engine.ask('index', { path: wide, mode: 'shallow', watch: false })
      return engine
    }
    return [
      {
        name: OURS,
        async measure() {
          await using engine = await withListing()
          const input = { index: million, list: wide, everyMs: EVERY_MS }
          const { maxDelayMs, p95ListMs, p99DelayMs } = await engine.ask('listWhileIndexing', input)
          return { delay: p99DelayMs, longest: maxDelayMs, listing: p95ListMs }
        },
      },
      {
        name: 'idle',
        async measure() {
          await using engine = await withListing()
          return { listing: (await engine.ask('list', { path: wide, limit: 100, times: IDLE_LISTINGS })).p95 }
        },
      },
    ]
  },
})
