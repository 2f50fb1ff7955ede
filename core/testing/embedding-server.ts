import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

/** A server with the interface of OpenAI for embeddings. */
export interface EmbeddingServer extends AsyncDisposable {
  /** What `embeddings.url` is set to. */
  readonly url: string
  /** Texts of all requests, in their order. */
  readonly texts: string[]
  /** The `Authorization` headers it was sent. */
  readonly keys: (string | undefined)[]
  /** Answers in another way from now on; null in its own again. */
  answer: ((request: IncomingMessage, response: ServerResponse, texts: readonly string[]) => void) | null
}

/** Words that mean the same to it. */
const CONCEPTS = [
  ['plumber', 'pipe', 'pipes', 'leak', 'leaking', 'tap', 'drain', 'mends', 'repair', 'repairs'],
  ['invoice', 'bill', 'payment', 'pay', 'owe', 'money', 'costs', 'price'],
  ['beach', 'sea', 'sand', 'holiday', 'vacation', 'summer', 'sun'],
  ['cat', 'kitten', 'dog', 'puppy', 'pet', 'animal'],
]
const DIMENSIONS = 64

/** A vector of a text: its words, those that mean the same as one, each thrown into a place of its own. */
export function meaningOf(text: string): number[] {
  const vector = Array.from({ length: DIMENSIONS }, () => 0)
  for (const word of text.toLowerCase().match(/[a-z]{3,}/g) ?? []) {
    const concept = CONCEPTS.findIndex((words) => words.includes(word))
    vector[concept >= 0 ? concept : CONCEPTS.length + (hashOf(word) % (DIMENSIONS - CONCEPTS.length))]! +=
      concept >= 0 ? 3 : 1
  }
  const length = Math.hypot(...vector)
  return length === 0 ? vector.fill(1) : vector.map((number) => number / length)
}

function hashOf(word: string): number {
  let hash = 7
  for (let i = 0; i < word.length; i++) hash = (Math.imul(hash, 31) + word.charCodeAt(i)) >>> 0
  return hash
}

export async function startEmbeddingServer(): Promise<EmbeddingServer> {
  const texts: string[] = []
  const keys: (string | undefined)[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (part: string) => (body += part))
    request.on('end', () => {
      const { input } = JSON.parse(body) as { input: string[] }
      texts.push(...input)
      keys.push(request.headers.authorization)
      if (self.answer) self.answer(request, response, input)
      else sendVectors(response, input.map(meaningOf))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const self: EmbeddingServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    texts,
    keys,
    answer: null,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return self
}

export function sendVectors(response: ServerResponse, vectors: readonly (readonly number[])[]): void {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })) }))
}
