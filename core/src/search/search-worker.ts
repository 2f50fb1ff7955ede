import { workerData } from 'node:worker_threads'
import type { EntryChanges } from '../store/index.ts'
import { serveRequests } from '../workers/serve-requests.ts'
import { LibraryIndex } from './library-index.ts'
import type { LocatedPlan } from './messages.ts'

/** The data that the thread is started with. */
export interface SearchWorkerData {
  /** The library's database file. */
  readonly file: string
  /** The library's sidecar folder. */
  readonly sidecars: string
}

// The thread that searches one library.
const { file, sidecars } = workerData as SearchWorkerData
let index: LibraryIndex | null = null

serveRequests(
  (plan: LocatedPlan) => {
    index ??= new LibraryIndex(file, sidecars)
    return { reply: index.search(plan) }
  },
  { onTold: (changes) => index?.apply(changes as EntryChanges) },
)
