import { randomUUID } from 'node:crypto'
import { SUPPORTED_PROTOCOL_VERSIONS, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'
import { currentAsker } from '../asker.ts'
import { KeptMessages } from './kept-messages.ts'
import { MAX_REQUEST_BYTES, MAX_SESSIONS, MAX_SESSIONS_EACH, RECONNECT_MS } from './limits.ts'
import { createMcpServer, type McpServerDeps } from './mcp-server.ts'
import type { McpOffer } from './offer.ts'
import { ResourceNotices } from './resource-notices.ts'

interface Session {
  readonly id: string
  /** The API key or session of the client that opened it; null for the user of this machine. No other client may use it. */
  readonly owner: string | null
  readonly transport: WebStandardStreamableHTTPServerTransport
  readonly inItsRevision: (request: Request) => Request
  readonly close: () => void
}

/** The header that names a session. */
export const SESSION_HEADER = 'mcp-session-id'

/** HTTP sessions of clients of earlier revisions, which get log messages and notices of changes. */
export class McpSessions implements Disposable {
  readonly #deps: McpServerDeps
  readonly #offer: McpOffer
  /** The session that was used last is at the end. */
  readonly #sessions = new Map<string, Session>()

  constructor(deps: McpServerDeps, offer: McpOffer) {
    this.#deps = deps
    this.#offer = offer
  }

  /** Serves a request that names its session. */
  async serve(request: Request): Promise<Response> {
    const id = request.headers.get(SESSION_HEADER) ?? ''
    const session = this.#sessions.get(id)
    if (!session || session.owner !== currentAsker().id) return noSession()
    this.#sessions.delete(id)
    this.#sessions.set(id, session)
    return session.transport.handleRequest(session.inItsRevision(request))
  }

  /** Opens a session for an `initialize` request. */
  async open(request: Request): Promise<Response> {
    const owner = currentAsker().id
    this.#makeRoom(owner)
    const id = randomUUID()
    const notices = new ResourceNotices({ resources: this.#offer.resources, watch: this.#deps.watch })
    const server = createMcpServer(this.#deps, this.#offer, notices)
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      onsessionclosed: () => close(),
      eventStore: new KeptMessages(),
      retryInterval: RECONNECT_MS,
      maxRequestBodySize: MAX_REQUEST_BYTES,
    })
    const close = () => {
      if (!this.#sessions.delete(id)) return
      notices[Symbol.dispose]()
      void server.close().catch(this.#deps.onError)
    }
    const inItsRevision = (asked: Request) => withRevision(asked, server.server.getNegotiatedProtocolVersion())
    this.#sessions.set(id, { id, owner, transport, inItsRevision, close })
    await server.connect(transport)
    const answer = await transport.handleRequest(request)
    if (!answer.ok) close()
    return answer
  }

  [Symbol.dispose](): void {
    for (const { close } of this.#sessions.values()) close()
  }

  /** Closes the session that was unused for the longest time: one of the same owner if it has its share. */
  #makeRoom(owner: string | null): void {
    const all = [...this.#sessions.values()]
    const own = all.filter((session) => session.owner === owner)
    if (own.length >= MAX_SESSIONS_EACH) own[0]?.close()
    else if (all.length >= MAX_SESSIONS) all[0]?.close()
  }
}

/**
 * The request with the revision that the session began with. A client may name an earlier one that we know; it would
 * then get less than it negotiated.
 */
function withRevision(request: Request, revision: string | undefined): Request {
  const named = request.headers.get(REVISION_HEADER)
  if (revision === undefined || named === null || named === revision || !SUPPORTED_PROTOCOL_VERSIONS.includes(named))
    return request
  const headers = new Headers(request.headers)
  headers.set(REVISION_HEADER, revision)
  return new Request(request, { headers })
}

const REVISION_HEADER = 'mcp-protocol-version'

/** Says that the client must initialise again, as the protocol wants it. */
function noSession(): Response {
  const error = { code: -32_001, message: 'there is no such session; send `initialize` again' }
  return Response.json({ jsonrpc: '2.0', error, id: null }, { status: 404 })
}
