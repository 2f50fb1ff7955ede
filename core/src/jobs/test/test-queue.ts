import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import type { JobId } from '../../domain/index.ts'
import { type Event, EventBus } from '../../events/index.ts'
import { type Logger, silentLogger } from '../../util/logger.ts'
import { type AnyJob, defineJob, type JobContext, type JobLimits, JobManager } from '../index.ts'

export interface LogLine {
  level: 'warn' | 'error'
  fields: object
  message: string
}

export interface TestQueue extends AsyncDisposable {
  readonly jobs: JobManager<object>
  /** The sent events, in order. */
  readonly events: Event[]
  readonly log: LogLine[]
  readonly dir: string
  readonly file: string
  /** Closes the queue and opens it again, as a restart of the process does. */
  reopen(definitions?: readonly AnyJob<object>[], options?: { start: boolean }): Promise<void>
}

export interface TestQueueOptions {
  readonly limits?: Partial<JobLimits>
  readonly now?: () => number
  /** False: nothing runs until `jobs.start`. */
  readonly start?: boolean
  /** False: `events` stays empty. */
  readonly hear?: boolean
}

/** However slow the machine is, a job that stops has stopped by then, in milliseconds. */
const STOP_WAIT_MS = 120_000

/** A real queue in a folder of its own, with quick retries. */
export async function openTestQueue(
  definitions: readonly AnyJob<object>[],
  { limits, now = Date.now, start = true, hear = true }: TestQueueOptions = {},
): Promise<TestQueue> {
  const dir = await mkdtemp(join(tmpdir(), 'spacedrive-jobs-'))
  const file = join(dir, 'jobs.db')
  const events: Event[] = []
  const lines: LogLine[] = []
  const log: Logger = {
    ...silentLogger,
    warn: (fields, message) => void lines.push({ level: 'warn', fields, message }),
    error: (fields, message) => void lines.push({ level: 'error', fields, message }),
  }
  const bus = new EventBus({ log, now })
  if (hear) bus.subscribe((event) => events.push(event))
  const open = (jobs: readonly AnyJob<object>[]) =>
    JobManager.open<object>({
      file,
      logDir: join(dir, 'logs'),
      definitions: jobs,
      emit: (type, data) => bus.emit(type, data),
      log,
      now,
      random: () => 0,
      limits: { retryBaseMs: 2, retryMaxMs: 10, stopWaitMs: STOP_WAIT_MS, ...limits },
    })
  let jobs = await open(definitions)
  if (start) jobs.start({})
  return {
    get jobs() {
      return jobs
    },
    events,
    log: lines,
    dir,
    file,
    async reopen(next = definitions, options = { start: true }) {
      await jobs.close()
      jobs = await open(next)
      if (options.start) jobs.start({})
    },
    async [Symbol.asyncDispose]() {
      await jobs.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** Polls between turns of the event loop; the test's own time limit ends it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate()
}

/** A job that does nothing. `order` gets the input of each run as it starts. */
export function createNoop(options: { concurrency?: 'cpu' | 'io' | 'network'; order?: number[] } = {}) {
  return defineJob({
    name: 'test.noop',
    summary: 'Do nothing',
    input: z.object({ n: z.number() }),
    state: z.null(),
    initial: null,
    output: z.null(),
    concurrency: options.concurrency ?? 'io',
    run: async ({ n }) => {
      options.order?.push(n)
      return null
    },
  })
}

const GatedState = z.object({ runs: z.number() })
type GatedContext = JobContext<z.infer<typeof GatedState>>

interface Gate {
  readonly context: GatedContext
  readonly open: (result: string) => void
  readonly fail: (err: Error) => void
}

/** A job whose runs, counted in a checkpoint, each wait until the test ends them. Runs are found by `key`. */
export function createGated(options: { name?: string; merge?: boolean; retries?: number; resumable?: boolean } = {}) {
  const gates = new Map<string, Gate>()
  const job = defineJob({
    name: options.name ?? 'test.gated',
    summary: 'Wait for the test',
    input: z.object({ key: z.string() }),
    state: GatedState,
    initial: { runs: 0 },
    output: z.object({ result: z.string(), runs: z.number() }),
    retries: options.retries ?? 0,
    resumable: options.resumable ?? true,
    key: ({ key }) => (options.merge ? key : null),
    async run({ key }, context) {
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      context.signal.addEventListener('abort', () => reject(context.signal.reason))
      await context.checkpoint({ runs: context.state.runs + 1 })
      gates.set(key, { context, open: resolve, fail: reject })
      try {
        const result = await promise
        return { result, runs: context.state.runs }
      } finally {
        gates.delete(key)
      }
    },
  })
  return {
    job,
    isRunning: (key: string) => gates.has(key),
    /** Waits until the job of this key runs. */
    async running(key: string): Promise<Gate> {
      await until(() => gates.has(key))
      return gates.get(key)!
    },
  }
}

/** The events about one job, in order. */
export function newsOf(queue: TestQueue, id: JobId): string[] {
  return queue.events.flatMap((event) => ('id' in event.data && event.data.id === id ? [event.type] : []))
}
