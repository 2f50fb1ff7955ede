import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import type { Core } from '@spacedrive/core'
import { type HashBatch, hashStates, HashPool } from '../../core/src/content/index.ts'
import { quantile } from '../harness/statistics.ts'
import { networkTasks } from './network-tasks.ts'
import { sidecarExchangeTasks } from './sidecar-exchange-tasks.ts'
import { sidecarTasks } from './sidecar-tasks.ts'
import { thumbnailTasks } from './thumbnail-tasks.ts'

/** The engine a task works on, and what it has logged so far. */
export interface TaskContext {
  readonly core: Core
  /** When messages were first logged, in milliseconds of `performance.now()`. */
  readonly logged: ReadonlyMap<string, number>
  /** When `Core.open` returned. */
  readonly openedAt: number
}

interface Seconds {
  readonly discover: number
  readonly aggregate: number
  readonly identify: number
  readonly total: number
}

export type Mode = 'shallow' | 'content'

const POLL_MS = 2
/** Nothing measured here takes this long; what does is broken. */
const GIVE_UP_MS = 120_000
const WARM_UP_FILES = 512
/** As many as the engine asks for at once. */
const FILES_PER_CALL = 256
/** How often the loop's delay is looked at. */
const RESOLUTION_MS = 1

/** What the process with the engine can be asked; each is one way a host uses it. */
export const tasks = {
  ...thumbnailTasks,
  ...sidecarTasks,
  ...networkTasks,
  ...sidecarExchangeTasks,

  /** Adds a folder and waits for its first index run. */
  async index({ core }: TaskContext, input: { path: string; mode: Mode; watch?: boolean }) {
    const library = core.libraries.resolve()
    const begun = performance.now()
    const { job } = await library.locations.add(input)
    const ended = await library.jobs.wait(job.id)
    const seconds = (performance.now() - begun) / 1_000
    if (ended.status !== 'completed') throw new Error(`the index run ended ${ended.status}: ${JSON.stringify(ended)}`)
    return { seconds, phases: phasesOf(library.jobs.info(job.id).output) }
  },

  /** Waits until what a start begins has ended: locations are watched and compared with the disk. */
  async settle({ core, logged, openedAt }: TaskContext, input: { watched: boolean }) {
    const library = core.libraries.resolve()
    if (input.watched) await until(() => logged.has('location watched'))
    await until(() => library.jobs.counts().running + library.jobs.counts().queued > 0 || isScanned(core, openedAt))
    await library.jobs.idle()
    return { watchedMs: (logged.get('location watched') ?? Number.NaN) - openedAt }
  },

  async rescan({ core }: TaskContext, input: { location: string }) {
    const library = core.libraries.resolve()
    const begun = performance.now()
    const { job } = await library.locations.rescan({ location: input.location, force: false })
    await library.jobs.wait(job.id)
    const seconds = (performance.now() - begun) / 1_000
    return { seconds, phases: phasesOf(library.jobs.info(job.id).output) }
  },

  /** When the row of a path is there, or gone; milliseconds since the epoch. */
  async untilIndexed({ core }: TaskContext, input: { path: string; gone?: boolean }) {
    const { connection } = core.libraries.resolve().store
    const name = input.path.slice(input.path.lastIndexOf('/') + 1)
    const find = connection.prepare('select 1 from entries where name = ? and id > ?')
    const newest = connection.prepare('select coalesce(max(id), 0) as id from entries')
    // Only rows made since a moment ago are looked at: names have no index.
    const after = Number(newest.get()!['id']) - 1_000
    await until(() => (find.get(name, after) === undefined) === (input.gone ?? false))
    return { at: performance.timeOrigin + performance.now() }
  },

  /** Waits until the index has at least or at most that many files; gives up without an error. */
  async untilCount({ core }: TaskContext, input: { atLeast?: number; atMost?: number; timeoutMs: number }) {
    const count = core.libraries.resolve().store.connection.prepare('select count(*) as n from entries where kind = 0')
    const { atLeast = 0, atMost = Number.POSITIVE_INFINITY } = input
    const deadline = performance.now() + input.timeoutMs
    let n = Number(count.get()!['n'])
    while ((n < atLeast || n > atMost) && performance.now() < deadline) {
      await wait(POLL_MS)
      n = Number(count.get()!['n'])
    }
    return { count: n, at: performance.timeOrigin + performance.now() }
  },

  /** Whether the index has a folder at a path of its volume; waits until it has. */
  async untilFolder({ core }: TaskContext, input: { pathEndsWith: string }) {
    const find = core.libraries
      .resolve()
      .store.connection.prepare('select path from directories order by length(path) limit 10')
    await until(() =>
      find.all().some((row) =>
        Buffer.from(row['path'] as Uint8Array)
          .toString()
          .endsWith(input.pathEndsWith),
      ),
    )
    return { at: performance.timeOrigin + performance.now() }
  },

  /** Lists a folder again and again; milliseconds each time. */
  async list({ core }: TaskContext, input: { path: string; limit: number; times: number }) {
    const ms: number[] = []
    let shown = 0
    for (let i = 0; i < input.times; i++) {
      const begun = performance.now()
      shown = (await listOnce(core, input)).items.length
      ms.push(performance.now() - begun)
    }
    return { median: quantile(ms, 0.5), p95: quantile(ms, 0.95), shown }
  },

  /** Hashes every file of a tree, sampled or whole; the tree is listed before the clock starts. */
  async hash(_context: TaskContext, input: { root: string; whole: boolean; threads: number }) {
    const paths = readdirSync(input.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
    await using pool = new HashPool({ threads: input.threads })
    // The threads start before the clock does, as they have in a daemon at work.
    await hashSampled(pool, paths.slice(0, input.threads * WARM_UP_FILES))
    const begun = performance.now()
    const hashed = input.whole ? await hashWhole(pool, paths) : await hashSampled(pool, paths)
    const seconds = (performance.now() - begun) / 1_000
    if (hashed !== paths.length) throw new Error(`${paths.length - hashed} of ${paths.length} files were not hashed`)
    return { files: paths.length, seconds }
  },

  async duplicates({ core }: TaskContext, input: { times: number }) {
    const ms: number[] = []
    let groups = 0
    for (let i = 0; i < input.times; i++) {
      const begun = performance.now()
      const { signal } = new AbortController()
      groups = (await core.libraries.resolve().files.duplicates({ verify: false, limit: 100 }, signal)).totalGroups
      ms.push(performance.now() - begun)
    }
    return { median: quantile(ms, 0.5), groups }
  },

  /** Indexes a tree, and lists another folder all the time: how long the main thread makes others wait. */
  async listWhileIndexing({ core }: TaskContext, input: { index: string; list: string; everyMs: number }) {
    const library = core.libraries.resolve()
    const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
    const ms: number[] = []
    const { job } = await library.locations.add({ path: input.index, mode: 'shallow', watch: false })
    const done = library.jobs.wait(job.id).then(() => true)
    delay.enable()
    while (!(await Promise.race([done, wait(input.everyMs, false)]))) {
      const begun = performance.now()
      await listOnce(core, { path: input.list, limit: 100 })
      ms.push(performance.now() - begun)
    }
    delay.disable()
    return {
      p99DelayMs: Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION_MS),
      maxDelayMs: delay.max / 1e6 - RESOLUTION_MS,
      p95ListMs: quantile(ms, 0.95),
    }
  },
}
export type Tasks = typeof tasks

async function hashSampled(pool: HashPool, paths: readonly string[]): Promise<number> {
  // A call keeps one thread busy.
  const calls: Promise<HashBatch>[] = []
  for (let at = 0; at < paths.length; at += FILES_PER_CALL)
    calls.push(pool.sampled(paths.slice(at, at + FILES_PER_CALL)))
  const batches = await Promise.all(calls)
  return batches.reduce((sum, { states }) => sum + states.filter((state) => hashStates[state] === 'hashed').length, 0)
}

async function hashWhole(pool: HashPool, paths: readonly string[]): Promise<number> {
  const results = await Promise.all(paths.map((path) => pool.full(path)))
  return results.filter(({ state }) => state === 'hashed').length
}

async function listOnce(core: Core, { path, limit }: { path: string; limit: number }) {
  const input = {
    path,
    all: false,
    sort: 'name',
    reverse: false,
    foldersFirst: true,
    thumbs: false,
    limit,
    offset: 0,
  } as const
  return core.libraries.resolve().files.list(input, new AbortController().signal)
}

function phasesOf(output: unknown): Seconds {
  return (output as { seconds: Seconds }).seconds
}

/** Whether every location was compared with the disk since the engine opened. */
function isScanned(core: Core, openedAt: number): boolean {
  const since = performance.timeOrigin + openedAt
  const { locations } = core.libraries.resolve()
  return locations.map.all().every(({ lastScanAt }) => lastScanAt !== null && lastScanAt >= since)
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + GIVE_UP_MS
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('what was waited for did not happen')
    await wait(POLL_MS)
  }
}
