import { parentPort } from 'node:worker_threads'
import { type FromThread, fromPlainError, type Served, type ToThread, toPlainError } from './thread-messages.ts'

/** A request in a thread. */
export interface ServeContext {
  /** Aborted when the caller stops waiting for the answer. A loop that never awaits must ask `stopped` instead. */
  readonly signal: AbortSignal
  /** Whether the caller has stopped waiting for the answer. */
  readonly stopped: () => boolean
  /** Sends the caller a message before the reply. */
  readonly note: (note: unknown) => void
  /** Asks the caller a question. Rejects with the caller's error. */
  readonly ask: (question: unknown) => Promise<unknown>
}

export interface ServeOptions {
  /** True: requests run side by side. By default, they run one after another, in order of arrival. */
  readonly sideBySide?: boolean
  /** Called with each message that belongs to no request. */
  readonly onTold?: (message: unknown) => void
}

type Handle<Request, Reply> = (request: Request, context: ServeContext) => Promise<Served<Reply>> | Served<Reply>

interface Question {
  readonly resolve: (answer: unknown) => void
  readonly reject: (err: unknown) => void
}

/** The thread's half of `ThreadPool`. Returns a function that sends the main thread a message without a request. */
export function serveThread<Request, Reply>(
  handle: Handle<Request, Reply>,
  { sideBySide = false, onTold }: ServeOptions = {},
): { tell(message: unknown): void } {
  const port = parentPort
  if (!port) throw new Error('serveThread runs in a worker thread only')
  const running = new Map<number, AbortController>()
  const questions = new Map<number, Question>()
  let lastTicket = 0
  let last: Promise<void> = Promise.resolve()
  const send = (message: FromThread<Reply>, transfer = NOTHING) => port.postMessage(message, transfer)

  const answer = async ({ id, request, stop }: Extract<ToThread<Request>, { kind: 'request' }>): Promise<void> => {
    const controller = new AbortController()
    running.set(id, controller)
    const context: ServeContext = {
      signal: controller.signal,
      stopped: () => Atomics.load(stop, 0) === 1,
      note: (note) => send({ kind: 'note', id, note }),
      ask: (question) =>
        new Promise((resolve, reject) => {
          const ticket = ++lastTicket
          questions.set(ticket, { resolve, reject })
          send({ kind: 'question', id, ticket, question })
        }),
    }
    try {
      if (context.stopped()) throw new Error('cancelled before it began')
      const { reply, transfer } = await handle(request, context)
      send({ kind: 'reply', id, reply }, transfer as typeof NOTHING | undefined)
    } catch (err) {
      send({ kind: 'error', id, error: toPlainError(err) })
    } finally {
      running.delete(id)
    }
  }

  port.on('message', (message: ToThread<Request>) => {
    switch (message.kind) {
      case 'request':
        if (sideBySide) return void answer(message)
        last = last.then(() => answer(message))
        return
      case 'stop':
        return running.get(message.id)?.abort()
      case 'tell':
        return onTold?.(message.message)
      case 'answer':
      case 'refusal':
        return settle(message)
    }
  })

  function settle(message: Extract<ToThread<Request>, { ticket: number }>): void {
    const question = questions.get(message.ticket)
    questions.delete(message.ticket)
    if (message.kind === 'answer') question?.resolve(message.answer)
    else question?.reject(fromPlainError(message.error))
  }

  return { tell: (message) => send({ kind: 'tell', message }) }
}

const NOTHING: [] = []
