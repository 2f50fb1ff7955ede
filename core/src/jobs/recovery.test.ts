import { existsSync } from 'node:fs'
import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { JobId } from '../domain/index.ts'
import { seededRandom } from '../../testing/memory-network/random.ts'
import { CoreError } from '../util/errors.ts'
import { defineJob } from './index.ts'
import { defaultLimits } from './limits.ts'
import { createGated, createNoop, newsOf, openTestQueue, type TestQueue, until } from './test/test-queue.ts'

/** Changes the closed file as only an end of the process could have left it. */
function editDatabase(queue: TestQueue, sql: string): void {
  const db = new DatabaseSync(queue.file)
  try {
    db.exec(sql)
  } finally {
    db.close()
  }
}

/** The row of the only job. */
function queueRow(queue: TestQueue): { ready_at: number | null } {
  const db = new DatabaseSync(queue.file, { readOnly: true })
  try {
    return db.prepare('select ready_at from jobs').get() as unknown as { ready_at: number | null }
  } finally {
    db.close()
  }
}

/** Whether a job has failed once, and waits for its retry or runs again. */
function hasToWait(queue: TestQueue, id: JobId): boolean {
  return newsOf(queue, id).filter((type) => type === 'job.queued').length === 2
}

/** Starts a job, closes the queue, and makes it look as if the process had been killed while the job ran. */
async function killedWhile(queue: TestQueue, running: () => Promise<unknown>): Promise<void> {
  await running()
  await queue.jobs.close()
  editDatabase(queue, `update jobs set status = 'running', wanted = null where status = 'queued'`)
}

test('closing stops running jobs, and opening goes on with them at their checkpoint', async () => {
  const gated = createGated()
  await using queue = await openTestQueue([gated.job], { limits: { concurrency: { cpu: 1, io: 1, network: 1 } } })
  const running = await queue.jobs.enqueue(gated.job, { key: 'running' })
  const waiting = await queue.jobs.enqueue(gated.job, { key: 'waiting' })
  const paused = await queue.jobs.enqueue(gated.job, { key: 'paused' })
  await queue.jobs.pause(paused.id)
  await gated.running('running')
  const told = queue.jobs.wait(running.id).catch((err: unknown) => err)

  await queue.reopen(undefined, { start: false })
  expect(await told).toMatchObject({ code: 'Unavailable' })
  const statuses = () => [running, waiting, paused].map(({ id }) => queue.jobs.info(id).status)
  expect(statuses()).toEqual(['queued', 'queued', 'paused'])

  queue.jobs.start({})
  const again = await gated.running('running')
  expect(again.context.state).toEqual({ runs: 2 })
  expect(statuses()).toEqual(['running', 'queued', 'paused'])
  again.open('done')
  expect(await queue.jobs.wait(running.id)).toMatchObject({ status: 'completed', attempts: 1 })
})

test('a closed queue refuses work and closes again without effect', async () => {
  const noop = createNoop()
  await using queue = await openTestQueue([noop])
  await queue.jobs.close()
  await queue.jobs.close()
  await expect(queue.jobs.enqueue(noop, { n: 1 })).rejects.toMatchObject({ code: 'Unavailable' })
})

test('closing does not wait for ever for a job that does not listen', async () => {
  const never = Promise.withResolvers<null>()
  const deaf = defineJob({
    name: 'test.deaf',
    summary: 'Ignore the signal',
    input: z.object({}),
    state: z.null(),
    initial: null,
    output: z.null(),
    run: () => never.promise,
  })
  await using queue = await openTestQueue([deaf], { limits: { stopWaitMs: 5 } })
  const { id } = await queue.jobs.enqueue(deaf, {})
  await until(() => queue.jobs.counts().running === 1)
  await queue.reopen(undefined, { start: false })
  expect(queue.log.at(-1)).toMatchObject({ level: 'warn', fields: { jobs: [{ id, name: 'test.deaf' }] } })
  expect(queue.jobs.info(id).status).toBe('queued')
  never.resolve(null)
})

test('a kill uses up no retries, and what had been asked of a job is not forgotten', async () => {
  const gated = createGated({ retries: 1 })
  await using queue = await openTestQueue([gated.job])
  const { id } = await queue.jobs.enqueue(gated.job, { key: 'a' })
  for (let kill = 0; kill < 3; kill++) {
    await killedWhile(queue, () => gated.running('a'))
    await queue.reopen()
  }
  const first = await gated.running('a')
  expect(first.context.state).toEqual({ runs: 4 })
  expect(queue.jobs.info(id).attempts).toBe(1)
  first.fail(new CoreError('Offline', 'unplugged'))
  await until(() => queue.jobs.info(id).attempts === 2)

  await killedWhile(queue, () => gated.running('a'))
  editDatabase(queue, `update jobs set wanted = 'paused'`)
  await queue.reopen()
  expect(queue.jobs.info(id).status).toBe('paused')

  await queue.jobs.resume(id)
  await killedWhile(queue, () => gated.running('a'))
  editDatabase(queue, `update jobs set wanted = 'cancelled'`)
  await queue.reopen()
  expect(queue.jobs.info(id)).toMatchObject({ status: 'cancelled', attempts: 2 })
})

test('no number of kills is a failure of a job; one that gets nowhere waits a little before it runs again', async () => {
  const gated = createGated()
  await using queue = await openTestQueue([gated.job], { limits: { stops: 2, stoppedMaxMs: 5 } })
  const { id } = await queue.jobs.enqueue(gated.job, { key: 'a' })
  for (let kill = 0; kill < 60; kill++) {
    await killedWhile(queue, () => gated.running('a'))
    // An orderly close resets the count.
    editDatabase(queue, `update jobs set crashes = ${kill}`)
    await queue.reopen(undefined, { start: false })
    const { ready_at: readyAt } = queueRow(queue)
    expect(readyAt === null).toBe(kill < 2)
    queue.jobs.start({})
  }
  const run = await gated.running('a')
  run.open('done')
  expect(await queue.jobs.wait(id)).toMatchObject({ status: 'completed', attempts: 1 })
})

interface Work {
  readonly names: readonly string[]
  /** The process always stops during this item. */
  readonly culprit?: string
  /** The number of steps that a life of the process does before it is killed; lives are counted from 0. Null: no kill. */
  readonly killedAfter?: (life: number) => number | null
  readonly itemStops: number
}

/** Runs a job that works on three items at a time, restarting the process until the job is done. */
async function workUntilDone({ names, culprit, killedAfter = () => null, itemStops }: Work) {
  const done: string[] = []
  const reasons: string[] = []
  let kills = 0
  let killed = Promise.withResolvers<void>()
  const job = defineJob({
    name: 'test.items',
    summary: 'Work on items',
    input: z.object({}),
    state: z.null(),
    initial: null,
    output: z.null(),
    async run(_input, { items }) {
      const own = killed
      const end = async () => {
        own.resolve()
        await new Promise(() => {})
      }
      let left = killedAfter(kills)
      const work = async (some: readonly string[]) => {
        await using _begun = await items.begin(some)
        if (some.some((name) => name === culprit) || left === 0) await end()
        if (left !== null) left--
        done.push(...some)
      }
      const stopsOf = (name: string) => {
        const verdict = items.verdict(name)
        return verdict.when === 'last' ? verdict.stops : 0
      }
      const open = names.filter((name) => !done.includes(name)).toSorted((a, b) => stopsOf(a) - stopsOf(b))
      const now = open.filter((name) => items.verdict(name).when === 'now')
      for (let at = 0; at < now.length; at += 3) await work(now.slice(at, at + 3))
      for (const name of open) {
        const verdict = items.verdict(name)
        if (verdict.when === 'last') await work([name])
        if (verdict.when === 'never') reasons.push(`${name}: ${verdict.reason}`)
      }
      return null
    },
  })
  const limits = { stopWaitMs: 1, stops: 1_000, itemStops, suspectWaitMs: 4 }
  await using queue = await openTestQueue([job], { limits })
  const { id } = await queue.jobs.enqueue(job, {})
  for (;;) {
    await Promise.race([killed.promise, queue.jobs.wait(id)])
    if (queue.jobs.info(id).status === 'completed') return { kills, done: done.toSorted(), reasons }
    await queue.jobs.close()
    editDatabase(queue, `update jobs set status = 'running', wanted = null`)
    killed = Promise.withResolvers<void>()
    kills++
    await queue.reopen()
  }
}

test('an item during which the process stops again and again is set aside, and those beside it are done', async () => {
  const result = await workUntilDone({ names: ['a', 'b', 'c', 'd', 'e', 'f'], culprit: 'b', itemStops: 3 })
  // At the first stop, no items are noted yet. The second hits a, b and c; two more hit b alone.
  expect(result).toEqual({
    kills: 4,
    done: ['a', 'c', 'd', 'e', 'f'],
    reasons: ['b: Spacedrive stopped 3 times while it worked on this'],
  })
})

test('kills at random leave out no item', async () => {
  const seed = Date.now() % 1_000_000
  const random = seededRandom(seed)
  const names = Array.from({ length: 400 }, (_, i) => `item ${i}`)
  const result = await workUntilDone({
    names,
    // In steps and not in time, because on a busy machine every kill could hit the same item. Too few for all items: those
    // that were suspected wait for the end, where five kills may well hit one of the few that are left.
    killedAfter: (life) => (life < 25 ? 1 + Math.floor(random() * 5) : null),
    itemStops: defaultLimits.itemStops,
  })
  expect({ seed, ...result }).toEqual({ seed, kills: expect.any(Number), done: names.toSorted(), reasons: [] })
  expect(result.kills).toBe(25)
})

test('a job that cannot go on in the middle fails when it is cut short', async () => {
  const gated = createGated({ resumable: false })
  await using queue = await openTestQueue([gated.job])
  const closed = await queue.jobs.enqueue(gated.job, { key: 'a' })
  await gated.running('a')
  await queue.reopen()
  expect(queue.jobs.info(closed.id)).toMatchObject({ status: 'failed', error: { code: 'Cancelled' } })

  const killed = await queue.jobs.enqueue(gated.job, { key: 'b' })
  await gated.running('b')
  await queue.jobs.close()
  editDatabase(
    queue,
    `update jobs set status = 'running', error_code = null, ended_at = null where name = 'test.gated'`,
  )
  await queue.reopen()
  expect(queue.jobs.info(killed.id)).toMatchObject({ status: 'failed', error: { code: 'Cancelled' } })
})

test('an unfinished job that this version does not know has failed, and can be retried by one that does', async () => {
  const gated = createGated({ name: 'test.gone' })
  await using queue = await openTestQueue([gated.job])
  const { id } = await queue.jobs.enqueue(gated.job, { key: 'a' })
  await gated.running('a')
  await queue.reopen([createNoop()])
  expect(queue.jobs.info(id)).toMatchObject({
    status: 'failed',
    error: { code: 'Unsupported', message: expect.stringContaining('no job "test.gone"') },
  })
  await expect(queue.jobs.retry(id)).rejects.toMatchObject({ code: 'Conflict' })
  await queue.reopen([gated.job])
  await queue.jobs.retry(id)
  ;(await gated.running('a')).open('done')
  expect(await queue.jobs.wait(id)).toMatchObject({ status: 'completed' })
})

test('a checkpoint or an input of another version of the job is noticed', async () => {
  const old = createGated()
  const define = (state: z.ZodType, input: z.ZodType) =>
    defineJob({
      ...old.job,
      input,
      state,
      initial: { next: 'start' },
      output: z.unknown(),
      run: async (_input, context) => context.state,
    })
  await using queue = await openTestQueue([old.job])
  const { id } = await queue.jobs.enqueue(old.job, { key: 'a' })
  await old.running('a')
  await queue.reopen([define(z.object({ next: z.string() }), old.job.input)])
  expect(await queue.jobs.wait(id)).toMatchObject({ status: 'completed' })
  expect(queue.jobs.info(id).output).toEqual({ next: 'start' })
  expect(queue.log.map((line) => line.message)).toContain(
    'checkpoint of another version not understood; the job starts over',
  )

  await queue.reopen([old.job], { start: false })
  const second = await queue.jobs.enqueue(old.job, { key: 'b' })
  await queue.reopen([define(z.object({ next: z.string() }), z.object({ path: z.string() }))])
  expect(await queue.jobs.wait(second.id)).toMatchObject({ status: 'failed', error: { code: 'InvalidInput' } })
})

test('a wait for a retry goes on after a restart', async () => {
  const gated = createGated({ retries: 1 })
  await using queue = await openTestQueue([gated.job], { limits: { retryBaseMs: 40, retryMaxMs: 40 } })
  const { id } = await queue.jobs.enqueue(gated.job, { key: 'a' })
  ;(await gated.running('a')).fail(new CoreError('Locked', 'busy'))
  await until(() => hasToWait(queue, id))
  await queue.reopen()
  ;(await gated.running('a')).open('done')
  expect(await queue.jobs.wait(id)).toMatchObject({ status: 'completed', attempts: 2 })
})

test('a clock that is set back holds up no retry', async () => {
  const clock = { ms: Date.UTC(2026, 5, 1) }
  const gated = createGated({ retries: 1 })
  const limits = { retryBaseMs: 40, retryMaxMs: 40 }
  await using queue = await openTestQueue([gated.job], { limits, now: () => clock.ms })
  const { id } = await queue.jobs.enqueue(gated.job, { key: 'a' })
  ;(await gated.running('a')).fail(new CoreError('Locked', 'busy'))
  await until(() => hasToWait(queue, id))
  clock.ms = Date.UTC(2026, 0, 1)
  ;(await gated.running('a')).open('done')
  expect(await queue.jobs.wait(id)).toMatchObject({ status: 'completed', attempts: 2 })
})

test('warnings of a stretch that is run again are not counted twice', async () => {
  const atEnd = Promise.withResolvers<void>()
  const job = defineJob({
    name: 'test.warner',
    summary: 'Warn, and be stopped',
    input: z.object({}),
    state: z.number(),
    initial: 0,
    output: z.null(),
    async run(_input, { state, warn, checkpoint, signal }) {
      if (state === 0) {
        warn({ code: 'Unavailable', message: 'before the checkpoint' })
        await checkpoint(1)
      }
      warn({ code: 'Unavailable', message: 'after it' })
      atEnd.resolve()
      await until(() => signal.aborted || state === 1)
      signal.throwIfAborted()
      return null
    },
  })
  await using queue = await openTestQueue([job])
  const { id } = await queue.jobs.enqueue(job, {})
  await atEnd.promise
  expect(queue.jobs.info(id).warnings).toBe(2)
  await queue.reopen()
  expect(await queue.jobs.wait(id)).toMatchObject({ status: 'completed', warnings: 2 })
  expect(queue.jobs.info(id).warningList.map((w) => w.message)).toEqual(['before the checkpoint', 'after it'])
})

test.each([
  ['is no database', (file: string) => writeFile(file, 'this is no database at all, only some text\n'.repeat(200))],
  ['was cut in half', async (file: string) => truncate(file, Math.floor((await stat(file)).size / 2))],
  [
    'has a page of garbage',
    async (file: string) => {
      const bytes = await readFile(file)
      bytes.fill(0xa5, 4_096, 3 * 4_096)
      await writeFile(file, bytes)
    },
  ],
])('a jobs.db that %s is set aside, and a new one made', async (_how, damage) => {
  const noop = createNoop()
  await using queue = await openTestQueue([noop])
  for (let n = 0; n < 50; n++) await queue.jobs.enqueue(noop, { n })
  await queue.jobs.idle()
  await queue.jobs.close()
  await damage(queue.file)
  const damaged = await readFile(queue.file)

  await queue.reopen()
  const { id } = await queue.jobs.enqueue(noop, { n: 1 })
  expect(await queue.jobs.wait(id)).toMatchObject({ status: 'completed' })
  expect(queue.jobs.list()).toHaveLength(1)
  const aside = (await readdir(queue.dir)).filter((name) => /^jobs\.db\.corrupt-\d{8}T\d{6}Z$/.test(name))
  expect(aside).toHaveLength(1)
  expect(await readFile(join(queue.dir, aside[0]!))).toEqual(damaged)
  expect(queue.log[0]).toMatchObject({ level: 'warn', message: expect.stringContaining('moved aside') })
})

test('a database of something else is set aside, one of a newer version is refused', async () => {
  const noop = createNoop()
  await using queue = await openTestQueue([noop])
  await queue.jobs.close()
  editDatabase(queue, `insert into kysely_migration values ('999-from-the-future', '2040-01-01')`)
  await expect(queue.reopen()).rejects.toMatchObject({ code: 'VersionMismatch' })
  editDatabase(queue, `drop table kysely_migration; drop table kysely_migration_lock`)
  await queue.reopen()
  expect(queue.jobs.list()).toEqual([])
  expect((await readdir(queue.dir)).some((name) => name.startsWith('jobs.db.corrupt-'))).toBe(true)
})

test('the end of a job that could not be stored is stored later', async () => {
  const noop = createNoop()
  await using queue = await openTestQueue([noop], { limits: { databaseRetryMs: 5 } })
  editDatabase(
    queue,
    `create trigger broken before update on jobs when new.status = 'completed' begin select raise(abort, 'broken'); end`,
  )
  const { id } = await queue.jobs.enqueue(noop, { n: 1 })
  await until(() => queue.log.some((line) => line.message.includes('the end of a job was not stored')))
  expect(queue.jobs.info(id).status).toBe('running')
  editDatabase(queue, `drop trigger broken`)
  expect(await queue.jobs.wait(id)).toMatchObject({ status: 'completed' })
})

test('ended jobs and their logs are dropped beyond a number and an age', async () => {
  const clock = { ms: Date.UTC(2026, 0, 1) }
  const day = 24 * 60 * 60 * 1_000
  const logger = defineJob({
    ...createNoop(),
    name: 'test.logger',
    run: async ({ n }, { log }) => {
      log.info({ n }, 'ran')
      return null
    },
  })
  const gated = createGated()
  await using queue = await openTestQueue([logger, gated.job], { limits: { keptJobs: 5 }, now: () => clock.ms })
  const failing = await queue.jobs.enqueue(gated.job, { key: 'a' })
  ;(await gated.running('a')).fail(new Error('kept, though ten others ended since'))
  await queue.jobs.wait(failing.id)
  const ids: JobId[] = []
  for (let n = 0; n < 10; n++) {
    clock.ms += 1_000
    const { id } = await queue.jobs.enqueue(logger, { n })
    ids.push(id)
    await queue.jobs.wait(id)
  }
  await queue.reopen()
  await until(() => queue.jobs.list({ status: 'completed' }).length === 5)
  expect(queue.jobs.list().map((job) => job.id)).toEqual([...ids.slice(5).toReversed(), failing.id])

  await queue.reopen()
  await until(() => !existsSync(join(queue.dir, 'logs', `${ids[4]}.log`)))
  expect(existsSync(join(queue.dir, 'logs', `${ids[5]}.log`))).toBe(true)

  clock.ms += 31 * day
  await queue.reopen()
  await until(() => queue.jobs.list().length === 0)
})
