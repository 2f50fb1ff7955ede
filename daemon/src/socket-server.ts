import { chmodSync, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { createServer, type Server } from 'node:net'
import { once } from 'node:events'
import type { Logger } from '@spacedrive/core'
import type { Connections } from './connections.ts'
import { makePrivateFolder } from './socket-place.ts'
import { SocketCarrier } from './socket-carrier.ts'

export interface SocketServerOptions {
  /** Path of a socket that does not exist yet, or the name of a pipe. */
  readonly socket: string
  readonly connections: Connections
  readonly log: Logger
}

/** Serves the daemon's socket. Disposing it disconnects all clients, even in the middle of an answer. */
export class SocketServer implements AsyncDisposable {
  readonly socket: string
  readonly #connections: Connections
  readonly #log: Logger
  #server: Server

  private constructor({ connections, log, socket }: SocketServerOptions) {
    this.socket = socket
    this.#connections = connections
    this.#log = log
    this.#server = this.#create()
  }

  /** Throws the system's error where it cannot listen there. */
  static async listen(options: SocketServerOptions): Promise<SocketServer> {
    const server = new SocketServer(options)
    await server.#listen()
    return server
  }

  /** The file of the socket; none on Windows. */
  get files(): readonly string[] {
    return process.platform === 'win32' ? [] : [this.socket]
  }

  /** Makes the socket again if it was removed. Clients that are connected stay so. */
  async restore(): Promise<void> {
    if (this.files.every((file) => existsSync(file))) return
    makePrivateFolder(dirname(this.socket))
    this.#server.close()
    this.#server = this.#create()
    await this.#listen()
  }

  #create(): Server {
    const { limits } = this.#connections
    return createServer((client) => this.#connections.accept(new SocketCarrier(client, limits.frameBytes)))
  }

  async #listen(): Promise<void> {
    this.#server.listen(this.socket)
    await once(this.#server, 'listening')
    this.#server.on('error', (err) => this.#log.error({ err }, 'the command socket failed'))
    // Only this user can enter the folder, so no other user could connect before the chmod.
    if (process.platform !== 'win32') chmodSync(this.socket, 0o600)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#connections.close('socket')
    await closed
  }
}
