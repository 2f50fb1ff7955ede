import { parentPort, workerData } from 'node:worker_threads'
import { CoreError, errorMessage } from '../util/errors.ts'
import { LibraryIndex } from './library-index.ts'
import type { LocatedPlan, WorkerReply, WorkerRequest } from './messages.ts'

/** The data that the thread is started with. */
export interface SearchWorkerData {
  /** The library's database file. */
  readonly file: string
  /** The library's sidecar folder. */
  readonly sidecars: string
}

/** The thread that searches one library. */
function serve(): void {
  const port = parentPort
  if (!port) throw new Error('search-worker runs in a worker thread only')
  const { file, sidecars } = workerData as SearchWorkerData
  let index: LibraryIndex | null = null

  const answer = (search: LocatedPlan): WorkerReply => {
    try {
      index ??= new LibraryIndex(file, sidecars)
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
