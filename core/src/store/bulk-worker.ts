import { workerData } from 'node:worker_threads'
import { databaseError } from '../db/errors.ts'
import { openDatabase } from '../db/sqlite.ts'
import { lowerThreadPriority } from '../util/lower-thread-priority.ts'
import { type ServeContext, serveRequests } from '../workers/serve-requests.ts'
import type { BulkHost, BulkNote, BulkQuestion, BulkRequest, BulkWork, BulkWorkerData } from './bulk-messages.ts'
import { TrackedTransactions } from './tracked-transaction.ts'

/** Size of the page cache in KiB: enough for the indexes of a million entries. */
const CACHE_KIB = 65_536
/** WAL pages (64 MiB) after which the worker writes them back. It pauses seldom enough, and the log stays small. */
const AUTOCHECKPOINT_PAGES = 8_192

// The bulk thread: it reads and writes a library's database for work that the main thread has no time for. It and the
// threads that it starts have low priority, because a person may be waiting for a listing.
lowerThreadPriority()
const { file, readOnly } = workerData as BulkWorkerData
const db = openDatabase(file, { cacheKiB: CACHE_KIB, readOnly })
if (!readOnly) db.exec(`pragma wal_autocheckpoint = ${AUTOCHECKPOINT_PAGES}`)
const memory = new Map<string, unknown>()
const transactions = new TrackedTransactions(db)

serveRequests(
  async ({ input, module, name }: BulkRequest, context) => {
    try {
      const works = (await import(module)) as Record<string, BulkWork<unknown, unknown>>
      return { reply: await works[name]!(db, input, hostOf(context)) }
    } catch (err) {
      throw databaseError(err, file)
    }
  },
  { sideBySide: true },
)

function hostOf({ ask, note, signal }: ServeContext): BulkHost {
  const tell = (about: BulkNote) => note(about)
  const question = (about: BulkQuestion) => ask(about)
  const host: BulkHost = {
    signal,
    readOnly,
    memory,
    transactions,
    async lease() {
      // The library is read-only, so SQLite refuses to write anyway.
      if (readOnly) return { [Symbol.dispose]: () => {} }
      const lease = Number(await question({ kind: 'lease' }))
      return { [Symbol.dispose]: () => tell({ kind: 'release', lease }) }
    },
    async transaction(work, entries) {
      using _lease = await host.lease()
      const { changesets, result } = transactions.run(work)
      host.publish({ changesets, entries: entries?.() ?? null })
      return result
    },
    publish: (changes) => tell({ kind: 'changes', changes }),
    note: (about) => tell({ kind: 'note', note: about }),
    ask: (about) => question({ kind: 'ask', question: about }),
  }
  return host
}
