import { workerData } from 'node:worker_threads'
import { serveWorker } from '../../workers/serve-worker.ts'
import { Walker } from './walk.ts'
import type { WalkSetup, WalkTask } from './walk-messages.ts'

// A walking thread: keeps its scan's rules and answers each batch of folders with one message.
const walker = new Walker(workerData as WalkSetup)

serveWorker((tasks: readonly WalkTask[]) => {
  const reply = walker.run(tasks)
  return { reply, transfer: [reply.numbers.buffer as ArrayBuffer] }
})
