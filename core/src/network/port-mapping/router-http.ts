import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { errorMessage, systemCode } from '../../util/errors.ts'
import { readShort } from '../../util/read-short.ts'
import { untilAborted } from '../../util/until-aborted.ts'
import type { Gateway } from './gateway.ts'

/** Longest accepted answer. Descriptions of routers have about 20 KB. */
const MAX_ANSWER = 256 * 1_024
/** Time for a whole answer, in milliseconds. */
const ANSWER_TIMEOUT_MS = 3_000

const reasons: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'the connection is refused'],
  ['ECONNRESET', 'the connection was closed'],
  ['EHOSTUNREACH', 'nothing is there'],
  ['ENETUNREACH', 'no interface leads there'],
])

export interface Asking extends Gateway {
  readonly signal: AbortSignal
}

/** Reads a page. Throws if the router does not answer with a page in time. Redirects are not followed. */
export async function readPage(url: URL, asking: Asking): Promise<string> {
  const { status, text } = await ask(url, asking, null)
  if (status !== 200) throw new Error(`the router answers ${status}`)
  return text
}

/** Sends a POST with `post`, or a GET if that is null. Returns the answer, whatever its status. */
export async function ask(
  { pathname, port, search }: URL,
  { gateway, own, signal }: Asking,
  post: { readonly headers: Readonly<Record<string, string>>; readonly body: string } | null,
): Promise<{ status: number; text: string }> {
  signal.throwIfAborted()
  const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
  const ending = AbortSignal.any([signal, timeout])
  const request = httpRequest({
    host: gateway,
    port: port === '' ? 80 : port,
    localAddress: own,
    path: pathname + search,
    method: post ? 'POST' : 'GET',
    headers: { connection: 'close', ...post?.headers, 'content-length': Buffer.byteLength(post?.body ?? '') },
    agent: false,
    signal: ending,
  })
  // After the answer has begun, errors are reported by the answer.
  request.on('error', () => {})
  let text: string | null
  let status: number
  try {
    const answering = once(request, 'response')
    request.end(post?.body)
    // If the answer changes the protocol (101), the request ends without an event, so wait for `ending` too.
    const [response] = (await untilAborted(answering, ending)) as [IncomingMessage]
    text = await readShort(response, MAX_ANSWER)
    status = response.statusCode ?? 0
  } catch (err) {
    signal.throwIfAborted()
    if (timeout.aborted)
      throw new Error(`the router does not answer within ${ANSWER_TIMEOUT_MS / 1_000} s`, { cause: err })
    throw new Error(`the router does not answer at TCP port ${port === '' ? 80 : port}: ${reasonOf(err)}`, {
      cause: err,
    })
  } finally {
    request.destroy()
  }
  if (text === null) throw new Error(`the router's answer is longer than ${MAX_ANSWER} bytes`)
  return { status, text }
}

function reasonOf(err: unknown): string {
  const code = systemCode(err) ?? ''
  return code.startsWith('HPE_') ? 'what it sends is not HTTP' : (reasons.get(code) ?? errorMessage(err))
}
