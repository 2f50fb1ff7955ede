import { settledWithin } from '../../util/settled-within.ts'
import { WorkerClient } from '../../workers/worker-client.ts'
import { inThread } from '../../workers/worker-link.ts'
import type { PatientDisk } from './patient-disk.ts'
import type { WalkResults, WalkSetup, WalkTask } from './walk-messages.ts'

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

const entry = new URL('./walk-worker.ts', import.meta.url)

/** Each thread starts with its first task. */
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
      // One that waits for a file system which does not answer cannot be ended: it is left behind.
      if (!(await settledWithin(GONE_MS, ended))) for (const thread of started) thread.abandon()
    },
  }
}

/** In as many processes as `disk` has; which of them takes a batch is theirs to say. They end with the session. */
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
