import type { MessagePort } from 'node:worker_threads'
import { CoreError, errorMessage } from '../../util/errors.ts'
import { heard } from '../../util/heard.ts'
import { WorkerClient } from '../../workers/worker-client.ts'
import { inThread, type WorkerEnd } from '../../workers/worker-link.ts'
import type { Answered, Asked, TransferNews, TransferRequest, TransferVerb } from './worker/messages.ts'

/** How long an unused thread is kept, in milliseconds. */
const IDLE_MS = 60_000

/** The thread that reads, hashes, encrypts and writes the data of transfers. It starts on use and ends when unused. */
export class TransferThread implements AsyncDisposable {
  readonly #onNews: (news: TransferNews) => void
  /** Called when the thread has failed, so that its work can be started again. */
  readonly #onLost: (err: CoreError) => void
  #client: WorkerClient<TransferRequest, unknown> | null = null
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
        if (this.#users === 0) this.#idle = setTimeout(() => void heard(this.#end()), IDLE_MS).unref()
      },
    }
  }

  /** Throws the error that the thread answers, and `Unavailable` if the thread has ended. */
  async ask<V extends TransferVerb>(verb: V, asked: Asked<V>, transfer: MessagePort[] = []): Promise<Answered<V>> {
    this.#client ??= this.#start()
    return (await this.#client.run({ verb, asked }, { transfer })) as Answered<V>
  }

  /** Limits sent bytes per second, in this thread and in later ones; null removes the limit. */
  async limit(bytesPerSecond: number | null): Promise<void> {
    this.#bytesPerSecond = bytesPerSecond
    if (this.#client) await this.ask('limit', { bytesPerSecond })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#idle)
    await this.#end()
  }

  #start(): WorkerClient<TransferRequest, unknown> {
    const client = new WorkerClient<TransferRequest, unknown>({
      worker: inThread({ entry: new URL('worker/transfer-worker.ts', import.meta.url), name: 'transfer' }),
      sideBySide: true,
      onTold: (news) => this.#onNews(news as TransferNews),
      lost,
      onLost: (err) => {
        this.#client = null
        this.#onLost(err)
      },
    })
    const asked = { bytesPerSecond: this.#bytesPerSecond }
    if (asked.bytesPerSecond !== null) void heard(client.run({ verb: 'limit', asked }))
    return client
  }

  async #end(): Promise<void> {
    const client = this.#client
    this.#client = null
    await client?.end(new CoreError('Cancelled', 'the transfer was stopped'))
  }
}

function lost({ code, error }: WorkerEnd): CoreError {
  const why = error === undefined ? `it ended with code ${code}` : errorMessage(error)
  return new CoreError(
    'Unavailable',
    `the thread that transfers files failed: ${why}. Unfinished transfers continue with \`spacedrive network transfer resume <id>\``,
  )
}
