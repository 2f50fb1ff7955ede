import { expect, test, vi } from 'vitest'
import { Burst, type Dirty } from './burst.ts'
import { defaultWatchLimits, type WatchLimits } from './limits.ts'

/** A burst that is taken when it is over. */
function createBurst(limits: Partial<WatchLimits> = {}) {
  const taken: Map<string, Dirty>[] = []
  const burst: Burst<string> = new Burst({
    limits: { ...defaultWatchLimits, quietMs: 10, burstMs: 60_000, ...limits },
    flush: async () => void taken.push(burst.take()),
  })
  return { burst, taken }
}

test('a name changed over and over is taken once', async () => {
  const { burst, taken } = createBurst()
  for (let i = 0; i < 100; i++) burst.mark('folder', 'name')
  burst.mark('folder', Buffer.from([0xff]))
  burst.mark('folder', Buffer.from([0xff]))

  await vi.waitFor(() => expect(taken).toHaveLength(1))
  expect(taken[0]).toEqual(new Map([['folder', { names: ['name', Buffer.from([0xff])], subtree: false }]]))
})

test('many names in one folder become the whole folder', async () => {
  const { burst, taken } = createBurst({ namesPerFolder: 3 })
  for (const name of ['1', '2', '3', '4', '5']) burst.mark('many', name)
  burst.mark('few', '1')

  await vi.waitFor(() => expect(taken).toHaveLength(1))
  expect(taken[0]).toEqual(
    new Map([
      ['many', { names: null, subtree: false }],
      ['few', { names: ['1'], subtree: false }],
    ]),
  )
})

test('with very many names in all, no more are held', () => {
  const { burst } = createBurst({ namesHeld: 10 })
  for (let i = 0; i < 1_000; i++) burst.mark(`folder-${i % 100}`, `name-${i}`)

  const dirty = burst.take()
  expect(dirty.size).toBe(100)
  expect([...dirty.values()].reduce((sum, { names }) => sum + (names?.length ?? 0), 0)).toBeLessThanOrEqual(10)
})

test('what comes while a burst is dealt with waits until that is done', async () => {
  const done = Promise.withResolvers<void>()
  let flushes = 0
  const burst: Burst<string> = new Burst({
    limits: { ...defaultWatchLimits, quietMs: 1, burstMs: 2 },
    flush: async () => {
      flushes++
      burst.take()
      await done.promise
    },
  })
  burst.mark('folder', 'first')
  await vi.waitFor(() => expect(flushes).toBe(1))
  const until = performance.now() + 20
  await vi.waitFor(() => {
    burst.mark('folder', 'second')
    expect(performance.now()).toBeGreaterThan(until)
  })
  expect(flushes).toBe(1)

  done.resolve()
  await vi.waitFor(() => expect(flushes).toBe(2))
})
