import { ProcessPool } from '../../../workers/index.ts'
import { CoreError } from '../../../util/errors.ts'
import { EngineKeeper } from './engines/open-engine.ts'
import { QUERY_MEMORY_MIB, QUERY_MS } from './limits.ts'
import type { QueryRequest } from './query-child.ts'
import { type EmbeddingSettings, engineKind, modelVariant, whyNoEngine } from './settings.ts'

/** A query as a vector. */
export interface QueryMeaning {
  /** The variant of the embeddings that the vector can be compared with. */
  readonly model: string
  /** A vector of length 1. */
  readonly vector: Float32Array
}

/** Normal priority, because a person waits for the results. */
const NICENESS = 0
/** Limit on cached queries. The cache serves the pages of one search, and repeated searches. */
const KEPT = 64

/**
 * Turns queries into vectors with the same model as texts. A local model runs in a process that ends when it is idle.
 */
export class QueryEmbedder implements AsyncDisposable {
  readonly #settings: () => EmbeddingSettings
  readonly #servers = new EngineKeeper()
  readonly #kept = new Map<string, Float32Array>()
  #pool: ProcessPool<QueryRequest, Float32Array> | null = null

  constructor(settings: () => EmbeddingSettings) {
    this.#settings = settings
  }

  /**
   * Throws `Unavailable` with the remedy if no model is set, `Offline` if the model or server is not available, and
   * `Timeout`.
   */
  async embed(query: string, signal?: AbortSignal): Promise<QueryMeaning> {
    const settings = this.#settings()
    const why = await whyNoEngine(settings)
    if (why !== null) throw new CoreError('Unavailable', why)
    const key = JSON.stringify([settings, query])
    const vector = this.#kept.get(key) ?? (await this.#ask({ settings, query }, signal))
    this.#kept.delete(key)
    this.#kept.set(key, vector)
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value!)
    return { model: modelVariant(settings), vector }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool?.[Symbol.asyncDispose]()
  }

  async #ask(request: QueryRequest, signal: AbortSignal | undefined): Promise<Float32Array> {
    const { query, settings } = request
    if (engineKind(settings) !== 'server') {
      this.#pool ??= new ProcessPool({
        name: 'query',
        entry: new URL('query-child.ts', import.meta.url),
        processes: 1,
        memoryMiB: QUERY_MEMORY_MIB,
        niceness: NICENESS,
        box: null,
      })
      return this.#pool.run(request, { deadlineMs: QUERY_MS, ...(signal && { signal }) })
    }
    const limit = AbortSignal.timeout(QUERY_MS)
    const engine = await this.#servers.get(settings)
    const [vector] = await engine.embed([query], 'query', signal ? AbortSignal.any([signal, limit]) : limit)
    return vector!
  }
}
