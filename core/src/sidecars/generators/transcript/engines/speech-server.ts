import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { randomUUID } from 'node:crypto'
import { CoreError, errorMessage } from '../../../../util/errors.ts'
import { list, object, parseObject, text } from '../../../formats/loose-json.ts'
import { MAX_PIECE_MS, SAMPLE_RATE } from '../limits.ts'
import { wavOf } from '../sound/wav.ts'
import type { Heard, HeardSegment, ListenOptions, SpeechEngine } from './engine.ts'
import { languageCode } from './languages.ts'

export interface ServerOptions {
  /**
   * The address including the version, such as `http://localhost:8000/v1`; or the full address of an unusual endpoint.
   */
  readonly url: string
  /** The server's name for the model. */
  readonly model: string
  /** The key, which is sent as a bearer token and removed from messages. */
  readonly key: string | null
}

/** Limit on a reply; a transcript of ten minutes is smaller. */
const MAX_ANSWER_BYTES = 16 * 2 ** 20
/** Status codes that are not caused by the recording: the key or the address is wrong, or the server is overloaded. */
const OF_EVERY_RECORDING = [401, 403, 404, 429, 503]
/** Characters of the server's error message that are shown. */
const MAX_COMPLAINT = 300

/** A server with OpenAI's API `/v1/audio/transcriptions`. */
export class SpeechServer implements SpeechEngine {
  readonly name: string
  readonly version = ''
  readonly model: string
  readonly maxPieceMs = MAX_PIECE_MS
  readonly #options: ServerOptions

  constructor(options: ServerOptions) {
    this.#options = options
    this.name = new URL(options.url).host
    this.model = options.model
  }

  async listen(samples: Int16Array, { deadlineMs, language }: ListenOptions): Promise<Heard> {
    const fields = {
      model: this.model,
      response_format: 'verbose_json',
      'timestamp_granularities[]': 'segment',
      temperature: '0',
      ...(language && { language }),
    }
    const answer = await this.#post(formOf(fields, wavOf(samples)), deadlineMs)
    const value = parseObject(answer.body)
    if (answer.status !== 200) throw this.#refusal(answer.status, value)
    if (!value) throw new CoreError('Unavailable', `${this.name} answers with invalid JSON`)
    const heard = parseHeard(value, samples.length)
    if (!heard) throw new CoreError('Unavailable', `${this.name} answers without a transcript`)
    return heard
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing to close, because each request has its own connection.
  }

  /**
   * Uses no `fetch`, because `fetch` gives up after five minutes without a reply, and sends the key along when it
   * follows a redirect.
   */
  #post({ type, body }: Form, deadlineMs: number): Promise<{ status: number; body: string }> {
    const url = endpointOf(this.#options.url)
    const { key } = this.#options
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>()
    const signal = AbortSignal.timeout(Math.ceil(deadlineMs))
    const fail = (cause: unknown) =>
      reject(
        signal.aborted
          ? new CoreError('Timeout', `${this.name} did not answer within ${deadlineMs / 1_000} s`)
          : new CoreError('Offline', `${this.name} cannot be reached: ${reason(cause)}`, { cause }),
      )
    const headers = {
      'content-type': type,
      'content-length': body.length,
      accept: 'application/json',
      ...(key !== null && { authorization: `Bearer ${key}` }),
    }
    const send = url.protocol === 'https:' ? requestHttps : requestHttp
    const sent = send(url, { method: 'POST', headers, signal, agent: false }, (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        bytes += chunk.length
        if (bytes <= MAX_ANSWER_BYTES) return
        reject(new CoreError('Unavailable', `${this.name} answers without end`))
        sent.destroy()
      })
      response.on('error', fail)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      )
    })
    sent.on('error', fail)
    sent.end(body)
    return promise
  }

  #refusal(status: number, value: Record<string, unknown> | null): CoreError {
    const error = value?.['error']
    const said = text(object(error)?.['message']) ?? text(error) ?? text(value?.['detail']) ?? ''
    // Some servers repeat the key in their message, so remove it.
    const shown = this.#options.key ? said.replaceAll(this.#options.key, '…') : said
    const why = shown.split('\n')[0]!.slice(0, MAX_COMPLAINT)
    const help = status === 401 || status === 403 ? '; transcript.keyVariable names the variable with its key' : ''
    const code = OF_EVERY_RECORDING.includes(status) ? 'Offline' : 'Unavailable'
    return new CoreError(code, `${this.name} answers ${status}${why && `: ${why}`}${help}`)
  }
}

/** The address for requests. */
export function endpointOf(url: string): URL {
  const endpoint = new URL(url)
  const path = endpoint.pathname.replace(/\/+$/, '')
  if (!/\/(transcriptions|inference)$/.test(path)) endpoint.pathname = `${path || '/v1'}/audio/transcriptions`
  return endpoint
}

interface Form {
  readonly type: string
  readonly body: Buffer
}

function formOf(fields: Readonly<Record<string, string>>, wav: Buffer): Form {
  const boundary = `spacedrive-${randomUUID()}`
  const part = (about: string, value: string | Buffer) => [
    `--${boundary}\r\ncontent-disposition: form-data; ${about}\r\n\r\n`,
    value,
    '\r\n',
  ]
  const parts = [
    ...Object.entries(fields).flatMap(([name, value]) => part(`name="${name}"`, value)),
    ...part('name="file"; filename="sound.wav"\r\ncontent-type: audio/wav', wav),
    `--${boundary}--\r\n`,
  ]
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat(parts.map((each) => Buffer.from(each))),
  }
}

/** Null if the reply has no transcript: some servers answer every request with 200. */
function parseHeard(value: Record<string, unknown>, samples: number): Heard | null {
  const whole = text(value['text'])
  const isInParts = Array.isArray(value['segments'])
  if (whole === null && !isInParts) return null
  const language = text(value['language'])
  return {
    language: language && languageCode(language),
    workedMs: null,
    segments: isInParts
      ? list(value['segments'], segment)
      : [{ startMs: 0, endMs: (samples * 1_000) / SAMPLE_RATE, text: whole! }],
  }
}

function segment(value: unknown): HeardSegment | null {
  const { start, end, text: said, avg_logprob: logarithm } = object(value) ?? {}
  const words = text(said)
  if (typeof start !== 'number' || typeof end !== 'number' || words === null) return null
  const sure = typeof logarithm === 'number' ? Math.exp(Math.min(0, logarithm)) : null
  return { startMs: start * 1_000, endMs: end * 1_000, text: words, ...(sure !== null && { confidence: sure }) }
}

/** The reason of a failed connection. If the server has several addresses, Node reports an error for each of them. */
function reason(cause: unknown): string {
  return cause instanceof AggregateError && cause.errors.length > 0
    ? errorMessage(cause.errors[0])
    : errorMessage(cause)
}
