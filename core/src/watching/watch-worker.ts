import { parentPort } from 'node:worker_threads'
import { CoreError, errorMessage } from '../util/errors.ts'
import { createBackend } from './create-backend.ts'
import { createRuleFilter } from './rule-filter.ts'
import type { WatchBackend } from './watch-backend.ts'
import type { WatchAnswer, WatchRequest } from './watch-messages.ts'

/** Runs a backend for another thread: in a thread of the daemon, or in a process if a call may never return. */
function serve(post: (answer: WatchAnswer) => void): (request: WatchRequest) => void {
  let backend: WatchBackend
  let batches = 0
  const untaken = new Map<number, () => void>()

  return (request) => {
    if (request.type === 'start') backend = start(request)
    else if (request.type === 'taken') untaken.get(request.batch)?.()
    else void answer(request)
  }

  function start({ kind, limits }: WatchRequest & { type: 'start' }): WatchBackend {
    return createBackend({
      kind,
      limits,
      filterFor: ({ path, rules }) => (rules ? createRuleFilter({ path, rules }) : null),
      events: {
        onProblem: (problem) => post({ type: 'problem', problem }),
        onBatch: (batch) => {
          const id = ++batches
          const { promise, resolve } = Promise.withResolvers<void>()
          untaken.set(id, resolve)
          post({ type: 'batch', id, batch })
          return promise.finally(() => untaken.delete(id))
        },
      },
    })
  }

  async function answer(request: Exclude<WatchRequest, { type: 'start' | 'taken' }>): Promise<void> {
    const { id } = request
    try {
      post({ type: 'done', id, directories: await run(request) })
    } catch (err) {
      post({ type: 'failed', id, code: err instanceof CoreError ? err.code : 'Internal', message: errorMessage(err) })
    }
  }

  /** Returns the number of folders that the request has watched. */
  async function run(request: Exclude<WatchRequest, { type: 'start' | 'taken' }>): Promise<number> {
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
}

if (parentPort) {
  const port = parentPort
  port.on(
    'message',
    serve((answer) => port.postMessage(answer)),
  )
} else if (process.send) {
  const send = process.send.bind(process)
  process.on(
    'message',
    serve((answer) => void send(answer)),
  )
  process.on('disconnect', () => process.exit())
}
