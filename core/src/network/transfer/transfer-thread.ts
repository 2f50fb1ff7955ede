import { Worker } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { CoreError, errorMessage } from '../../util/errors.ts'
import type { Answered, Asked, TransferNews, TransferReply, TransferRequest, TransferVerb } from './worker/messages.ts'

/** How long an unused thread is kept, in milliseconds. */
const IDLE_MS = 60_000

interface Waiting {
  readonly resolve: (answered: never) => void
  readonly reject: (err: CoreError) => void
}

/** The thread that reads, hashes, encrypts and writes the data of transfers. It starts on use and ends when unused. */
export class TransferThread implements AsyncDisposable {
  readonly #onNews: (news: TransferNews) => void
  /** Called when the thread has failed, so that its work can be started again. */
  readonly #onLost: (err: CoreError) => void
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | null = null
  #nextId = 1
  #users = 0
  #idle: NodeJS.Timeout | undefined
  #bytesPerSecond: number | null = null

  constructor({ onNews, onLost }: { onNews: (news: TransferNews) => void; onLost: (err: CoreError) => void }) {
    this.#onNews = onNews
    this.#onLost = onLost
  }

  /** Keeps the thread running until the result is disposed. */
  use(): Disposable {
    this.#users++
    clearTimeout(this.#idle)
    let used = true
    return {
      [Symbol.dispose]: () => {
        if (!used) return
        used = false
        this.#users--
        if (this.#users === 0) this.#idle = setTimeout(() => void this.#end(), IDLE_MS).unref()
      },
    }
  }

  /** Throws the error that the thread answers, and `Internal` if the thread has ended. */
  ask<V extends TransferVerb>(verb: V, asked: Asked<V>, transfer: MessagePort[] = []): Promise<Answered<V>> {
    const worker = (this.#worker ??= this.#start())
    const { promise, resolve, reject } = Promise.withResolvers<Answered<V>>()
    const id = this.#nextId++
    this.#waiting.set(id, { resolve, reject })
    worker.ref()
    worker.postMessage({ id, verb, asked } satisfies TransferRequest<V>, transfer)
    return promise
  }

  /** Limits sent bytes per second, in this thread and later ones; null: no limit. */
  async limit(bytesPerSecond: number | null): Promise<void> {
    this.#bytesPerSecond = bytesPerSecond
    if (this.#worker) await this.ask('limit', { bytesPerSecond })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#idle)
    await this.#end()
  }

  #start(): Worker {
    const worker = new Worker(new URL('worker/transfer-worker.ts', import.meta.url), { name: 'transfer' })
    worker.on('message', (reply: TransferReply) => this.#take(worker, reply))
    worker.on('error', (cause) => this.#lose(worker, errorMessage(cause)))
    worker.on('exit', (code) => this.#lose(worker, `it ended with code ${code}`))
    if (this.#bytesPerSecond !== null) {
      const asked = { bytesPerSecond: this.#bytesPerSecond }
      worker.postMessage({ id: 0, verb: 'limit', asked } satisfies TransferRequest<'limit'>)
    }
    return worker
  }

  #take(worker: Worker, reply: TransferReply): void {
    if ('news' in reply) return this.#onNews(reply)
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    // A running transfer alone does not keep the process running.
    if (this.#waiting.size === 0) worker.unref()
    if (!waiting) return
    if ('error' in reply) waiting.reject(new CoreError(reply.error.code, reply.error.message))
    else waiting.resolve(reply.answered as never)
  }

  #lose(worker: Worker, why: string): void {
    if (this.#worker !== worker) return
    this.#worker = null
    const err = new CoreError('Internal', `the thread that transfers files failed: ${why}`)
    for (const { reject } of this.#waiting.values()) reject(err)
    this.#waiting.clear()
    this.#onLost(err)
  }

  async #end(): Promise<void> {
    const worker = this.#worker
    this.#worker = null
    for (const { reject } of this.#waiting.values()) reject(new CoreError('Cancelled', 'the transfer was stopped'))
    this.#waiting.clear()
    await worker?.terminate()
  }
}
