import type { JobItems } from '../jobs/index.ts'
import type { BulkWork, BulkWriter } from '../store/index.ts'
import type { Logger } from '../util/logger.ts'
import { BegunItems } from './begun-items.ts'
import type { IndexNote, IndexQuestion, IndexRequests, IndexWorkInput, RequestName } from './thread/requests.ts'

const WORKS = new URL('./thread/index-works.ts', import.meta.url)

/** Requests that read rows of the tree in order to write others. */
const WRITERS: ReadonlySet<RequestName> = new Set(['scan', 'refresh', 'root', 'forget', 'identify'])

export interface IndexThreadDeps {
  readonly bulk: BulkWriter
  readonly readOnly: boolean
  readonly log: Logger
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (progress: { phase: string; done: number; total: number | null; bytes: number }) => void
  readonly onWarning?: (warning: { code: string; message: string; path: string }) => void
  readonly onCheckpoint?: (state: unknown) => void
  /** The items of the job that sends the request. */
  readonly items?: JobItems | undefined
}

/**
 * Sends requests of the indexer to the bulk thread of the library's store, which walks folders and compares and writes
 * rows.
 */
export class IndexThread {
  readonly #deps: IndexThreadDeps
  #mended: Promise<void> | null = null

  constructor(deps: IndexThreadDeps) {
    this.#deps = deps
  }

  /** Whether the thread is busy: a new request may then wait for seconds. */
  get isBusy(): boolean {
    return this.#deps.bulk.isBusy
  }

  /** Resolves to the report. After an abort, waits until the request has stopped. */
  async request<N extends RequestName>(
    name: N,
    request: IndexRequests[N]['request'],
    options: RequestOptions = {},
  ): Promise<IndexRequests[N]['report']> {
    // Repairs anything that an earlier process left unfinished or broken, before other requests build on it.
    if (WRITERS.has(name) && !this.#deps.readOnly) await (this.#mended ??= this.#mend())
    return this.#send(name, request, options)
  }

  async #mend(): Promise<void> {
    try {
      const mended = await this.#send('mend', null, {})
      if (Object.values(mended).some((rows) => rows > 0))
        this.#deps.log.warn(mended, 'the index broke its rules and was put right')
    } catch (err) {
      this.#mended = null
      throw err
    }
  }

  async #send<N extends RequestName>(
    name: N,
    request: IndexRequests[N]['request'],
    options: RequestOptions,
  ): Promise<IndexRequests[N]['report']> {
    await using begun = new BegunItems(options.items)
    const suspects = options.items?.areNoted ? options.items.suspects : null
    const input: IndexWorkInput<N> = { request, suspects }
    return this.#deps.bulk.run<BulkWork<IndexWorkInput<N>, IndexRequests[N]['report']>>({ url: WORKS, name }, input, {
      signal: options.signal,
      onNote: (note) => this.#receive(note as IndexNote, options, begun),
      onQuestion: async (question) => begun.begin((question as IndexQuestion).begin),
    })
  }

  #receive(note: IndexNote, { onCheckpoint, onProgress, onWarning }: RequestOptions, begun: BegunItems): void {
    switch (note.kind) {
      case 'progress':
        return onProgress?.(note.progress)
      case 'warning':
        return onWarning?.(note.warning)
      case 'checkpoint':
        return onCheckpoint?.(note.state)
      case 'end':
        return begun.end(note.ticket)
      case 'corrected':
        return this.#deps.log.error({ folders: note.folders }, 'sums of folders were wrong and were put right')
    }
  }
}
