import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { describeWatchBackend, type OpenWatchBackend } from '../../testing/watch-backend-suite.ts'
import { silentLogger } from '../util/logger.ts'
import { type DirtyFolder, TreeWatcher, type WatchProblem } from './index.ts'
import type { Startable } from '../workers/worker-link.ts'
import { type WatchMode, watchWorkers } from './watch-workers.ts'

const isLinux = process.platform === 'linux'
const limits = { quietMs: 20, burstMs: 60, rootCheckMs: 50, overflowMs: 50, pollMs: 10, answerMs: 60_000 }

describeWatchBackend('a thread with the events of this system', open('native'), { hasByteNames: isLinux })
describeWatchBackend('a process that polls', open('polling'), { hasByteNames: isLinux })

test.each(['native', 'polling'] as const)(
  'a %s worker that ends is started again, and all is looked at',
  async (backend) => {
    await using world = openWorld(backend)
    await world.watcher.watch({ key: 'root', path: world.root, backend, maxDepth: null })

    await world.end()
    await vi.waitFor(() => expect(world.dirs).toContainEqual({ dir: world.root, names: null, subtree: true }))
    writeFileSync(join(world.root, 'later'), 'x')
    await vi.waitFor(() => expect(world.dirs.at(-1)?.dir).toBe(world.root))
    expect(world.problems).toMatchObject([{ key: 'root', kind: 'overflow', path: world.root }])
  },
)

test('a worker that keeps ending is given up, and so is what it watched', async () => {
  await using world = openWorld('native')
  await world.watcher.watch({ key: 'root', path: world.root, backend: 'native', maxDepth: null })

  for (let i = 0; i < 5; i++) {
    const heard = world.dirs.length
    await world.end()
    await vi.waitFor(() => expect(world.dirs.length).toBeGreaterThan(heard))
  }
  await world.end()
  expect(world.problems.at(-1)).toMatchObject({ kind: 'unreadable', help: 'rescan the location to find changes' })
  await world.watcher.watch({ key: 'root', path: world.root, backend: 'native', maxDepth: null })
})

test('who waits for a worker that ends is told', async () => {
  await using world = openWorld('native')
  // However fast it is, its answer does not come before its end.
  world.isMute = true
  const watching = world.watcher.watch({ key: 'root', path: world.root, backend: 'native', maxDepth: null })

  await Promise.all([expect(watching).rejects.toMatchObject({ code: 'Unavailable' }), world.end()])
  expect(world.problems).toEqual([])
})

test('a worker that does not answer is a problem of each of its roots', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] })
  using _timers = { [Symbol.dispose]: () => void vi.useRealTimers() }
  await using world = openWorld('polling')
  const inner = join(world.root, 'inner')
  mkdirSync(inner)
  await world.watcher.watch({ key: 'outer', path: world.root, backend: 'polling', maxDepth: null })
  await world.watcher.watch({ key: 'inner', path: inner, backend: 'polling', maxDepth: null })

  world.isMute = true
  // It is asked after this time, and has as long for its answer.
  vi.advanceTimersByTime(2 * limits.answerMs)
  expect(new Set(world.problems.map(({ key }) => key))).toEqual(new Set(['outer', 'inner']))
  expect(new Set(world.problems.map(({ kind }) => kind))).toEqual(new Set(['unreadable']))
})

test('a listener that fails still hears of the next change', async () => {
  await using world = openWorld('native')
  await world.watcher.watch({ key: 'root', path: world.root, backend: 'native', maxDepth: null })

  world.failures = 1
  world.moveIn('first')
  await vi.waitFor(() => expect(world.failures).toBe(0))
  world.moveIn('second')
  await vi.waitFor(() => expect(world.dirs).toEqual([{ dir: world.root, names: ['second'], subtree: false }]))
})

function open(backend: WatchMode): OpenWatchBackend {
  return (events) => {
    const watcher = TreeWatcher.start({ ...events, log: silentLogger, limits })
    return {
      watch: (root) => watcher.watch({ ...root, backend }),
      addDirectories: (key, dirs) => watcher.addDirectories(key, dirs),
      unwatch: (key) => watcher.unwatch(key),
      [Symbol.asyncDispose]: () => watcher[Symbol.asyncDispose](),
    }
  }
}

/** A folder of its own, and a watcher whose worker can be made to end or to say nothing. */
function openWorld(mode: WatchMode) {
  const real = watchWorkers[mode]
  const worker: Startable = {
    name: real.name,
    start: (events) => {
      const link = real.start({ ...events, onMessage: (message) => world.isMute || events.onMessage(message) })
      world.end = async () => {
        await link.end()
        events.onEnd({ error: undefined, code: null })
      }
      return link
    },
  }
  const world = {
    root: realpathSync(mkdtempSync(join(tmpdir(), 'watch-'))),
    /** A new file, in one event: one that is written there has several, which may come in several batches. */
    moveIn: (name: string) => {
      writeFileSync(`${world.root}.${name}`, 'x')
      renameSync(`${world.root}.${name}`, join(world.root, name))
    },
    dirs: [] as DirtyFolder[],
    problems: [] as WatchProblem[],
    isMute: false,
    failures: 0,
    end: async () => {},
    watcher: TreeWatcher.start({
      log: silentLogger,
      limits,
      workers: { native: worker, polling: worker },
      onProblem: (problem) => void world.problems.push(problem),
      onBatch: (batch) => {
        if (world.failures-- > 0) throw new Error('the disk is full')
        world.dirs.push(...batch.dirs)
      },
    }),
    [Symbol.asyncDispose]: async () => {
      await world.watcher[Symbol.asyncDispose]()
      rmSync(world.root, { recursive: true, force: true })
    },
  }
  return world
}
