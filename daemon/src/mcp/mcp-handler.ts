import { createMcpHandler } from '@modelcontextprotocol/server'
import { MAX_REQUEST_BYTES, MAX_SUBSCRIPTIONS } from './limits.ts'
import { createMcpServer, type McpServerDeps } from './mcp-server.ts'

export interface McpHandlerDeps extends McpServerDeps {
  /** Aborted when the server closes. */
  readonly closing: AbortSignal
}

/**
 * Serves MCP over HTTP, each request by itself and in any revision of the protocol. The handler keeps no session and
 * sends no requests to clients, so it also serves clients that cannot answer.
 */
export function mcpHandler({ closing, ...deps }: McpHandlerDeps): (request: Request) => Promise<Response> {
  const handler = createMcpHandler(() => createMcpServer(deps), {
    maxRequestBodySize: MAX_REQUEST_BYTES,
    maxSubscriptions: MAX_SUBSCRIPTIONS,
  })
  closing.addEventListener('abort', () => void handler.close().catch(() => {}))
  return handler.fetch
}
