import { once } from 'node:events'
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { MAX_SUBSCRIPTIONS } from './limits.ts'
import { createMcpServer, type McpServerDeps } from './mcp-server.ts'
import { ResourceNotices } from './resource-notices.ts'
import { spacedriveOffer } from './spacedrive-offer.ts'
import { StdioListeners } from './stdio-listeners.ts'

/** Serves MCP over stdin and stdout until the client closes stdin or `signal` is aborted. */
export async function serveMcp(deps: McpServerDeps, signal: AbortSignal): Promise<void> {
  const ended = Promise.race([once(process.stdin, 'end'), once(process.stdin, 'close'), once(signal, 'abort')])
  using notices = new ResourceNotices({ resources: spacedriveOffer.resources, watch: deps.watch })
  const transport = new StdioListeners(new StdioServerTransport(), { deps, notices, signal })
  const server = serveStdio(() => createMcpServer(deps, spacedriveOffer, notices), {
    transport,
    maxSubscriptions: MAX_SUBSCRIPTIONS,
    onerror: deps.onError,
  })
  await ended
  await server.close()
}
