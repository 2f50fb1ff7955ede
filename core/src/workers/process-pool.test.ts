import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { isAlive } from '../../testing/processes.ts'
import { createTempDir } from '../../testing/temp-dir.ts'
import { CoreError } from '../util/errors.ts'
import { boxState, tryBwrap } from './box/box-state.ts'
import { NOT_STARTED, ProcessPool, type ProcessPoolOptions } from './process-pool.ts'

const options: ProcessPoolOptions = {
  name: 'test',
  entry: new URL('./test/troubled-child.ts', import.meta.url),
  processes: 1,
  memoryMiB: 300,
  box: null,
}
const soon = { deadlineMs: 120_000 }

function pool(of: Partial<ProcessPoolOptions> = {}): ProcessPool<string, string> {
  return new ProcessPool<string, string>({ ...options, ...of })
}

test('requests are answered in order, by processes of their own', async () => {
  await using one = pool()
  const answers = await Promise.all(['a', 'b', 'c'].map((request) => one.run(request, soon)))
  expect(answers.map((answer) => answer[0])).toEqual(['a', 'b', 'c'])
  expect(new Set(answers.map((answer) => answer.slice(1)))).toHaveProperty('size', 1)
  expect(answers[0]).not.toContain(String(process.pid))
})

test.each([
  ['throw', 'Corrupt', 'unexpected end of file'],
  ['refuse', 'Unsupported', 'nothing here reads it'],
  ['crash', 'Unavailable', 'the test process was ended by SIGSEGV'],
  ['exit', 'Unavailable', 'the test process ended with 7'],
  ['uncaught', 'Corrupt', 'thrown where nobody catches'],
  ['no-space', 'DiskFull', 'write'],
])('a request that makes its process %s fails alone', async (request, code, message) => {
  await using one = pool()
  const failing = one.run(request, soon)
  const next = one.run('next', soon)
  await expect(failing).rejects.toMatchObject({ code, message })
  expect(await next).toMatch(/^next/)
})

test('a request that never ends is ended by its deadline', async () => {
  await using one = pool()
  await one.run('warm', soon)
  await expect(one.run('hang', { deadlineMs: 200 })).rejects.toMatchObject({ code: 'Timeout' })
  expect(await one.run('next', soon)).toMatch(/^next/)
})

test('a request that goes on telling of its progress has as long as it takes', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  using _timers = { [Symbol.dispose]: () => void vi.useRealTimers() }
  await using one = pool()
  const told: number[] = []
  const onProgress = (value: number) => {
    told.push(value)
    vi.advanceTimersByTime(1_500)
  }
  expect(await one.run('toil', { deadlineMs: 2_000, onProgress })).toMatch(/^toil/)
  expect(told).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})

test('an error of the caller, when it is told of the progress, fails its request with that error', async () => {
  await using one = pool()
  const onProgress = () => {
    throw new CoreError('Conflict', 'the caller has changed')
  }
  const toil = one.run('toil', { ...soon, onProgress })
  await expect(toil).rejects.toMatchObject({ code: 'Conflict', message: 'the caller has changed' })
  expect(await one.run('next', soon)).toMatch(/^next/)
})

test('a request that fills the memory is stopped', async () => {
  await using one = pool()
  await expect(one.run('fill', soon)).rejects.toMatchObject({ code: expect.stringMatching(/Unavailable|Corrupt/) })
  expect(await one.run('next', soon)).toMatch(/^next/)
})

test('cancelling ends the process at work and leaves the others', async () => {
  await using one = pool()
  await one.run('warm', soon)
  const controller = new AbortController()
  const hanging = one.run('hang', { ...soon, signal: controller.signal })
  const [pid] = one.pids
  controller.abort()
  await expect(hanging).rejects.toMatchObject({ code: 'Cancelled' })
  await vi.waitFor(() => expect(isAlive(pid!)).toBe(false))
  expect(await one.run('next', soon)).toMatch(/^next/)
})

test('a process is replaced after its share of work', async () => {
  await using one = pool({ recycleAfter: 2 })
  const answers: string[] = []
  for (let i = 0; i < 6; i++) answers.push((await one.run('x', soon)).split(' ').at(-1)!)
  expect(new Set(answers).size).toBe(3)
})

test('idle processes end, and closing leaves none', async () => {
  const one = pool({ idleMs: 1, processes: 2 })
  await Promise.all([one.run('a', soon), one.run('b', soon)])
  await vi.waitFor(() => expect(one.pids).toEqual([]))
  const hanging = one.run('hang', soon)
  await vi.waitFor(() => expect(one.pids).toHaveLength(1))
  const [pid] = one.pids
  await Promise.all([expect(hanging).rejects.toMatchObject({ code: 'Cancelled' }), one[Symbol.asyncDispose]()])
  // Closing waits for a process for a few seconds, which a busy machine may need to end it.
  await vi.waitFor(() => expect(isAlive(pid!)).toBe(false))
})

test.runIf(process.platform === 'linux')('a process leads a group, in the session of who started it', async () => {
  await using one = pool()
  await one.run('warm', soon)
  const [pid] = one.pids
  const [child, own] = [placeOf(pid!), placeOf(process.pid)]
  // The system shares the processor out by sessions first: in one of its own its low priority would mean nothing.
  expect(child).toEqual({ group: pid, session: own.session, niceness: constants.priority.PRIORITY_LOW })
})

test('what a process has started ends with it', async () => {
  const one = pool()
  const first = Number(await one.run('program', soon))
  await expect(one.run('exit', soon)).rejects.toMatchObject({ code: 'Unavailable' })
  await vi.waitFor(() => expect(isAlive(first)).toBe(false))
  const second = Number(await one.run('program', soon))
  await one[Symbol.asyncDispose]()
  await vi.waitFor(() => expect(isAlive(second)).toBe(false))
})

test.runIf(process.platform === 'linux').each(['none', 'landlock', 'bwrap'])(
  'where there are too many open files, a request fails and the next one does not, with the layer %s',
  async (layer) => {
    const states = { none: null, landlock: await boxState(), bwrap: await tryBwrap('the test asks for it') }
    const state = states[layer as keyof typeof states]
    if (state && state.layer !== layer) return
    using temp = createTempDir('crowded')
    const owner = fileURLToPath(new URL('test/crowded-owner.ts', import.meta.url))
    const args = [process.execPath, owner, JSON.stringify(state), join(temp.path, 'decoders')]
    const told = execFileSync('/bin/sh', ['-c', 'ulimit -n 200; exec "$0" "$@"', ...args], { encoding: 'utf8' })
    const failed = {
      code: 'Unavailable',
      details: NOT_STARTED,
      message: expect.stringMatching(/^the test process could not be started: .*EMFILE/) as string,
    }
    expect(JSON.parse(told)).toEqual([failed, failed, 'c'])
  },
)

/** The process group, session and niceness of a process on Linux; see proc_pid_stat(5). */
function placeOf(pid: number): { group: number; session: number; niceness: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  return { group: fields[2]!, session: fields[3]!, niceness: fields[16]! }
}
