import { once } from 'node:events'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { createMcpServer, type McpServerDeps } from './mcp-server.ts'

/** Serves MCP over stdin and stdout until the client closes stdin or `signal` is aborted. */
export async function serveMcp(deps: McpServerDeps, signal: AbortSignal): Promise<void> {
  const ended = Promise.race([once(process.stdin, 'end'), once(process.stdin, 'close'), once(signal, 'abort')])
  const server = serveStdio(() => createMcpServer(deps), { onerror: deps.onError })
  await ended
  await server.close()
}
