import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Connections } from '../connections.ts'
import type { Authenticator } from './authenticator.ts'
import { clientOf } from './client-of.ts'
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

  /** Answers a request to become a WebSocket that the guard has let through. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { authenticator, connections, limits } = this.#deps
    try {
      if (request.url?.split('?')[0] !== PATH) throw new HttpError(404, 'NotFound', `only ${PATH} is a WebSocket`)
      const rights = authenticator.check(request)
      noteSignedIn(request)
      const client = clientOf(request, { rights, session: authenticator.sessionOf(request) })
      connections.check('websocket', client)
      this.#server.handleUpgrade(request, socket, head, (opened) => {
        const carrier = new WebSocketCarrier(opened, { heartbeatMs: limits.heartbeatMs, client })
        const connection = connections.accept(carrier)
        authenticator.endWithSession(request, opened, () => connection?.[Symbol.dispose]())
      })
    } catch (err) {
      refuseUpgrade(socket, err)
    }
  }
}
