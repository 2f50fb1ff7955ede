import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { EngineProcess } from './engine/engine-process.ts'
import { defineBenchmark, OURS } from './harness/benchmark.ts'
import { PHOTOS, preparePhotos } from './harness/prepare-photos.ts'

const CONTENTS = 10_000
const TIMES = 20
const IDLE_LISTINGS = 200
const EVERY_MS = 20

export const sidecarDaemon = defineBenchmark({
  name: 'sidecar-daemon',
  title: `the daemon answers while it makes thumbnails of ${PHOTOS} photos of 12 megapixels`,
  runs: 3,
  figures: [
    { id: 'presence', what: 'which of 10,000 contents have thumbnails', unit: 'ms', goal: { atMost: 20 } },
    { id: 'delay', what: 'delay of the event loop, 99 %', unit: 'ms', goal: { atMost: 20 } },
    { id: 'listing', what: 'the first 100 of 10,000 files, 95 %', unit: 'ms', goal: { atMost: 2, ratioTo: 'idle' } },
  ],
  remarks: ['`idle` is the same process before, with nothing else to do, listing as often.'],
  async setup({ scratch, tree, treeDir }) {
    const photos = await preparePhotos(treeDir)
    const dir = scratch('sidecar-daemon')
    const wide = join(dir, 'wide')
    execFileSync('cp', ['-a', tree('wide'), wide])
    let idle = 0
    return [
      {
        name: OURS,
        async measure() {
          const dataDir = join(dir, 'data')
          rmSync(dataDir, { recursive: true, force: true })
          await using engine = await EngineProcess.start(dataDir)
          await engine.ask('index', { path: wide, mode: 'shallow', watch: false })
          const presence = await engine.ask('presence', { contents: CONTENTS, times: TIMES })
          const input = { make: photos, list: wide, everyMs: EVERY_MS, idleTimes: IDLE_LISTINGS }
          const { p95IdleMs, p95ListMs, p99DelayMs } = await engine.ask('listWhileGenerating', input)
          idle = p95IdleMs
          return { presence: presence.median, delay: p99DelayMs, listing: p95ListMs }
        },
      },
      { name: 'idle', measure: async () => ({ listing: idle }) },
    ]
  },
})
