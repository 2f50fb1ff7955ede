import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Connections } from '../connections.ts'
import type { Authenticator } from './authenticator.ts'
import type { HttpLimits } from './http-limits.ts'
import { HttpError, refuseUpgrade } from './problem.ts'
import { noteSignedIn } from './signed-in.ts'
import { WebSocketCarrier } from './web-socket-carrier.ts'

/** The one address that becomes a WebSocket. */
const PATH = '/ws'

export interface WebSocketsDeps {
  readonly authenticator: Authenticator
  readonly connections: Connections
  readonly limits: HttpLimits
}

/** Turns requests for `/ws` into clients like those of the daemon's socket. */
export class WebSockets {
  readonly #deps: WebSocketsDeps
  readonly #server: WebSocketServer

  constructor(deps: WebSocketsDeps) {
    this.#deps = deps
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      // On this machine it would only cost time.
      perMessageDeflate: false,
      maxPayload: deps.connections.limits.frameBytes,
    })
  }

  /** Answers a request to become a WebSocket that the guard has let through. Never rejects. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { authenticator, connections, limits } = this.#deps
    try {
      if (request.url?.split('?')[0] !== PATH) throw new HttpError(404, 'NotFound', `only ${PATH} is a WebSocket`)
      const asker = await authenticator.check(request)
      noteSignedIn(request)
      connections.check('websocket', asker)
      this.#server.handleUpgrade(request, socket, head, (client) => {
        const connection = connections.accept(new WebSocketCarrier(client, { asker, heartbeatMs: limits.heartbeatMs }))
        authenticator.endWithSession(request, client, () => connection?.[Symbol.dispose]())
      })
    } catch (err) {
      refuseUpgrade(socket, err)
    }
  }
}
