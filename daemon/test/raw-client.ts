import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { LineReader } from '@spacedrive/client/node'

/** A frame as it came, to be compared with what is expected. */
export type Frame = Record<string, unknown>

/** A program that writes to the daemon's socket whatever it likes. */
export class RawClient implements Disposable {
  readonly socket: Socket
  /** Settles when the connection is gone. */
  readonly closed: Promise<void>
  readonly #frames: Frame[] = []
  #wake: () => void = () => {}
  #isClosed = false

  private constructor(socket: Socket) {
    this.socket = socket
    const reader = new LineReader({
      maxBytes: Number.MAX_SAFE_INTEGER,
      onLine: (line) => {
        this.#frames.push(JSON.parse(line) as Frame)
        this.#wake()
      },
      onTooLong: () => {},
    })
    socket.on('data', (chunk: Buffer) => reader.push(chunk))
    // Being dropped while it writes is what most tests are about.
    socket.on('error', () => {})
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#isClosed = true
        this.#wake()
        resolve()
      })
    })
  }

  static async connect(path: string): Promise<RawClient> {
    const socket = connect(path)
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  /** Connected, and past `hello`. */
  static async greeted(path: string): Promise<RawClient> {
    const client = await RawClient.connect(path)
    await client.ask('hello', { version: '1.0.0', protocol: 1 })
    return client
  }

  send(message: object): void {
    this.socket.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  }

  /** The next frame; null where the connection ended without one. */
  async next(): Promise<Frame | null> {
    for (;;) {
      const frame = this.#frames.shift()
      if (frame) return frame
      if (this.#isClosed) return null
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** One request, with nothing else under way. */
  async ask(method: string, params: unknown = {}, extra: object = {}): Promise<Frame | null> {
    this.send({ id: 'ask', method, params, ...extra })
    return this.next()
  }

  /** Nothing is taken from the socket any more. */
  stopReading(): void {
    this.socket.pause()
  }

  [Symbol.dispose](): void {
    this.socket.destroy()
  }
}
