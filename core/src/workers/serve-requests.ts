import { parentPort, type Transferable } from 'node:worker_threads'
import {
  type FromWorker,
  fromPlainError,
  ownError,
  type Served,
  type ToWorker,
  toPlainError,
} from './worker-messages.ts'

/** The context of a request in a worker. */
export interface ServeContext {
  /** Aborted when the caller stops waiting for the answer. A loop without `await` must call `stopped` instead. */
  readonly signal: AbortSignal
  /** Whether the caller has stopped waiting for the answer. */
  readonly stopped: () => boolean
  /** Sends the caller a message before the reply. */
  readonly note: (note: unknown) => void
  /** Asks the caller a question. Rejects with the caller's error. */
  readonly ask: (question: unknown) => Promise<unknown>
}

export interface ServeOptions {
  /** If set, requests run side by side. By default, they run one after another, in the order of arrival. */
  readonly sideBySide?: boolean
  /** If set, errors of file system calls become `Internal`. By default, they get a code and a sentence for the user. */
  readonly hidesPathErrors?: boolean
  /** Called with each message that does not belong to a request. */
  readonly onTold?: (message: unknown) => void
}

type Handle<Request, Reply> = (request: Request, context: ServeContext) => Promise<Served<Reply>> | Served<Reply>

interface Question {
  readonly resolve: (answer: unknown) => void
  readonly reject: (err: unknown) => void
}

/**
 * Answers the requests of a `WorkerClient`, in a thread or in a process. Returns a function that sends the owner a
 * message which belongs to no request.
 */
export function serveRequests<Request, Reply>(
  handle: Handle<Request, Reply>,
  { sideBySide = false, hidesPathErrors = false, onTold }: ServeOptions = {},
): { tell(message: unknown): void } {
  const port = openPort<ToWorker<Request>>()
  const running = new Map<number, AbortController>()
  const questions = new Map<number, Question>()
  let lastTicket = 0
  let last: Promise<void> = Promise.resolve()
  const send = (message: FromWorker<Reply>, transfer?: Transferable[]) => port.post(message, transfer)

  const answer = async ({ id, request, stop }: Extract<ToWorker<Request>, { kind: 'request' }>): Promise<void> => {
    const controller = new AbortController()
    running.set(id, controller)
    const context: ServeContext = {
      signal: controller.signal,
      stopped: () => controller.signal.aborted || (stop !== null && Atomics.load(stop, 0) === 1),
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
      send({ kind: 'reply', id, reply }, transfer)
    } catch (err) {
      send({ kind: 'error', id, error: hidesPathErrors ? ownError(err) : toPlainError(err) })
    } finally {
      running.delete(id)
    }
  }

  port.listen((message) => {
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

  function settle(message: Extract<ToWorker<Request>, { ticket: number }>): void {
    const question = questions.get(message.ticket)
    questions.delete(message.ticket)
    if (message.kind === 'answer') question?.resolve(message.answer)
    else question?.reject(fromPlainError(message.error))
  }

  return { tell: (message) => send({ kind: 'tell', message }) }
}

interface Port<Message> {
  post(message: unknown, transfer?: Transferable[]): void
  listen(onMessage: (message: Message) => void): void
}

function openPort<Message>(): Port<Message> {
  const port = parentPort
  if (port) {
    return {
      post: (message, transfer = []) => port.postMessage(message, transfer),
      listen: (onMessage) => void port.on('message', onMessage),
    }
  }
  const send = process.send?.bind(process)
  if (!send) throw new Error('serveRequests runs in a worker only')
  process.on('disconnect', () => process.exit())
  return { post: (message) => void send(message), listen: (onMessage) => void process.on('message', onMessage) }
}
