import { workerData } from 'node:worker_threads'
import { serveRequests } from '../../workers/serve-requests.ts'
import { Walker } from './walk.ts'
import type { WalkSetup, WalkTask } from './walk-messages.ts'

// A walking thread: keeps its scan's rules and answers each batch of folders with one message.
const walker = new Walker(workerData as WalkSetup)

serveRequests((tasks: readonly WalkTask[]) => {
  const reply = walker.run(tasks)
  return { reply, transfer: [reply.numbers.buffer as ArrayBuffer] }
})
