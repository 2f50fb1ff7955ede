import { chmodSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { once } from 'node:events'
import type { Logger } from '@spacedrive/core'
import type { Connections } from './connections.ts'
import { SocketCarrier } from './socket-carrier.ts'

export interface SocketServerOptions {
  /** Path of a socket that does not exist yet, or the name of a pipe. */
  readonly socket: string
  readonly connections: Connections
  readonly log: Logger
}

/** Answers on the daemon's socket. Disposing it drops who is connected there, with what they were sent so far. */
export class SocketServer implements AsyncDisposable {
  readonly socket: string
  readonly #connections: Connections
  readonly #server: Server

  private constructor({ connections, socket }: SocketServerOptions) {
    this.socket = socket
    this.#connections = connections
    this.#server = createServer((client) =>
      connections.accept(new SocketCarrier(client, connections.limits.frameBytes)),
    )
  }

  /** Throws the system's error where it cannot listen there. */
  static async listen(options: SocketServerOptions): Promise<SocketServer> {
    const server = new SocketServer(options)
    server.#server.listen(options.socket)
    await once(server.#server, 'listening')
    server.#server.on('error', (err) => options.log.error({ err }, 'the socket failed'))
    // Its folder is this user's alone, so nobody came before this.
    if (process.platform !== 'win32') chmodSync(options.socket, 0o600)
    return server
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#connections.close('socket')
    await closed
  }
}
