import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { defineBenchmark, OURS } from './harness/benchmark.ts'
import { timeProgram } from './harness/program.ts'
import { EngineProcess } from './engine/engine-process.ts'

const FILES = 5
const BLOCK_BYTES = 16 * 1024 * 1024
const SETTLE_MS = 2_500
/** Gigabytes in all; they must fit into the memory that the system uses for files. */
const TOTAL_GB = Number(process.env['SPACEDRIVE_BENCH_HASH_GB'] ?? 5)

export const fullHash = defineBenchmark({
  name: 'full-hash',
  title: 'large files are hashed whole, warm cache',
  runs: 5,
  figures: [
    {
      id: 'rate',
      what: `${FILES} files, ${TOTAL_GB} GB`,
      unit: 'GB/s',
      goal: { atLeast: 0.7, ratioTo: 'b3sum' },
      limit: { variant: 'cat', what: 'reading them alone (cat)' },
    },
  ],
  async setup({ parts, scratch }) {
    const dir = scratch('full-hash')
    const root = join(dir, 'files')
    const bytes = makeFiles(root)
    const engine = parts.use(await EngineProcess.start(join(dir, 'data')))
    const rate = (seconds: number) => ({ rate: bytes / 1e9 / seconds })
    const paths = Array.from({ length: FILES }, (_, i) => join(root, String(i)))
    return [
      {
        name: OURS,
        measure: async () => rate((await engine.ask('hash', { root, whole: true, threads: 2 })).seconds),
      },
      { name: 'b3sum', program: 'b3sum', measure: async () => rate(await timeProgram('b3sum', paths)) },
      { name: 'cat', program: 'cat', measure: async () => rate(await timeProgram('cat', paths)) },
    ]
  },
})

function makeFiles(root: string): number {
  mkdirSync(root)
  const block = randomBytes(BLOCK_BYTES)
  const blocks = Math.round((TOTAL_GB * 1e9) / FILES / BLOCK_BYTES)
  for (let i = 0; i < FILES; i++) {
    const fd = openSync(join(root, String(i)), 'w')
    for (let j = 0; j < blocks; j++) writeSync(fd, block)
    closeSync(fd)
  }
  // The engine puts files off that were changed a moment ago.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SETTLE_MS)
  return FILES * blocks * BLOCK_BYTES
}
