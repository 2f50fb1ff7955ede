import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { prey, REFUSED, type Target } from '../../../testing/attack.ts'
import { isAlive } from '../../../testing/processes.ts'
import { createTempDir, type TempDir } from '../../../testing/temp-dir.ts'
import type { LentFile } from '../process-folders.ts'
import { NOT_STARTED, ProcessPool, type ProcessPoolOptions } from '../process-pool.ts'
import type { ReadRequest } from '../test/reading-child.ts'
import { boxState, tryBwrap } from './box-state.ts'
import { passUntilSettled } from '../../../testing/pass-until-settled.ts'
import { until } from '../../../testing/until.ts'

const states = { landlock: await boxState(), bwrap: await tryBwrap('the test asks for it') }
const soon = { deadlineMs: 120_000 }

let temp: TempDir
beforeEach(() => void (temp = createTempDir('boxes')))
afterEach(() => temp[Symbol.dispose]())

function attacker(of: Partial<ProcessPoolOptions>): ProcessPool<Target, Record<string, string>> {
  return new ProcessPool({
    name: 'test',
    entry: new URL('../test/attacking-child.ts', import.meta.url),
    processes: 1,
    memoryMiB: 300,
    ...box(),
    ...of,
  })
}

describe.each(['landlock', 'bwrap'] as const)('boxed by %s', (layer) => {
  const state = states[layer]
  const isThere = state.layer === layer
  const boxed = { layer: () => Promise.resolve(state) }

  test.runIf(isThere)('a process reaches what it was given, and nothing else', async () => {
    await using world = await prey()
    await using pool = attacker(boxed)
    const reach = { read: [world.given] }
    expect(await pool.run(world.target, { ...soon, reach })).toEqual(REFUSED[layer])
  })

  test.runIf(isThere)('a process that asks a server reaches the network, and nothing else', async () => {
    await using world = await prey()
    await using pool = attacker(boxed)
    const results = await pool.run(world.target, { ...soon, reach: { read: [world.given], network: true } })
    const { 'ask by UDP': _, ...others } = results
    const { 'ask by UDP': __, ...refused } = REFUSED[layer]
    expect(others).toEqual({ ...refused, 'connect by TCP': 'done' })
  })

  test.runIf(isThere)('a process for another folder is another process', async () => {
    await using world = await prey()
    await using pool = attacker(boxed)
    await pool.run(world.target, { ...soon, reach: { read: [world.given] } })
    const [first] = pool.pids
    const reach = { read: [world.target.folder] }
    const results = await pool.run(world.target, { ...soon, reach })
    expect(results).toMatchObject({
      'read what it was given': REFUSED[layer]['read a secret'],
      'read a secret': 'done',
    })
    await pool.run(world.target, { ...soon, reach })
    expect(pool.pids).toHaveLength(1)
    expect(pool.pids).not.toEqual([first])
  })

  test.runIf(isThere)('a file that was replaced is reached by a new process', async () => {
    await using world = await prey()
    const { own } = world.target
    await using pool = reader(boxed)
    const reach = { read: [own] }
    expect(await pool.run({ path: own, size: 7 }, { ...soon, reach })).toBe('content')
    writeFileSync(`${own}.new`, 'new content')
    renameSync(`${own}.new`, own)
    // The first process may not read the new file (Landlock), or still sees the old one (bubblewrap).
    expect(await pool.run({ path: own, size: 11 }, { ...soon, reach })).toBe('new content')
  })

  test.runIf(isThere)(
    'a process reads the file that it was lent, and no file that another process was lent',
    async () => {
      await using world = await prey()
      const [mine, theirs] = ['mine', 'theirs'].map((name) => join(temp.path, name))
      for (const path of [mine!, theirs!]) writeFileSync(path, 'content')
      await using other = troubled(boxed)
      const lentTo = (name: string, path: string): LentFile => ({ path, name, use: 'read' })
      const hanging = other.run('hang', { deadlineMs: 600_000, files: [lentTo('lent', theirs!)] }).catch(() => {})
      const folder = await vi.waitFor(() => {
        const [found] = left()
        expect(existsSync(join(temp.path, 'decoders', found!, 'given', 'lent'))).toBe(true)
        return join(temp.path, 'decoders', found!)
      })
      await using pool = attacker(boxed)
      const others = { theirs: join(folder, 'given', 'lent'), 'where it was': mine! }
      const target = { ...world.target, own: 'lent', folder: join(folder, 'temporary'), others }
      const refusal = REFUSED[layer]['read a secret']
      expect(await pool.run(target, { ...soon, files: [lentTo('lent', mine!)] })).toEqual({
        ...REFUSED[layer],
        'read theirs': refusal,
        // Moved away during the request.
        'read where it was': layer === 'landlock' ? 'ENOENT' : refusal,
      })
      await other[Symbol.asyncDispose]()
      await hanging
    },
  )

  test.runIf(isThere)('lent files come back whatever happens, and the folders of a process end with it', async () => {
    // However long a process takes to end, its request is not given up.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    using _timers = { [Symbol.dispose]: () => void vi.useRealTimers() }
    await using pool = troubled(boxed)
    const [lent, begun] = ['lent', 'begun'].map((name) => join(temp.path, name))
    const files: LentFile[] = [
      { path: lent!, name: 'lent', use: 'read' },
      { path: begun!, name: 'begun', use: 'continue' },
    ]
    const held = () => [lent!, begun!].map((path) => readFileSync(path, 'utf8'))
    writeFileSync(lent!, 'content')
    expect(await pool.run('read', { ...soon, files })).toBe('content')
    await expect(pool.run('throw', { ...soon, files })).rejects.toMatchObject({ code: 'Corrupt' })
    await pool.run('continue', { ...soon, files })
    expect(held()).toEqual(['content', ' and continued'])
    await expect(pool.run('crash', { ...soon, files })).rejects.toMatchObject({ code: 'Unavailable' })
    const late = pool.run('continue and hang', { deadlineMs: DEADLINE_MS, files })
    const text = ' and continued and continued'
    await until(() => isDeepStrictEqual(left().map(begunIn), [text]))
    await passUntilSettled(late, DEADLINE_MS / 10)
    await expect(late).rejects.toMatchObject({ code: 'Timeout' })
    expect(held()).toEqual(['content', ' and continued and continued'])
    const controller = new AbortController()
    const hanging = pool.run('hang', { ...soon, files, signal: controller.signal })
    await until(() => !existsSync(lent!))
    controller.abort()
    await expect(hanging).rejects.toMatchObject({ code: 'Cancelled' })
    expect(held()).toEqual(['content', ' and continued and continued'])
    await until(() => left().length === 0)
    await pool.run('read', { ...soon, files })
    expect(left()).toHaveLength(1)
    await pool[Symbol.asyncDispose]()
    await until(() => left().length === 0)
  })

  test.runIf(isThere).each(['plant a link', 'plant a folder'])(
    'only a file is taken as a result: a process may %s',
    async (request) => {
      await using pool = troubled(boxed)
      const path = join(temp.path, 'made')
      // Landlock refuses links.
      await pool.run(request, { ...soon, files: [{ path, name: 'made', use: 'make' }] }).catch(() => {})
      expect(readdirSync(temp.path)).toEqual(['decoders'])
    },
  )

  test.runIf(isThere)('nothing that a process leaves in its folders stays, whatever it is', async () => {
    await using pool = troubled(boxed)
    await pool.run('litter', soon)
    await pool[Symbol.asyncDispose]()
    await vi.waitFor(() => expect(left()).toEqual([]))
  })

  test.runIf(isThere)('a result is for this user alone, and has no second name', async () => {
    await using pool = troubled(boxed)
    const [open, linked] = ['open', 'linked'].map((name) => join(temp.path, name))
    await pool.run('make an open file', { ...soon, files: [{ path: open!, name: 'made', use: 'make' }] })
    expect(statSync(open!).mode & 0o7777).toBe(0o600)
    await pool.run('make a file with two names', { ...soon, files: [{ path: linked!, name: 'made', use: 'make' }] })
    expect(existsSync(linked!)).toBe(false)
  })

  test.runIf(isThere && layer === 'landlock')('a program that leaves the group ends with its process', async () => {
    await using pool = troubled({ ...boxed, box: { ...box().box, programs: ['sleep'] } })
    const pid = Number(await pool.run('program apart', soon))
    expect(isAlive(pid)).toBe(true)
    await pool[Symbol.asyncDispose]()
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false))
  })

  test.runIf(isThere)('a request that is alone has a new process, which ends after it', async () => {
    await using pool = troubled(boxed)
    await pool.run('x', soon)
    const before = pool.pids
    const alone = pool.run('x', { ...soon, alone: true })
    await vi.waitFor(() => expect(pool.pids.filter((pid) => !before.includes(pid))).toHaveLength(1))
    await alone
    await vi.waitFor(() => expect(pool.pids).toEqual([]))
  })

  test.runIf(isThere).each([
    ['crash', 'Unavailable', 'the test process was ended by SIGSEGV'],
    ['exit', 'Unavailable', 'the test process ended with 7'],
  ])('a request that makes its process %s fails alone', async (request, code, message) => {
    await using pool = troubled(boxed)
    const failing = pool.run(request, soon)
    const next = pool.run('next', soon)
    await expect(failing).rejects.toMatchObject({ code, message })
    expect(await next).toMatch(/^next/)
  })

  test.runIf(isThere)('a process counts the processor time of the programs that it starts', async () => {
    await using pool = troubled({ ...boxed, box: { ...box().box, programs: ['yes'] } })
    expect(await pool.run('count a program', soon)).toBe('it is counted')
  })

  test.runIf(isThere)('a request that never ends, and one that fills the memory, are ended', async () => {
    await using pool = troubled(boxed)
    await pool.run('warm', soon)
    await expect(pool.run('hang', { deadlineMs: 200 })).rejects.toMatchObject({ code: 'Timeout' })
    await expect(pool.run('fill', soon)).rejects.toMatchObject({ code: expect.stringMatching(/Unavailable|Corrupt/) })
    expect(await pool.run('next', soon)).toMatch(/^next/)
  })
})

test.runIf(states.landlock.layer === 'landlock')(
  'a process that cannot be started fails its own request, also after another has died',
  async () => {
    await using pool = troubled({})
    const first = pool.run('exit', soon)
    // More paths than the arguments of a process can hold.
    const read = Array.from({ length: 3_000 }, (_, n) => join('/', 'x'.repeat(100), String(n)))
    const second = pool.run('next', { ...soon, reach: { read } })
    const errors = await Promise.all([first, second].map((run) => run.catch((err: unknown) => err)))
    expect(errors).toMatchObject([
      { code: 'Unavailable', message: 'the test process ended with 7' },
      {
        code: 'Unavailable',
        message: expect.stringMatching(/^the test process could not be started: /) as string,
        details: NOT_STARTED,
      },
    ])
    expect(await pool.run('next', soon)).toMatch(/^next/)
  },
)

test('a process that ends before it is ready is not the fault of its request', async () => {
  await using pool = attacker({ entry: new URL('no-such-module.ts', import.meta.url), box: null })
  await expect(pool.run({} as Target, soon)).rejects.toMatchObject({
    code: 'Unavailable',
    message: 'the test process ended with 1 before it was ready',
    details: NOT_STARTED,
  })
})

test.runIf(process.platform === 'linux')('the same attacks reach everything where nothing is boxed', async () => {
  await using world = await prey()
  await using pool = attacker({ box: null })
  const results = await pool.run(world.target, soon)
  expect(new Set(Object.values(results))).toEqual(new Set(['done']))
})

function troubled(of: Partial<ProcessPoolOptions>): ProcessPool<string, string> {
  return new ProcessPool({ ...TEXT, ...box(), entry: new URL('../test/troubled-child.ts', import.meta.url), ...of })
}

function reader(of: Partial<ProcessPoolOptions>): ProcessPool<ReadRequest, string> {
  return new ProcessPool({ ...TEXT, ...box(), entry: new URL('../test/reading-child.ts', import.meta.url), ...of })
}

const TEXT = { name: 'test', processes: 1, memoryMiB: 300 }

function box() {
  return { box: { programs: [], temporary: join(temp.path, 'decoders'), parse: (reply: unknown) => reply } }
}

/** In milliseconds of a fake clock. The test moves it in steps, because a deadline counts processor time as well. */
const DEADLINE_MS = 200

/** The text that a process has written into the file `begun`; null if there is none. */
function begunIn(folder: string): string | null {
  const file = join(temp.path, 'decoders', folder, 'results', 'begun')
  return existsSync(file) ? readFileSync(file, 'utf8') : null
}

/** All files and folders of the processes. */
function left(): string[] {
  const folder = join(temp.path, 'decoders')
  return existsSync(folder) ? readdirSync(folder) : []
}
