import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SCRIPT } from './toy-script.ts'

export interface PretendServer extends AsyncDisposable {
  /** With the version: `http://127.0.0.1:1234/v1`. */
  readonly url: string
  /** What it was asked for, the last first. */
  readonly asked: AskedFor[]
}

export interface AskedFor {
  readonly path: string
  readonly authorization: string | null
  readonly fields: Readonly<Record<string, string>>
  /** Seconds of sound. */
  readonly seconds: number
}

/**
 * A server on this machine with `/v1/audio/transcriptions` as OpenAI describes it, which says the script whatever it
 * hears. `answer` answers instead.
 */
export async function startPretendServer(
  answer: (response: ServerResponse, asked: AskedFor) => void = answerScript,
): Promise<PretendServer> {
  const asked: AskedFor[] = []
  const hear = async (request: IncomingMessage, response: ServerResponse) => {
    const each = await read(request)
    asked.unshift(each)
    answer(response, each)
  }
  const server = createServer((request, response) => void hear(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export function answerScript(response: ServerResponse, { fields, path, seconds }: AskedFor): void {
  const isRight = path === '/v1/audio/transcriptions' && fields['response_format'] === 'verbose_json' && fields['model']
  if (!isRight) return answerJson(response, 400, { error: { message: 'what is asked for is not understood' } })
  const text = SCRIPT.words.join(' ')
  const segment = { id: 0, seek: 0, start: 0, end: SCRIPT.endSeconds, text: ` ${text}`, avg_logprob: -0.25 }
  answerJson(response, 200, { task: 'transcribe', language: 'english', duration: seconds, text, segments: [segment] })
}

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** Parses the form like a real server. The request fails if a field is missing or malformed. */
async function read(request: IncomingMessage): Promise<AskedFor> {
  const type = request.headers['content-type'] ?? ''
  const form = await new Response(new Uint8Array(await buffer(request)), {
    headers: { 'content-type': type },
  }).formData()
  const fields: Record<string, string> = {}
  let seconds = 0
  for (const [name, value] of form) {
    if (typeof value === 'string') fields[name] = value
    else seconds = secondsOf(Buffer.from(await value.arrayBuffer()))
  }
  return { path: request.url ?? '', authorization: request.headers.authorization ?? null, fields, seconds }
}

function secondsOf(wav: Buffer): number {
  if (wav.toString('latin1', 0, 4) !== 'RIFF') throw new Error('the sound is no WAV file')
  return wav.readUInt32LE(40) / wav.readUInt32LE(28)
}
