import { appendFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createTestCore } from '../testing/index.ts'

const DAY_MS = 86_400_000
const { signal } = new AbortController()

test.each([
  ['back', 400 * DAY_MS, 0],
  ['back to before the first scan', 0, -400 * DAY_MS],
  ['forward', 0, 400 * DAY_MS],
])('with the clock set %s a rescan finds every change, also after a restart', async (_, first, then) => {
  let offset = first
  await using t = await createTestCore({ now: () => Date.now() + offset })
  t.write('a/changes.txt', '1')
  t.write('a/goes.txt')
  t.write('b/stays.txt')
  const { locationId } = await t.add({ watch: false })
  const rescan = async () => {
    const { job } = await t.library.locations.rescan({ location: locationId, force: false })
    expect(await t.library.jobs.wait(job.id, signal)).toMatchObject({ status: 'completed' })
  }
  offset = then
  appendFileSync(t.path('a/changes.txt'), '2')
  t.remove('a/goes.txt')
  t.write('c/comes.txt')
  await rescan()
  expect(await t.found('txt')).toEqual(['a/changes.txt', 'c/comes.txt', 'b/stays.txt'])
  expect(await t.differences()).toEqual([])
  t.write('b/late.txt')
  await t.restart()
  await rescan()
  expect(await t.found('late')).toEqual(['b/late.txt'])
  expect(await t.differences()).toEqual([])
})
