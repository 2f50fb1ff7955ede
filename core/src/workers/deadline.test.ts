import { spawn } from 'node:child_process'
import { expect, test, vi } from 'vitest'
import { findProgram } from '../util/find-program.ts'
import { Deadline } from './deadline.ts'
import { type ProcessorTimes, processorTimes, type ThreadTimes } from './processor-times.ts'

const LENGTH_MS = 10_000
/** Work before the first reading is not counted. */
const FIRST_LOOK_MS = 200

type Told = Readonly<Record<string, ThreadTimes>> | null

/** A deadline on a fake clock, of threads whose times `tell` returns after so many milliseconds. */
function begin(tell: (ms: number) => Told, idleMs?: number) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  const begun = performance.now()
  const expired: string[] = []
  const deadline = new Deadline(LENGTH_MS, {
    onExpired: (phrase) => expired.push(phrase),
    times: async () => {
      const told = tell(performance.now() - begun)
      return told && new Map(Object.entries(told))
    },
    idleMs,
  })
  const end = () => {
    deadline[Symbol.dispose]()
    vi.useRealTimers()
  }
  return { deadline, expired, [Symbol.dispose]: end }
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

const works = (ran: number): ThreadTimes => ({ ran, isRunnable: true })
const sleeps: ThreadTimes = { ran: 5, isRunnable: false }

test.each([
  ['works', (ms: number) => ({ a: works(ms) }), FIRST_LOOK_MS + LENGTH_MS, '10 s of processor time'],
  [
    'has a thread that works and others',
    (ms: number) => ({ a: works(ms), b: sleeps }),
    FIRST_LOOK_MS + LENGTH_MS,
    '10 s of processor time',
  ],
  ['sleeps', () => ({ a: sleeps }), FIRST_LOOK_MS + 10 * LENGTH_MS, '100 s in which it did nothing'],
  [
    'looks after itself only',
    (ms: number) => ({ a: { ran: ms / 20, isRunnable: false } }),
    FIRST_LOOK_MS + 10 * LENGTH_MS,
    '100 s in which it did nothing',
  ],
  [
    'gets half of a processor',
    (ms: number) => ({ a: works(ms / 2) }),
    FIRST_LOOK_MS + 2 * LENGTH_MS,
    '10 s of processor time',
  ],
  [
    'shares a processor among its threads',
    (ms: number) => ({ a: works(ms / 4), b: works(ms / 4), c: works(ms / 4), d: works(ms / 4) }),
    FIRST_LOOK_MS + 4 * LENGTH_MS,
    '10 s of processor time',
  ],
  [
    'gets a fiftieth of a processor',
    (ms: number) => ({ a: works(ms / 50) }),
    FIRST_LOOK_MS + 50 * LENGTH_MS,
    '10 s of processor time',
  ],
  ['waits for a processor all the time', () => ({ a: works(5) }), 100 * LENGTH_MS, '1000 s'],
  ['tells no times', () => null, LENGTH_MS, '10 s'],
] as const)('the deadline of a process that %s', async (_, tell, endsAfter, phrase) => {
  using of = begin(tell)
  await pass(endsAfter - 1_001)
  expect(of.expired).toEqual([])
  await pass(2_001)
  expect(of.expired).toEqual([phrase])
})

test('a process that waits for a disk now and then has not hung', async () => {
  // Of a minute, it works for a tenth.
  using of = begin((ms) => ({ a: { ran: Math.floor(ms / 60_000) * 1_000, isRunnable: false } }))
  await pass(9 * 60_000)
  expect(of.expired).toEqual([])
  await pass(3 * 60_000)
  expect(of.expired).toEqual(['10 s of processor time'])
})

test('a disk has its own limit', async () => {
  using of = begin(() => ({ a: sleeps }), 2_000)
  await pass(FIRST_LOOK_MS + 1_999)
  expect(of.expired).toEqual([])
  await pass(1)
  expect(of.expired).toEqual(['2 s in which it did nothing'])
})

test('progress starts the time again, and the end of the request stops it', async () => {
  using of = begin((ms) => ({ a: works(ms) }))
  for (let i = 0; i < 5; i++) {
    await pass(0.9 * LENGTH_MS)
    of.deadline.restart()
  }
  expect(of.expired).toEqual([])
  of.deadline[Symbol.dispose]()
  await pass(200 * LENGTH_MS)
  expect(of.expired).toEqual([])
})

test('times that cannot be read leave the clock', async () => {
  using of = begin(() => {
    throw new Error('no /proc')
  })
  await pass(LENGTH_MS + FIRST_LOOK_MS)
  expect(of.expired).toEqual(['10 s'])
})

const isLinux = process.platform === 'linux'

/** A shell that runs a script, in a group of its own. */
function shell(script: string) {
  const { pid } = spawn('sh', ['-c', script], { detached: true, stdio: 'ignore' })
  const end = () => void process.kill(-pid!, 'SIGKILL')
  return { pid: pid!, [Symbol.dispose]: end }
}

const LOOP = 'while :; do :; done'

test.runIf(isLinux)('a program that loops, or one whose child does, is ended by its deadline', async () => {
  for (const script of [LOOP, `(${LOOP}) & wait`]) {
    using looping = shell(script)
    const { promise, resolve } = Promise.withResolvers<string>()
    using _ = new Deadline(300, { onExpired: resolve, times: () => processorTimes(looping.pid) })
    expect(await promise).toBe('0.3 s of processor time')
  }
})

test.runIf(isLinux)('the time in which a program sleeps or is stopped is not counted as work', async () => {
  using sleeping = shell('exec sleep 1000')
  using stopped = shell(LOOP)
  process.kill(stopped.pid, 'SIGSTOP')
  for (const { pid } of [sleeping, stopped]) {
    const { promise, resolve } = Promise.withResolvers<string>()
    using _ = new Deadline(100, { onExpired: resolve, times: () => processorTimes(pid) })
    expect(await promise).toBe('1 s in which it did nothing')
  }
})

test.runIf(isLinux && findProgram('taskset'))(
  'a program on a machine that others keep busy has the time that it needs',
  async () => {
    // Its competitor has the same processor, and at least half of it.
    using _other = shell(`exec taskset -c 0 sh -c '${LOOP}'`)
    using starved = shell(`exec taskset -c 0 nice -n 19 sh -c '${LOOP}'`)
    const told: ProcessorTimes[] = []
    const begun = performance.now()
    const { promise, resolve } = Promise.withResolvers<string>()
    using _deadline = new Deadline(300, {
      onExpired: resolve,
      times: async () => {
        const times = await processorTimes(starved.pid)
        if (times) told.push(times)
        return times
      },
    })
    expect(await promise).toBe('0.3 s of processor time')
    const ran = (times: ProcessorTimes | undefined) =>
      [...(times?.values() ?? [])].reduce((sum, each) => sum + each.ran, 0)
    expect(ran(told.at(-1)) - ran(told[0])).toBeGreaterThanOrEqual(300)
    // By the clock it was far beyond its deadline.
    expect(performance.now() - begun).toBeGreaterThan(1.5 * 300)
  },
)

test('nothing is known of a process that was not started', async () => {
  expect(await processorTimes(undefined)).toBeNull()
})
