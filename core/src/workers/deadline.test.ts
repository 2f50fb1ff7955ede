import { spawn } from 'node:child_process'
import { expect, test, vi } from 'vitest'
import { until } from '../../testing/until.ts'
import { Deadline, processorTimes, type ThreadTimes } from './deadline.ts'

const LENGTH_MS = 1_000

/** A deadline on a fake clock, of a process whose times `tell` returns after so many milliseconds. */
function begin(tell: (ms: number) => ThreadTimes) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  const begun = performance.now()
  const expired: number[] = []
  const deadline = new Deadline(LENGTH_MS, {
    onExpired: (ms) => expired.push(ms),
    times: async () => new Map([['1', tell(performance.now() - begun)]]),
  })
  const end = () => {
    deadline[Symbol.dispose]()
    vi.useRealTimers()
  }
  return { deadline, expired, [Symbol.dispose]: end }
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

test.each([
  ['works', (ms: number) => ({ ran: ms, waited: 0, isRunnable: true })],
  ['sleeps', () => ({ ran: 5, waited: 0, isRunnable: false })],
  ['gets half of a processor', (ms: number) => ({ ran: ms / 2, waited: ms / 2, isRunnable: true })],
] as const)('a process that %s has its deadline and no more', async (_, tell) => {
  using of = begin(tell)
  await pass(LENGTH_MS - 1)
  expect(of.expired).toEqual([])
  await pass(1)
  expect(of.expired).toEqual([LENGTH_MS])
})

test.each([
  ['waits for a processor most of the time', (ms: number) => ({ ran: ms / 50, waited: ms * 0.98, isRunnable: true })],
  // The system counts a wait when it ends.
  ['gets no turn at all', () => ({ ran: 5, waited: 0, isRunnable: true })],
] as const)('a process that %s gets more time, up to ten times the deadline', async (_, tell) => {
  using of = begin(tell)
  await pass(10 * LENGTH_MS - 1)
  expect(of.expired).toEqual([])
  await pass(1)
  expect(of.expired).toEqual([10 * LENGTH_MS])
})

test('a process that gets its processor back has no more than the half that it was given', async () => {
  const back = 2.5 * LENGTH_MS
  using of = begin((ms) => ({ ran: Math.max(0, ms - back), waited: Math.min(ms, back), isRunnable: true }))
  await pass(3 * LENGTH_MS - 1)
  expect(of.expired).toEqual([])
  await pass(1)
  expect(of.expired).toEqual([3 * LENGTH_MS])
})

test('progress starts the time again, and the end of the request stops it', async () => {
  using of = begin(() => ({ ran: 0, waited: 0, isRunnable: false }))
  for (let i = 0; i < 5; i++) {
    await pass(0.9 * LENGTH_MS)
    of.deadline.restart()
  }
  expect(of.expired).toEqual([])
  of.deadline[Symbol.dispose]()
  await pass(20 * LENGTH_MS)
  expect(of.expired).toEqual([])
})

test('times that cannot be read extend nothing', async () => {
  using of = begin(() => {
    throw new Error('no /proc')
  })
  await pass(LENGTH_MS)
  expect(of.expired).toEqual([LENGTH_MS])
})

test.runIf(process.platform === 'linux')('the times of a process are those of its child processes, too', async () => {
  const child = spawn('sh', ['-c', 'sleep 1000 & while :; do :; done'], { detached: true, stdio: 'ignore' })
  try {
    const total = async () => [...(await processorTimes(child.pid)).values()]
    // One works or waits for its turn, and the other one sleeps, once it has started.
    await until(async () => {
      const times = await total()
      const runnable = times.filter(({ isRunnable }) => isRunnable)
      return times.length === 2 && runnable.length === 1 && runnable[0]!.ran > 20
    })
    expect(await processorTimes(undefined)).toEqual(new Map())
  } finally {
    process.kill(-child.pid!, 'SIGKILL')
  }
})
