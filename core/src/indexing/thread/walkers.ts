import { settledWithin } from '../../util/settled-within.ts'
import { WorkerClient } from '../../workers/worker-client.ts'
import { inThread } from '../../workers/worker-link.ts'
import type { PatientDisk } from './patient-disk.ts'
import type { WalkResults, WalkSetup, WalkTask } from './walk-messages.ts'

/** Limit on waiting for the threads of a session to end. */
const GONE_MS = 2_000

/** The workers that list the folders of one session: threads, or processes if the disk may never answer. */
export interface Walkers extends AsyncDisposable {
  readonly count: number
  /** Sends folders to a walker, numbered from 0. A walker may have several batches and works through them in order. */
  post(walker: number, tasks: readonly WalkTask[]): void
}

export interface WalkListener {
  answered(walker: number, results: WalkResults): void
  failed(err: unknown): void
}

const entry = new URL('./walk-worker.ts', import.meta.url)

/** Starts walking threads; each one starts with its first task. */
export function walkingThreads(setup: WalkSetup, count: number, listener: WalkListener): Walkers {
  const threads: (WorkerClient<readonly WalkTask[], WalkResults> | undefined)[] = Array.from({ length: count })
  const worker = inThread({ entry, name: 'walk', data: setup })
  return {
    count,
    post(walker, tasks) {
      const thread = (threads[walker] ??= new WorkerClient({ worker }))
      answer(walker, thread.run(tasks), listener)
    },
    async [Symbol.asyncDispose]() {
      const started = threads.filter((thread) => thread !== undefined)
      const ended = started.map((thread) => thread.end())
      // A thread that waits for a file system which does not answer cannot be ended. It is abandoned.
      if (!(await settledWithin(GONE_MS, ended))) for (const thread of started) thread.abandon()
    },
  }
}

/** Walks in the processes of `disk`, which decides which process gets a batch. The processes end with the session. */
export function walkingProcesses(setup: WalkSetup, disk: PatientDisk, count: number, listener: WalkListener): Walkers {
  const end = new AbortController()
  return {
    count,
    post(walker, tasks) {
      answer(walker, disk.ask('walk', { setup, tasks }, end.signal), listener)
    },
    async [Symbol.asyncDispose]() {
      end.abort()
    },
  }
}

function answer(walker: number, walked: Promise<WalkResults>, listener: WalkListener): void {
  walked.then(
    (results) => listener.answered(walker, results),
    (err: unknown) => listener.failed(err),
  )
}
