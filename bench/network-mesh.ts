import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Card } from './engine/network-tasks.ts'
import { EngineProcess } from './engine/engine-process.ts'
import { defineBenchmark, OURS, type Sample } from './harness/benchmark.ts'
import { quantile } from './harness/statistics.ts'

const DEVICES = 20
/** As many are started at once. */
const AT_ONCE = 2
const IDLE_MS = 60_000
/** What a start leaves to do is done by then. */
const SETTLE_MS = 10_000

export const networkMesh = defineBenchmark({
  name: 'network-mesh',
  title: `${DEVICES} devices, each connected with each, have nothing to do`,
  runs: 1,
  figures: [
    {
      id: 'cpu',
      what: 'of one core, a device, over 60 s; the mean of all',
      unit: '%',
      goal: { atMost: 1 },
    },
    { id: 'worst', what: 'the same, of the device that takes most', unit: '%', goal: { atMost: 1 } },
    { id: 'memory', what: 'memory of a device, the median', unit: 'MB', goal: { atMost: 1.25, ratioTo: 'alone' } },
    { id: 'growth', what: 'by which it has grown in 60 s, the mean', unit: 'MB', goal: { atMost: 1 } },
  ],
  remarks: [
    `Each device is a process of its own, over real Iroh on this machine: ${(DEVICES * (DEVICES - 1)) / 2} connections.`,
    '`alone` is one more process of the same kind, at the same time, with networking on and nobody to connect to.',
    'Memory is what the process alone holds (Pss), so that code that all share is not counted twenty times.',
  ],
  async setup({ parts, scratch }) {
    const dir = scratch('network-mesh')
    const names = ['alone', ...Array.from({ length: DEVICES }, (_, n) => `device ${n + 1}`)]
    const engines = new Map<string, EngineProcess>()
    const cards = new Map<string, Card>()
    const waiting = [...names]
    const inTurn = async () => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        const engine = parts.use(await EngineProcess.start(join(dir, name), { sidecars: false }))
        engines.set(name, engine)
        cards.set(name, await engine.ask('networkStart', { name, discovery: false }))
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, inTurn))
    const [alone, ...mesh] = names.map((name) => ({ name, engine: engines.get(name)! }))
    for (const { engine, name } of mesh) {
      const others = mesh.filter((each) => each.name !== name).map((each) => cards.get(each.name)!)
      await engine.ask('networkKnow', { cards: others })
    }
    await Promise.all(mesh.map(({ engine }) => engine.ask('networkConnected', { count: DEVICES - 1 })))
    await wait(SETTLE_MS)
    let idle: Sample = {}
    return [
      {
        name: OURS,
        async measure() {
          const all = [alone!, ...mesh]
          const before = all.map(({ engine }) => usageOf(engine.pid))
          await wait(IDLE_MS)
          const after = all.map(({ engine }) => usageOf(engine.pid))
          const cpu = after.map(({ ms }, at) => ((ms - before[at]!.ms) / IDLE_MS) * 100)
          const growth = after.map(({ mb }, at) => mb - before[at]!.mb)
          idle = { cpu: cpu[0]!, memory: after[0]!.mb, growth: growth[0]! }
          return {
            cpu: mean(cpu.slice(1)),
            worst: Math.max(...cpu.slice(1)),
            memory: quantile(
              after.slice(1).map(({ mb }) => mb),
              0.5,
            ),
            growth: mean(growth.slice(1)),
          }
        },
      },
      { name: 'alone', measure: async () => idle },
    ]
  },
})

/** What `getconf CLK_TCK` says on every Linux of these years. */
const TICK_MS = 10

/** Time that all threads of a process have taken, and its share of the memory; Linux tells. */
function usageOf(pid: number): { ms: number; mb: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // Behind the name of the program, which may hold spaces: user and system time are the 12th and 13th field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const pss = /^Pss: +(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]
  return { ms: (Number(fields[11]) + Number(fields[12])) * TICK_MS, mb: (Number(pss) * 1_024) / 1e6 }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
