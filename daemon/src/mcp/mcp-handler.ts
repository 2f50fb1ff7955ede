import { createMcpHandler } from '@modelcontextprotocol/server'
import { HttpListeners } from './http-listeners.ts'
import { MAX_REQUEST_BYTES, MAX_SUBSCRIPTIONS } from './limits.ts'
import { checkListen, listenIn, refusalOf } from './listen-message.ts'
import { asProtocolErrors, createMcpServer, type McpServerDeps, silentCall } from './mcp-server.ts'
import { McpSessions, SESSION_HEADER } from './mcp-sessions.ts'
import type { McpOffer } from './offer.ts'
import { ResourceNotices } from './resource-notices.ts'
import { spacedriveOffer } from './spacedrive-offer.ts'

export interface McpHandlerDeps extends McpServerDeps {
  /** Aborted when the server closes. */
  readonly closing: AbortSignal
  readonly offer?: McpOffer
}

/**
 * Serves MCP over HTTP in any revision of the protocol. Each request stands alone, unless a client of an earlier
 * revision opens a session by `initialize` and names it from then on.
 */
export function mcpHandler({
  closing,
  offer = spacedriveOffer,
  ...deps
}: McpHandlerDeps): (request: Request) => Promise<Response> {
  const sessions = new McpSessions(deps, offer)
  const notices = new ResourceNotices({ resources: offer.resources, watch: deps.watch })
  const listeners = new HttpListeners(notices)
  const handler = createMcpHandler(() => createMcpServer(deps, offer, null), {
    bus: listeners,
    maxRequestBodySize: MAX_REQUEST_BYTES,
    maxSubscriptions: MAX_SUBSCRIPTIONS,
  })
  closing.addEventListener('abort', () => {
    sessions[Symbol.dispose]()
    notices[Symbol.dispose]()
    void handler.close().catch(deps.onError)
  })

  return async (request) => {
    if (request.headers.has(SESSION_HEADER)) return sessions.serve(request)
    const message = request.method === 'POST' ? await messageOf(request) : null
    if (isInitialize(message)) return sessions.open(request)
    const listen = listenIn(message)
    if (listen === null) return handler.fetch(request)
    try {
      return await asProtocolErrors(deps, () => {
        checkListen(listen)
        return listeners.listen(listen.uris, silentCall(deps, request.signal), () => handler.fetch(request))
      })
    } catch (err) {
      return Response.json(refusalOf(listen, err))
    }
  }
}

/** The JSON in the body, which can still be read afterwards; null if there is none, or if it is too large. */
async function messageOf(request: Request): Promise<unknown> {
  // Without a length, as when it is sent in pieces, it is read as far as it may be long.
  if (Number(request.headers.get('content-length') ?? 0) > MAX_REQUEST_BYTES) return null
  const reader = request.clone().body?.getReader()
  if (!reader) return null
  const pieces: Uint8Array[] = []
  let length = 0
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      length += piece.value.length
      if (length > MAX_REQUEST_BYTES) {
        // This settles only when the other copy, which answers that it is too large, is cancelled too.
        void reader.cancel().catch(() => {})
        return null
      }
      pieces.push(piece.value)
    }
    return JSON.parse(Buffer.concat(pieces).toString())
  } catch {
    return null
  }
}

function isInitialize(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'method' in message && message.method === 'initialize'
}
