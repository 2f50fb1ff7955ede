import { parentPort } from 'node:worker_threads'
import { Walker } from './walk.ts'
import type { WalkRequest } from './walk-messages.ts'

/** A walking thread: keeps its scan's rules and answers each batch of folders with one message. */
function serve(port: NonNullable<typeof parentPort>): void {
  let walker: Walker | null = null
  port.on('message', (request: WalkRequest) => {
    if ('setup' in request) {
      walker = new Walker(request.setup)
      return
    }
    if (!walker) throw new Error('folders came before the setup')
    const results = walker.run(request.tasks)
    port.postMessage(results, [results.numbers.buffer as ArrayBuffer])
  })
}

if (parentPort) serve(parentPort)
