import { expect, test } from 'vitest'
import { prey, REFUSED, type Target } from '../../../testing/attack.ts'
import { ProcessPool } from '../process-pool.ts'
import { boxState } from './box.ts'

const box = await boxState()
const soon = { deadlineMs: 60_000 }

function attacker(programs: { programs: string[] } | null): ProcessPool<Target, Record<string, string>> {
  return new ProcessPool({
    name: 'test',
    entry: new URL('../test/attacking-child.ts', import.meta.url),
    processes: 1,
    memoryMiB: 300,
    box: programs,
  })
}

test.runIf(box.closed)('a boxed process reaches what it was given, and nothing else', async () => {
  await using world = await prey()
  await using pool = attacker({ programs: [] })
  expect(await pool.run(world.target, { ...soon, reach: { read: [world.given], write: [] } })).toEqual(REFUSED)
})

test.runIf(box.closed)('a process for another folder is another process', async () => {
  await using world = await prey()
  await using pool = attacker({ programs: [] })
  await pool.run(world.target, { ...soon, reach: { read: [world.given], write: [] } })
  const [first] = pool.pids
  const reach = { read: [world.target.folder], write: [] }
  const results = await pool.run(world.target, { ...soon, reach })
  expect(results).toMatchObject({ 'read what it was given': 'EACCES', 'read a secret': 'done' })
  await pool.run(world.target, { ...soon, reach })
  expect(pool.pids).toHaveLength(1)
  expect(pool.pids).not.toEqual([first])
})

test.runIf(process.platform === 'linux')('the same attacks reach everything where nothing is boxed', async () => {
  await using world = await prey()
  await using pool = attacker(null)
  const results = await pool.run(world.target, soon)
  expect(new Set(Object.values(results))).toEqual(new Set(['done']))
})
