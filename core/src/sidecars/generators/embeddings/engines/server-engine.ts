import { setTimeout as wait } from 'node:timers/promises'
import { CoreError, errorMessage } from '../../../../util/errors.ts'
import { object, parseObject, text } from '../../../formats/loose-json.ts'
import { serverKey } from '../../server-settings.ts'
import { BATCH_TEXTS, BUSY_RETRIES, MAX_ANSWER_BYTES, MAX_BUSY_MS, REQUEST_MS } from '../limits.ts'
import { type EmbeddingSettings, modelName } from '../settings.ts'
import type { EmbeddingEngine, TextUse } from './engine.ts'
import { checked, normalise } from './normalise.ts'

/** Limit on the characters of a server's error message that are shown. */
const MAX_SAID = 200

/** A server with OpenAI's API for embeddings: Ollama, llama.cpp, vLLM, LM Studio, OpenAI itself. */
export class ServerEngine implements EmbeddingEngine {
  readonly name = 'openai-compatible'
  readonly version: string
  readonly #settings: EmbeddingSettings
  readonly #address: URL

  constructor(settings: EmbeddingSettings) {
    this.#settings = settings
    this.#address = embeddingsAddress(settings.url)
    this.version = modelName(settings)
  }

  async embed(texts: readonly string[], use: TextUse, signal?: AbortSignal): Promise<Float32Array[]> {
    const { queryPrefix, textPrefix } = this.#settings
    const prefix = use === 'query' ? queryPrefix : textPrefix
    const vectors: Float32Array[] = []
    for (let from = 0; from < texts.length; from += BATCH_TEXTS) {
      const batch = texts.slice(from, from + BATCH_TEXTS).map((each) => prefix + each)
      vectors.push(...readVectors(await this.#ask(batch, signal), batch.length))
    }
    return checked(vectors, texts.length)
  }

  async #ask(input: readonly string[], signal: AbortSignal | undefined): Promise<readonly unknown[]> {
    for (let retry = 0; ; retry++) {
      const limit = AbortSignal.timeout(REQUEST_MS)
      const response = await this.#post(input, signal ? AbortSignal.any([signal, limit]) : limit)
      if (response.status === 200) return this.#dataIn(response.body)
      const isBusy = response.status === 429 || response.status === 503
      if (!isBusy || retry === BUSY_RETRIES) throw this.#refusal(response)
      await wait(Math.min(MAX_BUSY_MS, response.waitMs ?? 2 ** retry * 500), undefined, { signal }).catch(() => {
        throw isTimeout(signal?.reason) ? this.#refusal(response) : cancelled()
      })
    }
  }

  async #post(input: readonly string[], signal: AbortSignal) {
    const key = this.#key
    try {
      const response = await fetch(this.#address, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
        body: JSON.stringify({ model: this.#settings.model, input, encoding_format: 'float' }),
        // A redirect would send the key to another server.
        redirect: 'error',
        signal,
      })
      const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
      return {
        status: response.status,
        waitMs: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : null,
        body: await readBounded(response),
      }
    } catch (err) {
      if (err instanceof CoreError) throw err
      if (isTimeout(err)) throw new CoreError('Offline', `${this.#where} does not answer in time`)
      if (signal.aborted) throw cancelled()
      throw new CoreError('Offline', `${this.#where} does not answer: ${this.#withoutKey(causeOf(err))}`)
    }
  }

  /**
   * The vectors in a reply. If a successful reply has none, the text is not the cause: the reply comes from a proxy or
   * from another kind of server.
   */
  #dataIn(body: string): readonly unknown[] {
    const data = parseObject(body)?.['data']
    if (Array.isArray(data)) return data
    throw new CoreError('Offline', `${this.#where} answers without vectors: ${this.#saidIn(body)}`)
  }

  /**
   * The error for a refused request. Only a text that is too long is the text's own fault; wrong keys, wrong models
   * and broken servers affect all texts.
   */
  #refusal({ body, status }: { status: number; body: string }): CoreError {
    const code = status === 400 || status === 413 || status === 422 ? 'Unsupported' : 'Offline'
    return new CoreError(code, `${this.#where} says ${status}: ${this.#saidIn(body)}`)
  }

  get #key(): string | null {
    return serverKey(this.#settings.keyVariable)
  }

  /** The address without its query, which may contain a key. */
  get #where(): string {
    return `${this.#address.origin}${this.#address.pathname}`
  }

  #saidIn(body: string): string {
    const error = parseObject(body)?.['error']
    const said = text(error) ?? text(object(error)?.['message']) ?? body
    return this.#withoutKey(said).trim().split('\n')[0]!.slice(0, MAX_SAID)
  }

  #withoutKey(said: string): string {
    return this.#key ? said.replaceAll(this.#key, '…') : said
  }
}

/** Accepts `http://host:1234`, `…/v1` and `…/v1/embeddings` for the same server. */
function embeddingsAddress(url: string): URL {
  const address = new URL(url)
  const path = address.pathname.replace(/\/+$/, '')
  if (!path.endsWith('/embeddings')) address.pathname = `${path === '' ? '/v1' : path}/embeddings`
  return address
}

async function readBounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    size += part.length
    if (size > MAX_ANSWER_BYTES)
      throw new CoreError('Corrupt', `the server’s answer is longer than ${MAX_ANSWER_BYTES} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function readVectors(data: readonly unknown[], count: number): Float32Array[] {
  const vectors: Float32Array[] = []
  for (const [i, item] of data.entries()) {
    const { embedding, index } = object(item) ?? {}
    const at = typeof index === 'number' ? index : i
    const isVector = Array.isArray(embedding) && embedding.every((number) => typeof number === 'number')
    if (!isVector || !(at >= 0 && at < count))
      throw new CoreError('Corrupt', 'the server’s answer contains a value that is not a vector')
    vectors[at] = normalise(embedding)
  }
  // If a reply repeats an index, a vector is missing.
  if (vectors.length !== count || vectors.includes(undefined as never))
    throw new CoreError('Corrupt', `the server gave ${data.length} vectors for ${count} texts`)
  return vectors
}

function isTimeout(err: unknown): boolean {
  return err instanceof Error && err.name === 'TimeoutError'
}

function cancelled(): CoreError {
  return new CoreError('Cancelled', 'the request for vectors was cancelled')
}

/** The reason of a failed `fetch`, which is in the cause of its error. */
function causeOf(err: unknown): string {
  return err instanceof Error && err.cause instanceof Error ? errorMessage(err.cause) : errorMessage(err)
}
