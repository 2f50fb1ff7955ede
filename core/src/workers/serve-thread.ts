import { parentPort } from 'node:worker_threads'
import { errorMessage } from '../util/errors.ts'
import type { Served, ThreadReply, ThreadRequest } from './thread-pool.ts'

export interface ServeContext {
  /** Whether the caller has stopped waiting for the answer. */
  readonly stopped: () => boolean
  readonly progress: (value: number) => void
}

type Handle<Request, Reply> = (request: Request, context: ServeContext) => Promise<Served<Reply>>

/** The worker's half of `ThreadPool`: answers requests in order of arrival, one at a time. */
export function serveThread<Request, Reply>(handle: Handle<Request, Reply>): void {
  const port = parentPort
  if (!port) throw new Error('serveThread runs in a worker thread only')
  let last: Promise<void> = Promise.resolve()

  const answer = async ({ id, request, stop }: ThreadRequest<Request>): Promise<void> => {
    const stopped = () => Atomics.load(stop, 0) === 1
    const progress = (value: number) =>
      port.postMessage({ id, kind: 'progress', value } satisfies ThreadReply<Reply>, NOTHING)
    try {
      if (stopped()) throw new Error('cancelled before it began')
      const { reply, transfer } = await handle(request, { stopped, progress })
      port.postMessage({ id, kind: 'reply', reply } satisfies ThreadReply<Reply>, transfer ?? NOTHING)
    } catch (err) {
      port.postMessage({ id, kind: 'error', message: errorMessage(err) } satisfies ThreadReply<Reply>, NOTHING)
    }
  }
  port.on('message', (message: ThreadRequest<Request>) => {
    last = last.then(() => answer(message))
  })
}

const NOTHING: [] = []
