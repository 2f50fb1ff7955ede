import { chmodSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import type { Hello } from '@spacedrive/client'
import { type Core, CoreError } from '@spacedrive/core'
import { Connection } from './connection.ts'
import { defaultLimits, type ServerLimits } from './limits.ts'
import { wireError } from './wire-error.ts'

export interface SocketServerOptions {
  readonly core: Core
  /** Path of a socket that does not exist yet, or the name of a pipe. */
  readonly socket: string
  /** Who answers; the server itself knows whether it is idle. */
  readonly identity: Omit<Hello, 'idle'>
  /** A client asked the daemon to end. */
  readonly onStop: () => void
  readonly limits?: Partial<ServerLimits>
}

/** Answers the clients of one daemon. Disposing it drops them all, with what they were sent so far. */
export class SocketServer implements AsyncDisposable {
  readonly socket: string
  readonly #options: SocketServerOptions
  readonly #limits: ServerLimits
  readonly #server: Server
  readonly #connections = new Set<Connection>()

  private constructor(options: SocketServerOptions) {
    this.socket = options.socket
    this.#options = options
    this.#limits = { ...defaultLimits, ...options.limits }
    this.#server = createServer((socket) => this.#accept(socket))
  }

  /** Throws the system's error where it cannot listen there. */
  static async listen(options: SocketServerOptions): Promise<SocketServer> {
    const server = new SocketServer(options)
    server.#server.listen(options.socket)
    await once(server.#server, 'listening')
    server.#server.on('error', (err) => options.core.log.error({ err }, 'the socket failed'))
    // Its folder is this user's alone, so nobody came before this.
    if (process.platform !== 'win32') chmodSync(options.socket, 0o600)
    return server
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const connection of this.#connections) connection[Symbol.dispose]()
    await closed
  }

  #accept(socket: Socket): void {
    if (this.#connections.size >= this.#limits.connections) return this.#turnAway(socket)
    const { core, onStop } = this.#options
    const connection: Connection = new Connection(socket, {
      core,
      limits: this.#limits,
      hello: () => this.#hello(),
      stop: onStop,
      onClosed: () => this.#connections.delete(connection),
    })
    this.#connections.add(connection)
  }

  #turnAway(socket: Socket): void {
    const error = new CoreError(
      'Unavailable',
      `${this.#connections.size} programs are connected to the daemon, no more fit`,
    )
    socket.on('error', () => {})
    socket.end(`${JSON.stringify({ jsonrpc: '2.0', id: null, error: wireError(error) })}\n`, () => socket.destroy())
  }

  #hello(): Hello {
    const { running, queued } = this.#options.core.status().jobs
    return { ...this.#options.identity, idle: running + queued === 0 && this.#connections.size <= 1 }
  }
}
