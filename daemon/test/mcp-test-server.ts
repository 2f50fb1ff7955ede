import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { answerTo, ownUser } from '../src/asker.ts'
import { guard } from '../src/http/guard.ts'
import { mcpHandler, type McpHandlerDeps } from '../src/mcp/index.ts'

/** The handler and the guard of the daemon behind a port of their own, without a sign-in. */
export class McpTestServer implements AsyncDisposable {
  readonly url: string
  readonly errors: unknown[]
  readonly #server: Server
  readonly #closing: AbortController

  private constructor(of: { server: Server; closing: AbortController; errors: unknown[] }) {
    this.#server = of.server
    this.#closing = of.closing
    this.errors = of.errors
    this.url = `http://127.0.0.1:${(of.server.address() as AddressInfo).port}/`
  }

  static async listen(deps: Pick<McpHandlerDeps, 'call' | 'offer'>): Promise<McpTestServer> {
    const errors: unknown[] = []
    const closing = new AbortController()
    const handle = mcpHandler({
      version: '1.2.3',
      watch: () => ({ [Symbol.dispose]: () => {} }),
      onError: (err) => void errors.push(err),
      closing: closing.signal,
      ...deps,
    })
    const origins = new Set<string>()
    const answer = getRequestListener((request) => answerTo(ownUser, () => handle(request)))
    const server = createServer((request, response) => {
      const refusal = guard(request, origins)
      if (refusal === null) void answer(request, response)
      else response.writeHead(403).end(refusal)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    for (const host of ['127.0.0.1', 'localhost']) origins.add(`http://${host}:${port}`)
    return new McpTestServer({ server, closing, errors })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }
}
