import type { WebSocket } from 'ws'
import type { Asker } from '../asker.ts'
import type { Carrier, CarrierListener } from '../carrier.ts'

/** The error code of `ws` for a message that is too long. */
const TOO_LONG = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'
/** RFC 6455, 7.4.1. */
const GOING_AWAY = 1001

/** One document a message, over a WebSocket. */
export class WebSocketCarrier implements Carrier {
  readonly kind = 'websocket'
  readonly asker: Asker
  readonly #socket: WebSocket
  readonly #heartbeatMs: number
  #stopped = false

  /** `heartbeatMs`: one that does not answer a ping until the next one is gone: a lid was closed, a cable pulled. */
  constructor(socket: WebSocket, { asker, heartbeatMs }: { asker: Asker; heartbeatMs: number }) {
    this.#socket = socket
    this.asker = asker
    this.#heartbeatMs = heartbeatMs
  }

  open(listener: CarrierListener): void {
    const socket = this.#socket
    let isAlive = true
    const heartbeat = setInterval(() => {
      if (!isAlive) return socket.terminate()
      isAlive = false
      socket.ping()
    }, this.#heartbeatMs)
    socket.on('pong', () => (isAlive = true))
    socket.on('message', (data) => {
      isAlive = true
      // One buffer, as `binaryType` is by default.
      if (!this.#stopped) listener.onFrame((data as Buffer).toString('utf8'))
    })
    socket.on('error', (err: NodeJS.ErrnoException) => {
      if (err.code === TOO_LONG) listener.onTooLong()
    })
    socket.on('close', () => {
      clearInterval(heartbeat)
      listener.onClosed()
    })
  }

  write(piece: Buffer, isLast: boolean, onWritten: () => void): void {
    this.#socket.send(piece, { binary: false, fin: isLast }, onWritten)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  stopReading(): void {
    this.#stopped = true
  }

  end(farewellMs: number): void {
    // It has to hear the other side's goodbye.
    this.#socket.resume()
    this.#socket.close(GOING_AWAY)
    const timer = setTimeout(() => this.#socket.terminate(), farewellMs)
    this.#socket.once('close', () => clearTimeout(timer))
  }

  destroy(): void {
    this.#socket.terminate()
  }
}
