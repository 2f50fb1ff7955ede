import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineBenchmark, OURS } from './harness/benchmark.ts'
import { quantile } from './harness/statistics.ts'
import { makeTree, shapes } from './tree.ts'
import { EngineProcess } from './engine/engine-process.ts'

const EVENTS = 30
const BURST = 10_000
const BURST_FOLDERS = 100
const BURST_TIMEOUT_MS = 30_000

export const watch = defineBenchmark({
  name: 'watch',
  title: 'changes on the disk reach the index',
  runs: 3,
  figures: [
    {
      id: 'event',
      what: `a file is made, until its row is there, 95 % of ${EVENTS}`,
      unit: 'ms',
      goal: { atMost: 300 },
    },
    { id: 'lost', what: '10,000 files in 100 folders made a moment before: lost', unit: 'files', goal: { atMost: 0 } },
    { id: 'burst', what: 'the same: until the last row is there', unit: 'ms', goal: null },
    { id: 'move', what: 'a folder of 100,000 files is moved, until its row has', unit: 'ms', goal: { atMost: 200 } },
  ],
  remarks: [
    'A burst of changes must be quiet for 100 ms before it is recorded (`watch.debounceMs`); all times include that.',
  ],
  async setup({ parts, scratch }) {
    const dir = scratch('watch')
    const root = join(dir, 'root')
    const heavy = join(dir, 'heavy')
    for (const folder of [root, heavy, join(heavy, 'a'), join(heavy, 'b')]) mkdirSync(folder)
    makeTree(join(heavy, 'a', 'moved'), { ...shapes.large, written: 0 })
    const engine = parts.use(await EngineProcess.start(join(dir, 'data')))
    await engine.ask('index', { path: root, mode: 'shallow' })
    const mover = await EngineProcess.start(join(dir, 'data-heavy'))
    parts.use(mover)
    await mover.ask('index', { path: heavy, mode: 'shallow' })
    await Promise.all([engine, mover].map((each) => each.ask('settle', { watched: true })))
    let [from, to] = ['a', 'b']
    return [
      {
        name: OURS,
        async measure() {
          const event = await eventTimes(engine, root)
          const burst = await burstOf(engine, root)
          const begun = Date.now()
          renameSync(join(heavy, from, 'moved'), join(heavy, to, 'moved'))
          const { at } = await mover.ask('untilFolder', { pathEndsWith: `/${to}/moved/` })
          ;[from, to] = [to, from]
          return { event: quantile(event, 0.95), ...burst, move: at - begun }
        },
      },
    ]
  },
})

async function eventTimes(engine: EngineProcess, root: string): Promise<number[]> {
  const ms: number[] = []
  for (let i = 0; i < EVENTS; i++) {
    const path = join(root, `event-${i}.txt`)
    const begun = performance.timeOrigin + performance.now()
    writeFileSync(path, 'x')
    ms.push((await engine.ask('untilIndexed', { path })).at - begun)
  }
  for (let i = 0; i < EVENTS; i++) rmSync(join(root, `event-${i}.txt`))
  await engine.ask('untilCount', { atMost: 0, timeoutMs: BURST_TIMEOUT_MS })
  return ms
}

async function burstOf(engine: EngineProcess, root: string): Promise<{ lost: number; burst: number }> {
  for (let folder = 0; folder < BURST_FOLDERS; folder++) {
    const dir = join(root, `burst-${folder}`)
    mkdirSync(dir)
    for (let i = 0; i < BURST / BURST_FOLDERS; i++) writeFileSync(join(dir, `${i}.txt`), '')
  }
  const made = performance.timeOrigin + performance.now()
  const { at, count } = await engine.ask('untilCount', { atLeast: BURST, timeoutMs: BURST_TIMEOUT_MS })
  for (let folder = 0; folder < BURST_FOLDERS; folder++) rmSync(join(root, `burst-${folder}`), { recursive: true })
  await engine.ask('untilCount', { atMost: 0, timeoutMs: BURST_TIMEOUT_MS })
  return { lost: BURST - count, burst: at - made }
}
