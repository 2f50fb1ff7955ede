import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BoxState, boxState, ProcessPool } from '../core/src/workers/index.ts'
import { defineBenchmark, OURS } from './harness/benchmark.ts'

/** Starts per sample. Linux counts the processor time of children in hundredths of a second. */
const STARTS = 20
/** Starts until the compile cache is filled, at most. */
const WARM_STARTS = 40
const TICK_MS = 10
const DEADLINE_MS = 60_000

export const decoderStart = defineBenchmark({
  name: 'decoder-start',
  title: 'processor time of one start of a decoder process',
  runs: 5,
  figures: [
    { id: 'boxed', what: 'in a box', unit: 'ms', goal: null },
    { id: 'open', what: 'without a box', unit: 'ms', goal: null },
    { id: 'more', what: 'what the box adds', unit: 'ms', goal: { atMost: 15 } },
    { id: 'cold', what: 'in a box, without the compile cache', unit: 'ms', goal: null },
  ],
  remarks: [
    'The process is the one that lists archives. The time is that of all processors, for the process and for the part of this program that starts it.',
    'A box by Landlock starts Node twice. An empty program alone takes Node some 27 ms of processor time.',
  ],
  async setup({ parts, scratch }) {
    const dir = scratch('decoder-start')
    const cache = join(dir, 'cache')
    mkdirSync(cache, { mode: 0o700 })
    const open: BoxState = { layer: null, reason: 'the benchmark asks for it', fix: null }
    const start = (layer: () => Promise<BoxState>, folder: string | null) => {
      const pool = parts.use(
        new ProcessPool({
          name: 'archive',
          entry: new URL('../core/src/files/archive/archive-child.ts', import.meta.url),
          processes: 1,
          memoryMiB: 600,
          box: { programs: [], temporary: join(dir, 'decoders'), parse: (reply) => reply },
          layer,
          cache: () => folder,
        }),
      )
      // There is no such file: the process only has to answer.
      const request = { path: join(dir, 'none'), shown: 'none', limit: 1, offset: 0 }
      return () => pool.run(request, { deadlineMs: DEADLINE_MS, alone: true }).catch(() => {})
    }
    const starts = {
      boxed: start(boxState, cache),
      open: start(() => Promise.resolve(open), cache),
      cold: start(boxState, null),
    }
    for (let i = 0; i < WARM_STARTS; i++) await starts.boxed()
    return [
      {
        name: OURS,
        async measure() {
          const [boxed, without, cold] = [
            await processorMs(starts.boxed),
            await processorMs(starts.open),
            await processorMs(starts.cold),
          ]
          return { boxed, open: without, more: boxed - without, cold }
        },
      },
    ]
  },
})

/** Processor time of this process and of all its children that have ended, per call of `start`. */
async function processorMs(start: () => Promise<unknown>): Promise<number> {
  const before = usedMs()
  for (let i = 0; i < STARTS; i++) await start()
  return (usedMs() - before) / STARTS
}

function usedMs(): number {
  const { system, user } = process.cpuUsage()
  return (user + system) / 1_000 + childrenMs()
}

/** From proc_pid_stat(5): `cutime` and `cstime`. */
function childrenMs(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS
}
