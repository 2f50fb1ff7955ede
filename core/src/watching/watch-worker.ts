import { serveRequests } from '../workers/serve-requests.ts'
import { createBackend } from './create-backend.ts'
import { createRuleFilter } from './rule-filter.ts'
import type { WatchBackend } from './watch-backend.ts'
import type { WatchNews, WatchNotice, WatchRequest } from './watch-messages.ts'

// Runs a backend for another thread. It runs in a thread of the daemon, or in a process of its own if a system call
// may never return.
let backend: WatchBackend
let batches = 0
const untaken = new Map<number, () => void>()

const worker = serveRequests(async (request: WatchRequest) => ({ reply: await run(request) }), {
  sideBySide: true,
  hidesPathErrors: true,
  onTold: (message) => {
    const notice = message as WatchNotice
    if (notice.type === 'start') backend = start(notice)
    else untaken.get(notice.batch)?.()
  },
})

function start({ kind, limits }: WatchNotice & { type: 'start' }): WatchBackend {
  return createBackend({
    kind,
    limits,
    filterFor: ({ path, rules }) => (rules ? createRuleFilter({ path, rules }) : null),
    events: {
      onProblem: (problem) => tell({ type: 'problem', problem }),
      onBatch: (batch) => {
        const id = ++batches
        const { promise, resolve } = Promise.withResolvers<void>()
        untaken.set(id, resolve)
        tell({ type: 'batch', id, batch })
        return promise.finally(() => untaken.delete(id))
      },
    },
  })
}

/** Returns the number of folders that the request has watched. */
async function run(request: WatchRequest): Promise<number> {
  switch (request.type) {
    case 'watch':
      return (await backend.watch(request.root)).directories
    case 'add':
      await backend.addDirectories(request.key, request.dirs)
      return 0
    case 'unwatch':
      await backend.unwatch(request.key)
      return 0
    case 'ping':
      return 0
  }
}

function tell(news: WatchNews): void {
  worker.tell(news)
}
