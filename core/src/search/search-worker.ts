import { parentPort, workerData } from 'node:worker_threads'
import { CoreError, errorMessage } from '../util/errors.ts'
import { LibraryIndex } from './library-index.ts'
import type { LocatedPlan, WorkerReply, WorkerRequest } from './messages.ts'

/** The thread that searches one library; `workerData` is its database file. */
function serve(): void {
  const port = parentPort
  if (!port) throw new Error('search-worker runs in a worker thread only')
  let index: LibraryIndex | null = null

  const answer = (search: LocatedPlan): WorkerReply => {
    try {
      index ??= new LibraryIndex(String(workerData))
      return { answer: index.search(search) }
    } catch (err) {
      return { error: { code: err instanceof CoreError ? err.code : 'Internal', message: errorMessage(err) } }
    }
  }
  port.on('message', (request: WorkerRequest) => {
    switch (request.type) {
      case 'search':
        return port.postMessage(answer(request.search))
      case 'changes':
        return index?.apply(request.changes)
      case 'close':
        index?.[Symbol.dispose]()
        return port.close()
    }
  })
}

serve()
