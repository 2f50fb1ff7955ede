import { createMcpHandler } from '@modelcontextprotocol/server'
import { MAX_REQUEST_BYTES, MAX_SUBSCRIPTIONS } from './limits.ts'
import { createMcpServer, type McpServerDeps } from './mcp-server.ts'

export interface McpHandlerDeps extends McpServerDeps {
  /** Aborted when the server closes. */
  readonly closing: AbortSignal
}

/**
 * MCP over HTTP: each request by itself, whichever revision of the protocol it speaks. It holds no session and asks
 * clients nothing, so that those who cannot answer are served as well.
 */
export function mcpHandler({ closing, ...deps }: McpHandlerDeps): (request: Request) => Promise<Response> {
  const handler = createMcpHandler(() => createMcpServer(deps), {
    maxRequestBodySize: MAX_REQUEST_BYTES,
    maxSubscriptions: MAX_SUBSCRIPTIONS,
  })
  closing.addEventListener('abort', () => void handler.close().catch(() => {}))
  return handler.fetch
}
