import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Job, JobDetails, JobId } from '../domain/index.ts'
import { CoreError } from '../util/errors.ts'
import { defineJob, type JobContext } from './index.ts'
import { measureFolder } from './test/measure-folder.ts'
import { createGated, createNoop, newsOf, openTestQueue, until } from './test/test-queue.ts'

const nobody = JobId.parse('019a0000-0000-7000-8000-000000000009')

test('a job runs, tells how far it is and keeps its output', async () => {
  await using queue = await openTestQueue([measureFolder], { limits: { progressEventMs: 60_000 } })
  const path = join(queue.dir, 'photos')
  await mkdir(path)
  for (const name of ['a', 'b', 'c']) await writeFile(join(path, name), 'x'.repeat(100))

  const { id, merged } = await queue.jobs.enqueue(measureFolder, { path })
  const job = await queue.jobs.wait(id)

  expect(merged).toBe(false)
  expect(Job.parse(job)).toEqual(job)
  expect(job).toMatchObject({
    name: 'examples.measure-folder',
    status: 'completed',
    attempts: 1,
    error: null,
    warnings: 0,
  })
  expect(job.progress).toMatchObject({ phase: 'measure', done: 3, total: 3, bytes: 300, etaMs: null })
  expect(JobDetails.parse(queue.jobs.info(id))).toMatchObject({ input: { path }, output: { files: 3, bytes: 300 } })
  expect(newsOf(queue, id)).toEqual(['job.queued', 'job.started', 'job.progressed', 'job.ended'])
})

test('a job is found by its name, and its input is checked', async () => {
  const noop = createNoop()
  await using queue = await openTestQueue([noop])
  const { id } = await queue.jobs.enqueueByName('test.noop', { n: 1 })
  expect(await queue.jobs.wait(id)).toMatchObject({ status: 'completed' })
  await expect(queue.jobs.enqueueByName('test.other', {})).rejects.toMatchObject({ code: 'NotFound' })
  await expect(queue.jobs.enqueueByName('test.noop', { n: 'one' })).rejects.toMatchObject({
    code: 'InvalidInput',
    message: 'test.noop does not take this input: n must be a number',
  })
  await expect(queue.jobs.enqueueByName('test.noop', {})).rejects.toMatchObject({
    code: 'InvalidInput',
    message: expect.stringMatching(/^test\.noop does not take this input: n /),
  })
  await expect(queue.jobs.enqueueByName('test.noop', undefined)).rejects.toMatchObject({
    code: 'InvalidInput',
    message: expect.stringMatching(/^test\.noop does not take this input: /),
  })
  await expect(queue.jobs.enqueueByName('test.noop', { n: 1, m: 2 })).rejects.toMatchObject({
    code: 'InvalidInput',
    message: expect.stringMatching(/^test\.noop has no field "m" in its input; /),
  })
  const large = { n: 1, big: 'x'.repeat(2_000_000) }
  await expect(queue.jobs.enqueue(noop, large)).rejects.toMatchObject({
    code: 'InvalidInput',
  })
  await expect(queue.jobs.enqueue(createNoop(), { n: 1 })).rejects.toMatchObject({ code: 'Unsupported' })
})

test('the kinds of job are listed with the schema of their input', async () => {
  const gated = createGated({ resumable: false })
  await using queue = await openTestQueue([createNoop(), gated.job])
  expect(queue.jobs.types()).toMatchObject([
    { name: 'test.noop', summary: 'Do nothing', resumable: true, inputSchema: { type: 'object', required: ['n'] } },
    { name: 'test.gated', resumable: false },
  ])
})

test('two definitions of one name are refused', async () => {
  await expect(openTestQueue([createNoop(), createNoop()])).rejects.toMatchObject({ code: 'AlreadyExists' })
})

test('jobs are listed the newest first, by status, and counted', async () => {
  const gated = createGated()
  await using queue = await openTestQueue([gated.job], { limits: { concurrency: { cpu: 1, io: 2, network: 1 } } })
  const ids: JobId[] = []
  for (const key of ['a', 'b', 'c', 'd']) ids.push((await queue.jobs.enqueue(gated.job, { key })).id)
  ;(await gated.running('a')).open('done')
  await queue.jobs.wait(ids[0]!)
  await gated.running('c')

  const statuses = (jobs: Job[]) => jobs.map((job) => [ids.indexOf(job.id), job.status])
  expect(statuses(queue.jobs.list())).toEqual([
    [3, 'queued'],
    [2, 'running'],
    [1, 'running'],
    [0, 'completed'],
  ])
  expect(statuses(queue.jobs.list({ status: 'running', limit: 1 }))).toEqual([[2, 'running']])
  expect(queue.jobs.counts()).toEqual({ running: 2, queued: 1, paused: 0 })
})

test('an unknown job is not found', async () => {
  await using queue = await openTestQueue([createNoop()])
  const notFound = { code: 'NotFound' }
  expect(() => queue.jobs.info(nobody)).toThrow('there is no job')
  await expect(queue.jobs.wait(nobody)).rejects.toMatchObject(notFound)
  await expect(queue.jobs.pause(nobody)).rejects.toMatchObject(notFound)
  await expect(queue.jobs.cancel(nobody)).rejects.toMatchObject(notFound)
  await expect(queue.jobs.retry(nobody)).rejects.toMatchObject(notFound)
})

test('waiting ends with the signal, and the job goes on', async () => {
  const gated = createGated()
  await using queue = await openTestQueue([gated.job])
  const { id } = await queue.jobs.enqueue(gated.job, { key: 'a' })
  await expect(queue.jobs.wait(id, AbortSignal.timeout(5))).rejects.toMatchObject({ code: 'Timeout' })
  await expect(queue.jobs.wait(id, AbortSignal.abort())).rejects.toMatchObject({ code: 'Cancelled' })
  const waiting = queue.jobs.wait(id)
  ;(await gated.running('a')).open('done')
  expect(await waiting).toMatchObject({ status: 'completed' })
})

test('a waiting or running job of the same key takes the place of another', async () => {
  const gated = createGated({ merge: true })
  await using queue = await openTestQueue([gated.job], { limits: { concurrency: { cpu: 1, io: 1, network: 1 } } })
  const first = await queue.jobs.enqueue(gated.job, { key: 'a' })
  await gated.running('a')
  expect(await queue.jobs.enqueue(gated.job, { key: 'a' })).toEqual({
    id: first.id,
    merged: true,
    wasRunning: true,
  })

  const waiting = await queue.jobs.enqueue(gated.job, { key: 'b' })
  expect(waiting.merged).toBe(false)
  expect(await queue.jobs.enqueue(gated.job, { key: 'b' }, { priority: 5 })).toEqual({
    id: waiting.id,
    merged: true,
    wasRunning: false,
  })
  expect(queue.jobs.info(waiting.id).priority).toBe(5)

  ;(await gated.running('a')).open('done')
  await queue.jobs.wait(first.id)
  const again = await queue.jobs.enqueue(gated.job, { key: 'a' })
  expect(again.merged).toBe(false)
  expect(again.id).not.toBe(first.id)
})

test('a request in the turn in which a job ends is told that the job was running', async () => {
  const gated = createGated({ merge: true })
  await using queue = await openTestQueue([gated.job])
  const first = await queue.jobs.enqueue(gated.job, { key: 'a' })
  ;(await gated.running('a')).open('done')
  // Both are written in one transaction: the job has passed everything, and has ended before the answer comes.
  const request = queue.jobs.enqueue(gated.job, { key: 'a' })
  expect(await request).toEqual({ id: first.id, merged: true, wasRunning: true })
  expect(queue.jobs.info(first.id).status).toBe('completed')
})

test('many calls for one key at once make one job', async () => {
  const gated = createGated({ merge: true })
  await using queue = await openTestQueue([gated.job])
  const added = await Promise.all(Array.from({ length: 50 }, () => queue.jobs.enqueue(gated.job, { key: 'a' })))
  expect(added.filter((job) => !job.merged)).toHaveLength(1)
  expect(new Set(added.map((job) => job.id)).size).toBe(1)
})

test('the queue is idle also after a job whose end made room among the old ones', async () => {
  const noop = createNoop()
  await using queue = await openTestQueue([noop])
  for (let n = 1; n <= 130; n++) {
    await queue.jobs.wait((await queue.jobs.enqueue(noop, { n })).id)
    await queue.jobs.idle()
  }
  expect(queue.jobs.counts()).toEqual({ running: 0, queued: 0, paused: 0 })
})

test('higher priorities run first, and within one the oldest', async () => {
  const order: number[] = []
  const noop = createNoop({ order })
  await using queue = await openTestQueue([noop], {
    start: false,
    limits: { concurrency: { cpu: 1, io: 1, network: 1 } },
  })
  for (const [n, priority] of [0, -1, 10, 0, 1, 10].entries()) await queue.jobs.enqueue(noop, { n }, { priority })
  queue.jobs.start({})
  await queue.jobs.idle()
  expect(order).toEqual([2, 5, 4, 0, 3, 1])
})

test('each class runs so many jobs side by side, and none waits for another class', async () => {
  const io = createGated()
  const network = createNoop({ concurrency: 'network' })
  await using queue = await openTestQueue([io.job, network], { limits: { concurrency: { cpu: 1, io: 2, network: 1 } } })
  for (const key of ['a', 'b', 'c']) await queue.jobs.enqueue(io.job, { key })
  const other = await queue.jobs.enqueue(network, { n: 1 })
  expect(await queue.jobs.wait(other.id)).toMatchObject({ status: 'completed' })
  await io.running('b')
  expect(['a', 'b', 'c'].map(io.isRunning)).toEqual([true, true, false])
  ;(await io.running('a')).open('done')
  await io.running('c')
})

test('a job that throws has failed: with its code, or as Internal', async () => {
  const gated = createGated()
  await using queue = await openTestQueue([gated.job])
  const known = await queue.jobs.enqueue(gated.job, { key: 'known' })
  const unknown = await queue.jobs.enqueue(gated.job, { key: 'unknown' })
  ;(await gated.running('known')).fail(new CoreError('Corrupt', 'the archive is damaged'))
  ;(await gated.running('unknown')).fail(new TypeError('x is undefined'))
  const corrupt = { code: 'Corrupt', message: 'the archive is damaged' }
  expect(await queue.jobs.wait(known.id)).toMatchObject({ status: 'failed', error: corrupt, attempts: 1 })
  expect(await queue.jobs.wait(unknown.id)).toMatchObject({
    status: 'failed',
    error: { code: 'Internal', message: 'x is undefined' },
  })
  expect(queue.jobs.info(unknown.id).log).toEqual([expect.stringContaining('x is undefined')])
})

test('an error that may pass is tried again from the checkpoint, as often as the job says', async () => {
  const gated = createGated({ retries: 2 })
  await using queue = await openTestQueue([gated.job])
  const { id } = await queue.jobs.enqueue(gated.job, { key: 'a' })
  for (let attempt = 1; attempt <= 2; attempt++) {
    ;(await gated.running('a')).fail(new CoreError('Unavailable', 'busy'))
    await until(() => !gated.isRunning('a'))
  }
  const third = await gated.running('a')
  expect(third.context.state).toEqual({ runs: 3 })
  third.fail(new CoreError('Unavailable', 'still busy'))
  expect(await queue.jobs.wait(id)).toMatchObject({ status: 'failed', attempts: 3, error: { message: 'still busy' } })
  expect(newsOf(queue, id).filter((type) => type === 'job.queued')).toHaveLength(3)
})

test('what a job could not do is counted exactly, listed up to a limit, and told', async () => {
  const warner = defineJob({
    name: 'test.warner',
    summary: 'Warn',
    input: z.object({ folder: z.string() }),
    state: z.null(),
    initial: null,
    output: z.null(),
    subject: ({ folder }) => folder,
    async run(_input, { warn, checkpoint, progress }) {
      progress({ phase: 'walk' })
      for (let n = 0; n < 3; n++) warn({ code: 'PermissionDenied', message: `no ${n}`, path: `/x/${n}` })
      await checkpoint(null)
      progress({ phase: 'read' })
      for (let n = 3; n < 100; n++) warn({ code: 'Unavailable', message: `no ${n}` })
      return null
    },
  })
  await using queue = await openTestQueue([warner], { limits: { warnings: 4 } })
  const { id } = await queue.jobs.enqueue(warner, { folder: '/x' })
  expect(await queue.jobs.wait(id)).toMatchObject({ status: 'completed', warnings: 100, subject: '/x' })
  const { warningList, log } = queue.jobs.info(id)
  expect(warningList.map(({ code, message, path, phase }) => [code, message, path, phase])).toEqual([
    ['PermissionDenied', 'no 0', '/x/0', 'walk'],
    ['PermissionDenied', 'no 1', '/x/1', 'walk'],
    ['PermissionDenied', 'no 2', '/x/2', 'walk'],
    ['Unavailable', 'no 3', null, 'read'],
  ])
  expect(log).toHaveLength(4)
  expect(queue.events.filter((event) => event.type === 'job.warned')).toHaveLength(4)
})

test('a running job is shown with its latest progress, warnings and log', async () => {
  const gated = createGated()
  await using queue = await openTestQueue([gated.job])
  const { id } = await queue.jobs.enqueue(gated.job, { key: 'a' })
  const { context } = await gated.running('a')
  context.progress({ phase: 'walk', done: 1, total: 10 })
  context.progress({ done: 7 })
  context.warn({ code: 'Unavailable', message: 'skipped' })
  context.log.info({ folder: '/x' }, 'half way')
  const info = queue.jobs.info(id)
  expect(info).toMatchObject({ status: 'running', warnings: 1, progress: { phase: 'walk', done: 7, total: 10 } })
  expect(info.warningList).toMatchObject([{ code: 'Unavailable', message: 'skipped', path: null }])
  expect(info.log.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['skipped', 'half way'])
})

test('progress in a tight loop makes few events, and the last one tells the end', async () => {
  const gated = createGated()
  await using queue = await openTestQueue([gated.job], { limits: { progressEventMs: 20 } })
  const { id } = await queue.jobs.enqueue(gated.job, { key: 'a' })
  const { context } = await gated.running('a')
  for (let done = 1; done <= 10_000; done++) context.progress({ done, total: 10_000 })
  const heard = () => queue.events.filter((event) => event.type === 'job.progressed')
  expect(heard()).toHaveLength(1)
  await until(() => heard().length === 2)
  expect(heard()[1]).toMatchObject({ data: { id, progress: { done: 10_000 } } })
})

test('a job that has come back saves nothing more', async () => {
  let leaked: JobContext<null> | null = null
  const leaky = defineJob({
    name: 'test.leaky',
    summary: 'Leave something running',
    input: z.object({}),
    state: z.null(),
    initial: null,
    output: z.null(),
    run: async (_input, context) => {
      leaked = context
      return null
    },
  })
  await using queue = await openTestQueue([leaky])
  const { id } = await queue.jobs.enqueue(leaky, {})
  await queue.jobs.wait(id)
  await expect(leaked!.checkpoint(null)).rejects.toMatchObject({ code: 'Conflict' })
})
