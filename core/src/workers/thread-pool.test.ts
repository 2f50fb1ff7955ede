import { expect, test } from 'vitest'
import type { FixtureRequest } from './test/fixture-worker.ts'
import { ThreadPool } from './thread-pool.ts'

function createPool(options: { threads?: number; perThread?: number } = {}): ThreadPool<FixtureRequest, string> {
  const entry = new URL('./test/fixture-worker.ts', import.meta.url)
  return new ThreadPool({ entry, name: 'fixture', threads: 1, perThread: 1, idleMs: 60_000, ...options })
}

test('an error in a thread is the error of its request', async () => {
  await using pool = createPool()
  await expect(pool.run('throw')).rejects.toMatchObject({ code: 'Internal', message: 'thrown on purpose' })
  expect(await pool.run('echo')).toBe('echo')
})

test('a thread that dies costs one request; those behind it are done by another', async () => {
  await using pool = createPool({ perThread: 3 })
  const [dead, ...others] = await Promise.allSettled([pool.run('die'), pool.run('echo'), pool.run('echo')])
  expect(dead).toMatchObject({ status: 'rejected', reason: { code: 'Internal' } })
  expect(others).toMatchObject([{ value: 'echo' }, { value: 'echo' }])
})

test('a request that does not end is ended by its deadline, and those behind it are done', async () => {
  await using pool = createPool({ perThread: 2 })
  const hanging = pool.run('hang', { deadlineMs: 500 })
  const waiting = pool.run('echo')
  await expect(hanging).rejects.toMatchObject({ code: 'Timeout' })
  expect(await waiting).toBe('echo')
})

test('notes arrive before the reply', async () => {
  await using pool = createPool()
  const heard: unknown[] = []
  expect(await pool.run('progress', { onNote: (note) => void heard.push(note) })).toBe('done')
  expect(heard).toEqual([1, 2])
})

test('no more threads start than were asked for, and none before there is work', async () => {
  await using pool = createPool({ threads: 2 })
  expect(pool.size).toBe(0)
  await Promise.all(Array.from({ length: 20 }, () => pool.run('echo')))
  expect(pool.size).toBe(2)
})

test('a request that is cancelled while it waits is never done', async () => {
  await using pool = createPool()
  const stop = new AbortController()
  const first = pool.run('echo')
  const second = pool.run('die', { signal: stop.signal })
  stop.abort()
  await expect(second).rejects.toMatchObject({ code: 'Cancelled' })
  expect([await first, await pool.run('echo')]).toEqual(['echo', 'echo'])
  await expect(pool.run('echo', { signal: stop.signal })).rejects.toMatchObject({ code: 'Cancelled' })
})
