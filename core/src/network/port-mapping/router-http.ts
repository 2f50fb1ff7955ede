import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { readShort } from '../relay/read-short.ts'
import type { Gateway } from './gateway.ts'

/** Descriptions of routers have some 20 KB. */
const MAX_ANSWER = 256 * 1_024
/** For a whole answer. */
const ANSWER_TIMEOUT_MS = 3_000

export interface Asking extends Gateway {
  readonly signal: AbortSignal
}

/** Throws if the router does not answer with a page in time. Redirects are not followed. */
export async function readPage(url: URL, asking: Asking): Promise<string> {
  const { status, text } = await ask(url, asking, null)
  if (status !== 200) throw new Error(`the router answers ${status}`)
  return text
}

/** The answer to a POST, whatever its status. */
export async function ask(
  { pathname, port, search }: URL,
  { gateway, own, signal }: Asking,
  post: { readonly headers: Readonly<Record<string, string>>; readonly body: string } | null,
): Promise<{ status: number; text: string }> {
  signal.throwIfAborted()
  const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
  const request = httpRequest({
    host: gateway,
    port: port === '' ? 80 : port,
    localAddress: own,
    path: pathname + search,
    method: post ? 'POST' : 'GET',
    headers: { connection: 'close', ...post?.headers, 'content-length': Buffer.byteLength(post?.body ?? '') },
    agent: false,
    signal: AbortSignal.any([signal, timeout]),
  })
  // After the answer has begun, its own errors say what happened.
  request.on('error', () => {})
  try {
    const answering = once(request, 'response')
    request.end(post?.body)
    const [response] = (await answering) as [IncomingMessage]
    const text = await readShort(response, MAX_ANSWER)
    if (text === null) throw new Error(`the router's answer is longer than ${MAX_ANSWER} bytes`)
    return { status: response.statusCode ?? 0, text }
  } catch (err) {
    signal.throwIfAborted()
    if (timeout.aborted)
      throw new Error(`the router does not answer within ${ANSWER_TIMEOUT_MS / 1_000} s`, { cause: err })
    throw err
  } finally {
    request.destroy()
  }
}
