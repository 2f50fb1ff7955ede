import { setTimeout as wait } from 'node:timers/promises'
import { CoreError, errorMessage } from '../../../../util/errors.ts'
import { BATCH_TEXTS, BUSY_RETRIES, MAX_ANSWER_BYTES, MAX_BUSY_MS, REQUEST_MS } from '../limits.ts'
import { type EmbeddingSettings, modelName } from '../settings.ts'
import type { EmbeddingEngine, TextUse } from './engine.ts'
import { checked, normalise } from './normalise.ts'

/** Characters shown of what a server says about a failure. */
const MAX_SAID = 200

/** A server with the interface of OpenAI for embeddings: Ollama, llama.cpp, vLLM, LM Studio, OpenAI itself. */
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
      const batch = texts.slice(from, from + BATCH_TEXTS).map((text) => prefix + text)
      vectors.push(...readAnswer(await this.#ask(batch, signal), batch.length))
    }
    return checked(vectors, texts.length)
  }

  async #ask(input: readonly string[], signal: AbortSignal | undefined): Promise<string> {
    for (let retry = 0; ; retry++) {
      const limit = AbortSignal.timeout(REQUEST_MS)
      const response = await this.#post(input, signal ? AbortSignal.any([signal, limit]) : limit)
      if (response.status === 200) return response.body
      const isBusy = response.status === 429 || response.status === 503
      if (!isBusy || retry === BUSY_RETRIES) throw this.#refusal(response)
      await wait(Math.min(MAX_BUSY_MS, response.waitMs ?? 2 ** retry * 500), undefined, { signal })
    }
  }

  async #post(input: readonly string[], signal: AbortSignal) {
    const key = this.#key
    try {
      const response = await fetch(this.#address, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
        body: JSON.stringify({ model: this.#settings.model, input, encoding_format: 'float' }),
        // The key belongs to this server and to no other.
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
      if (err instanceof Error && err.name === 'TimeoutError')
        throw new CoreError('Offline', `${this.#where} does not answer in time`)
      if (signal.aborted) throw new CoreError('Cancelled', 'the request for vectors was cancelled')
      throw new CoreError('Offline', `${this.#where} does not answer: ${causeOf(err)}`)
    }
  }

  /** Wrong keys, wrong models and broken servers are no fault of a text; one too long for the model is. */
  #refusal({ body, status }: { status: number; body: string }): CoreError {
    const code = status === 400 || status === 413 || status === 422 ? 'Unsupported' : 'Offline'
    return new CoreError(code, `${this.#where} says ${status}: ${this.#withoutKey(messageIn(body))}`)
  }

  get #key(): string | undefined {
    return this.#settings.keyVariable === '' ? undefined : process.env[this.#settings.keyVariable]
  }

  /** What follows a question mark may be a key: it is not shown. */
  get #where(): string {
    return `${this.#address.origin}${this.#address.pathname}`
  }

  #withoutKey(text: string): string {
    return this.#key ? text.replaceAll(this.#key, '…') : text
  }
}

/** `http://host:1234`, `…/v1` and `…/v1/embeddings` mean the same. */
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

interface Answer {
  readonly data?: readonly { readonly index?: number; readonly embedding?: unknown }[]
}

function readAnswer(body: string, count: number): Float32Array[] {
  const data = (parse(body) as Answer | null)?.data
  if (!Array.isArray(data)) throw new CoreError('Corrupt', 'the server’s answer holds no vectors')
  const vectors: Float32Array[] = []
  for (const [i, item] of (data as NonNullable<Answer['data']>).entries()) {
    const { embedding, index = i } = item
    const isVector = Array.isArray(embedding) && embedding.every((number) => typeof number === 'number')
    if (!isVector || index < 0 || index >= count)
      throw new CoreError('Corrupt', 'the server’s answer holds something that is no vector')
    vectors[index] = normalise(embedding)
  }
  // An index that comes twice leaves a gap.
  if (vectors.length !== count || vectors.includes(undefined as never))
    throw new CoreError('Corrupt', `the server gave ${data.length} vectors for ${count} texts`)
  return vectors
}

function messageIn(body: string): string {
  const { error } = (parse(body) ?? {}) as { error?: string | { message?: string } }
  const said = typeof error === 'string' ? error : error?.message
  return (said ?? body).trim().split('\n')[0]!.slice(0, MAX_SAID)
}

/** `fetch` says only that it failed; why, its cause says. */
function causeOf(err: unknown): string {
  return err instanceof Error && err.cause instanceof Error ? errorMessage(err.cause) : errorMessage(err)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
