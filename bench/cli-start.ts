import { join } from 'node:path'
import { defineBenchmark, OURS } from './harness/benchmark.ts'
import { timeProgram } from './harness/program.ts'
import { quantile } from './harness/statistics.ts'
import { startDaemon } from './engine/daemon-process.ts'

const COMMAND = join(import.meta.dirname, '../cli/bin/spacedrive.mjs')
/** One start is a few milliseconds: a sample is the median of some. */
const STARTS = 9

export const cliStart = defineBenchmark({
  name: 'cli-start',
  title: 'the command line answers',
  runs: 5,
  figures: [
    {
      id: 'help',
      what: '`--help`',
      unit: 'ms',
      goal: { atMost: 3, ratioTo: 'node -e 0' },
      limit: { variant: 'node -e 0', what: 'starting Node alone' },
    },
    {
      id: 'status',
      what: '`status`, the daemon runs',
      unit: 'ms',
      goal: { atMost: 3, ratioTo: 'node -e 0' },
      limit: { variant: 'node -e 0', what: 'starting Node alone' },
    },
  ],
  async setup({ parts, scratch }) {
    const dataDir = join(scratch('cli-start'), 'data')
    parts.use(await startDaemon(dataDir))
    const help = () => startTime([COMMAND, '--help'])
    const status = () => startTime([COMMAND, 'status', '--data-dir', dataDir])
    // The first run compiles.
    await help()
    await status()
    return [
      { name: OURS, measure: async () => ({ help: await help(), status: await status() }) },
      {
        name: 'node -e 0',
        async measure() {
          const ms = await startTime(['-e', '0'])
          return { help: ms, status: ms }
        },
      },
    ]
  },
})

async function startTime(args: readonly string[]): Promise<number> {
  const ms: number[] = []
  for (let i = 0; i < STARTS; i++) ms.push((await timeProgram(process.execPath, args)) * 1_000)
  return quantile(ms, 0.5)
}
