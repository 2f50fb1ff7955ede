import type { Socket } from 'node:net'
import { LineReader } from '@spacedrive/client/node'
import { ownUser } from './asker.ts'
import type { Carrier, CarrierListener } from './carrier.ts'

/** One document a line, over a Unix socket or a named pipe. */
export class SocketCarrier implements Carrier {
  readonly kind = 'socket'
  readonly asker = ownUser
  readonly #socket: Socket
  readonly #maxBytes: number
  #reader: LineReader | null = null

  /** `maxBytes`: the largest document. */
  constructor(socket: Socket, maxBytes: number) {
    this.#socket = socket
    this.#maxBytes = maxBytes
    // A client that is killed resets the connection; `close` follows.
    socket.on('error', () => {})
  }

  open(listener: CarrierListener): void {
    const reader = new LineReader({
      maxBytes: this.#maxBytes,
      onLine: (line) => listener.onFrame(line),
      onTooLong: () => listener.onTooLong(),
    })
    this.#reader = reader
    this.#socket.on('data', (chunk: Buffer) => reader.push(chunk))
    this.#socket.on('close', () => listener.onClosed())
  }

  write(piece: Buffer, isLast: boolean, onWritten: () => void): void {
    this.#socket.cork()
    this.#socket.write(piece, onWritten)
    if (isLast) this.#socket.write('\n')
    this.#socket.uncork()
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  stopReading(): void {
    this.#reader?.stop()
  }

  end(farewellMs: number): void {
    this.#socket.destroySoon()
    const timer = setTimeout(() => this.#socket.destroy(), farewellMs)
    this.#socket.once('close', () => clearTimeout(timer))
  }

  destroy(): void {
    this.#socket.destroy()
  }
}
