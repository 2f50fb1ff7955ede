import { Worker } from 'node:worker_threads'
import { settledWithin } from '../../util/settled-within.ts'
import type { PatientDisk } from './patient-disk.ts'
import type { WalkRequest, WalkResults, WalkSetup, WalkTask } from './walk-messages.ts'

/** How long the end of a session waits for its threads. */
const GONE_MS = 2_000

/** What lists the folders of one session: threads, or processes where the disk may never answer. */
export interface Walkers extends AsyncDisposable {
  readonly count: number
  /** Hands a walker, from 0, some folders; a walker takes several batches and does one after another. */
  post(walker: number, tasks: readonly WalkTask[]): void
}

export interface WalkListener {
  answered(walker: number, results: WalkResults): void
  failed(err: unknown): void
}

/** Each thread starts with its first task. */
export function walkingThreads(setup: WalkSetup, count: number, listener: WalkListener): Walkers {
  const threads: (Worker | undefined)[] = Array.from({ length: count })
  const start = (walker: number) => {
    const thread = new Worker(new URL('./walk-worker.ts', import.meta.url), { name: 'walk' })
    thread.on('message', (results: WalkResults) => listener.answered(walker, results))
    thread.on('error', (err) => listener.failed(err))
    thread.postMessage({ setup } satisfies WalkRequest)
    return thread
  }
  return {
    count,
    post: (walker, tasks) => (threads[walker] ??= start(walker)).postMessage({ tasks } satisfies WalkRequest),
    async [Symbol.asyncDispose]() {
      const started = threads.filter((thread) => thread !== undefined)
      const ended = started.map((thread) => thread.terminate())
      // One that waits for a file system which does not answer cannot be ended: it is left behind.
      if (!(await settledWithin(GONE_MS, ended))) for (const thread of started) thread.unref()
    },
  }
}

/** In as many processes as `disk` has; which of them takes a batch is theirs to say. They end with the session. */
export function walkingProcesses(setup: WalkSetup, disk: PatientDisk, count: number, listener: WalkListener): Walkers {
  const end = new AbortController()
  return {
    count,
    post(walker, tasks) {
      disk.ask('walk', { setup, tasks }, end.signal).then(
        (results) => listener.answered(walker, results),
        (err: unknown) => listener.failed(err),
      )
    },
    async [Symbol.asyncDispose]() {
      end.abort()
    },
  }
}
