import { expect, test } from 'vitest'
import { z } from 'zod'
import type { JobId } from '../domain/index.ts'
import { CoreError } from '../util/errors.ts'
import { defineJob } from './index.ts'
import { createGated, createNoop, newsOf, openTestQueue, type TestQueue, until } from './test/test-queue.ts'

const oneAtATime = { concurrency: { cpu: 1, io: 1, network: 1 } }

function statusOf(queue: TestQueue, id: JobId): string {
  return queue.jobs.info(id).status
}

test('a running job is paused, keeps its checkpoint and goes on from it', async () => {
  const gated = createGated()
  await using queue = await openTestQueue([gated.job])
  const { id } = await queue.jobs.enqueue(gated.job, { key: 'a' })
  const { context } = await gated.running('a')
  context.progress({ done: 5, total: 10 })

  expect(await queue.jobs.pause(id)).toMatchObject({ status: 'paused', progress: { done: 5, total: 10 } })
  expect(context.signal.aborted).toBe(true)
  expect(await queue.jobs.pause(id)).toMatchObject({ status: 'paused' })
  await queue.jobs.idle()

  expect(await queue.jobs.resume(id)).toMatchObject({ status: 'queued' })
  const again = await gated.running('a')
  expect(again.context.state).toEqual({ runs: 2 })
  expect(queue.jobs.info(id).progress).toMatchObject({ done: 5, total: 10 })
  again.open('done')
  expect(await queue.jobs.wait(id)).toMatchObject({ status: 'completed', attempts: 1 })
  expect(newsOf(queue, id).filter((type) => type !== 'job.progressed')).toEqual([
    'job.queued',
    'job.started',
    'job.paused',
    'job.queued',
    'job.started',
    'job.ended',
  ])
})

test('a queued job is paused and cancelled without having run', async () => {
  const gated = createGated()
  await using queue = await openTestQueue([gated.job], { limits: oneAtATime })
  await queue.jobs.enqueue(gated.job, { key: 'blocker' })
  await gated.running('blocker')
  const { id } = await queue.jobs.enqueue(gated.job, { key: 'a' })
  expect(await queue.jobs.pause(id)).toMatchObject({ status: 'paused', startedAt: null })
  const ended = queue.jobs.wait(id)
  expect(await queue.jobs.cancel(id)).toMatchObject({ status: 'cancelled', startedAt: null, attempts: 0 })
  expect(await ended).toMatchObject({ status: 'cancelled' })
})

test('a running job is cancelled and can be tried again from its checkpoint', async () => {
  const gated = createGated()
  await using queue = await openTestQueue([gated.job])
  const { id } = await queue.jobs.enqueue(gated.job, { key: 'a' })
  await gated.running('a')
  expect(await queue.jobs.cancel(id)).toMatchObject({ status: 'cancelled', error: null })
  expect(await queue.jobs.cancel(id)).toMatchObject({ status: 'cancelled' })

  expect(await queue.jobs.retry(id)).toMatchObject({ status: 'queued', endedAt: null })
  const again = await gated.running('a')
  expect(again.context.state).toEqual({ runs: 2 })
  again.open('done')
  expect(await queue.jobs.wait(id)).toMatchObject({ status: 'completed', attempts: 1 })
})

test('what has ended is not paused, resumed or cancelled, and only what failed is retried', async () => {
  const gated = createGated({ merge: true })
  await using queue = await openTestQueue([gated.job])
  const { id } = await queue.jobs.enqueue(gated.job, { key: 'a' })
  await gated.running('a')
  await expect(queue.jobs.retry(id)).rejects.toMatchObject({ code: 'Conflict' })
  expect(await queue.jobs.resume(id)).toMatchObject({ status: 'running' })
  ;(await gated.running('a')).fail(new CoreError('Corrupt', 'no'))
  await queue.jobs.wait(id)
  for (const control of [queue.jobs.pause(id), queue.jobs.resume(id), queue.jobs.cancel(id)]) {
    await expect(control).rejects.toMatchObject({ code: 'Conflict', message: expect.stringContaining('retry it') })
  }
  const other = await queue.jobs.enqueue(gated.job, { key: 'a' })
  await expect(queue.jobs.retry(id)).rejects.toMatchObject({
    code: 'Conflict',
    message: expect.stringContaining(other.id),
  })
})

test('a job that finishes although it was asked to pause has completed', async () => {
  const stubborn = defineJob({
    name: 'test.stubborn',
    summary: 'Finish anyway',
    input: z.object({}),
    state: z.null(),
    initial: null,
    output: z.string(),
    async run(_input, { signal }) {
      await until(() => signal.aborted)
      return 'finished'
    },
  })
  await using queue = await openTestQueue([stubborn])
  const { id } = await queue.jobs.enqueue(stubborn, {})
  expect(await queue.jobs.pause(id)).toMatchObject({ status: 'completed' })
  expect(queue.jobs.info(id).output).toBe('finished')
})

test('pausing does not wait for ever for a job that does not listen', async () => {
  const released = Promise.withResolvers<null>()
  const deaf = defineJob({
    name: 'test.deaf',
    summary: 'Ignore the signal',
    input: z.object({}),
    state: z.null(),
    initial: null,
    output: z.null(),
    run: () => released.promise,
  })
  await using queue = await openTestQueue([deaf], { limits: { stopWaitMs: 5 } })
  const { id } = await queue.jobs.enqueue(deaf, {})
  await until(() => statusOf(queue, id) === 'running')
  expect(await queue.jobs.pause(id)).toMatchObject({ status: 'running' })
  released.resolve(null)
  expect(await queue.jobs.wait(id)).toMatchObject({ status: 'completed' })
})

test('a job that is resumed while it is stopping goes on', async () => {
  const slow = Promise.withResolvers<void>()
  let runs = 0
  const job = defineJob({
    name: 'test.slow-stop',
    summary: 'Stop slowly',
    input: z.object({}),
    state: z.null(),
    initial: null,
    output: z.null(),
    async run(_input, { signal }) {
      if (++runs > 1) return null
      await until(() => signal.aborted)
      await slow.promise
      throw signal.reason
    },
  })
  await using queue = await openTestQueue([job])
  const { id } = await queue.jobs.enqueue(job, {})
  await until(() => runs === 1)
  const paused = queue.jobs.pause(id)
  const resumed = queue.jobs.resume(id)
  await resumed
  slow.resolve()
  expect(await queue.jobs.wait(id)).toMatchObject({ status: 'completed', attempts: 1 })
  await paused
  expect(runs).toBe(2)
})

test.each([
  ['cancel', 'cancelled'],
  ['resume', 'running'],
] as const)('asked for while a job comes to a stop to be paused, %s is not lost', async (what, status) => {
  const gated = createGated()
  await using queue = await openTestQueue([gated.job])
  const { id } = await queue.jobs.enqueue(gated.job, { key: 'a' })
  const { context } = await gated.running('a')
  // Asked before the run has come back, and stored together with its end.
  const asked = Promise.withResolvers<unknown>()
  context.signal.addEventListener('abort', () => asked.resolve(queue.jobs[what](id)))
  await Promise.all([queue.jobs.pause(id), asked.promise])
  await until(() => statusOf(queue, id) !== 'queued')
  expect(statusOf(queue, id)).toBe(status)
})

test('a job that fails just as it is paused is paused, and not tried again', async () => {
  const failing = defineJob({
    name: 'test.failing',
    summary: 'Fail when it should stop',
    input: z.object({}),
    state: z.null(),
    initial: null,
    output: z.null(),
    retries: 5,
    async run() {
      // Asked for and stored together with the failure, which does not know of it.
      void queue.jobs.pause(id)
      throw new CoreError('Unavailable', 'busy')
    },
  })
  await using queue = await openTestQueue([failing], { start: false })
  const { id } = await queue.jobs.enqueue(failing, {})
  queue.jobs.start({})
  await queue.jobs.idle()
  expect(queue.jobs.info(id)).toMatchObject({ status: 'paused', attempts: 1 })
})

test('a job that cannot be resumed cannot be paused', async () => {
  const gated = createGated({ resumable: false })
  await using queue = await openTestQueue([gated.job])
  const { id } = await queue.jobs.enqueue(gated.job, { key: 'a' })
  await gated.running('a')
  await expect(queue.jobs.pause(id)).rejects.toMatchObject({ code: 'Conflict' })
  expect(await queue.jobs.cancel(id)).toMatchObject({ status: 'cancelled' })
})

test('a job of the same key waits until the one being cancelled is gone', async () => {
  const gate = Promise.withResolvers<void>()
  const spans: string[] = []
  const job = defineJob({
    name: 'test.exclusive',
    summary: 'Never beside itself',
    input: z.object({ n: z.number() }),
    state: z.null(),
    initial: null,
    output: z.null(),
    key: () => 'one',
    async run({ n }, { signal }) {
      spans.push(`begin ${n}`)
      if (n === 1) await until(() => signal.aborted).then(() => gate.promise)
      spans.push(`end ${n}`)
      signal.throwIfAborted()
      return null
    },
  })
  await using queue = await openTestQueue([job, createNoop()])
  const first = await queue.jobs.enqueue(job, { n: 1 })
  await until(() => spans.length === 1)
  const cancelled = queue.jobs.cancel(first.id)
  const second = await queue.jobs.enqueue(job, { n: 2 })
  expect(second.merged).toBe(false)
  gate.resolve()
  expect(await cancelled).toMatchObject({ status: 'cancelled' })
  expect(await queue.jobs.wait(second.id)).toMatchObject({ status: 'completed' })
  expect(spans).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2'])
})

/** A parent with a running child, a waiting child that was paused by itself, and a grandchild. */
async function openFamily() {
  const gated = createGated()
  const queue = await openTestQueue([gated.job])
  const parent = await queue.jobs.enqueue(gated.job, { key: 'parent' }, { priority: 1 })
  const { context } = await gated.running('parent')
  const child = await context.enqueue(gated.job, { key: 'child' })
  const held = await context.enqueue(gated.job, { key: 'held' })
  await gated.running('held')
  await queue.jobs.pause(held.id)
  const grandchild = await (await gated.running('child')).context.enqueue(gated.job, { key: 'grandchild' })
  await gated.running('grandchild')
  const family = [parent, child, held, grandchild]
  return {
    queue,
    gated,
    context,
    parent,
    child,
    statuses: () => family.map(({ id }) => statusOf(queue, id)),
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
  }
}

test('children have their parent and at least its priority', async () => {
  await using family = await openFamily()
  const { queue, parent, child } = family
  expect(queue.jobs.info(child.id)).toMatchObject({ parentId: parent.id, priority: 1 })
})

test('pausing and resuming a job does the same to all below it, but not to what was paused by itself', async () => {
  await using family = await openFamily()
  const { queue, gated, context, parent, statuses } = family
  await queue.jobs.pause(parent.id)
  await until(() => statuses().every((status) => status === 'paused'))
  await expect(context.enqueue(gated.job, { key: 'late' })).rejects.toThrow('asked to stop')

  await queue.jobs.resume(parent.id)
  for (const key of ['parent', 'child', 'grandchild']) await gated.running(key)
  expect(statuses()).toEqual(['running', 'running', 'paused', 'running'])
})

test('cancelling a job cancels all below it', async () => {
  await using family = await openFamily()
  const { queue, parent, statuses } = family
  await queue.jobs.cancel(parent.id)
  await until(() => statuses().every((status) => status === 'cancelled'))
  await expect(queue.jobs.enqueueByName('test.gated', { key: 'x' }, { parentId: parent.id })).rejects.toMatchObject({
    code: 'Conflict',
  })
})

test('a job with very many children is cancelled with all of them', async () => {
  const gated = createGated()
  const noop = createNoop({ concurrency: 'cpu' })
  const cpuBlocker = createGated({ name: 'test.blocker' })
  const blocker: typeof cpuBlocker.job = { ...cpuBlocker.job, concurrency: 'cpu' }
  await using queue = await openTestQueue([gated.job, blocker, noop], { limits: oneAtATime })
  await queue.jobs.enqueue(blocker, { key: 'blocker' })
  const parent = await queue.jobs.enqueue(gated.job, { key: 'parent' })
  const { context } = await gated.running('parent')
  await Promise.all(Array.from({ length: 1_000 }, (_, n) => context.enqueue(noop, { n })))
  expect(queue.jobs.counts()).toEqual({ running: 2, queued: 1_000, paused: 0 })
  await queue.jobs.cancel(parent.id)
  expect(queue.jobs.counts()).toEqual({ running: 1, queued: 0, paused: 0 })
})
