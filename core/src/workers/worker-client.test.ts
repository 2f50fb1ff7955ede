import { expect, test } from 'vitest'
import type { FixtureRequest } from './test/fixture-worker.ts'
import { WorkerClient } from './worker-client.ts'
import { inProcess, inThread } from './worker-link.ts'

const entry = new URL('./test/fixture-worker.ts', import.meta.url)
const workers = [inThread({ entry, name: 'thread' }), inProcess({ entry, name: 'process' })]

test.each(workers)('a $name answers each request, with notes before the reply', async (worker) => {
  await using client = new WorkerClient<FixtureRequest, string>({ worker })
  const heard: unknown[] = []
  const progress = client.run('progress', { onNote: (note) => void heard.push(note) })
  const thrown = client.run('throw')
  await expect(thrown).rejects.toMatchObject({ code: 'Internal', message: 'thrown on purpose' })
  expect([await progress, await client.run('echo')]).toEqual(['done', 'echo'])
  expect(heard).toEqual([1, 2])
})

test.each(workers)('if a $name ends, all its requests fail with the error that the owner gets', async (worker) => {
  const lost: unknown[] = []
  await using client = new WorkerClient<FixtureRequest, string>({ worker, onLost: (err) => lost.push(err) })
  const results = await Promise.allSettled([client.run('die'), client.run('echo')])
  results.push(...(await Promise.allSettled([client.run('echo')])))
  expect(lost).toHaveLength(1)
  expect(results.map((result) => result.status === 'rejected' && result.reason)).toEqual([lost[0], lost[0], lost[0]])
})

test.each(workers)('a $name that hangs is ended by the deadline', async (worker) => {
  await using client = new WorkerClient<FixtureRequest, string>({ worker })
  await expect(client.run('hang', { deadlineMs: 500 })).rejects.toMatchObject({ code: 'Timeout' })
})

test.each(workers)('a $name that is abandoned answers nothing more', async (worker) => {
  await using client = new WorkerClient<FixtureRequest, string>({ worker })
  const hanging = client.run('hang')
  client.abandon()
  await expect(hanging).rejects.toMatchObject({ code: 'Cancelled' })
  await expect(client.run('echo')).rejects.toMatchObject({ code: 'Cancelled' })
})
