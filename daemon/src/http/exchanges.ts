import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Logger } from '@spacedrive/core'
import type { HttpLimits } from './http-limits.ts'

/** How often a connection is looked at within `slowMs`. */
const LOOKS = 4

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

interface Waiting extends Exchange {
  readonly answer: () => void
}

interface Line {
  /** The one that is being answered. */
  current: ServerResponse
  readonly waiting: Waiting[]
  /** Bytes that the client had read at each of the last checks, while it had more to read. */
  taken: number[]
}

/**
 * Answers the requests of each connection one after the other. Otherwise a client could send hundreds at once and leave
 * hundreds of answers unread. Cuts off a client that reads its answer too slowly.
 */
export class Exchanges implements Disposable {
  readonly #limits: HttpLimits
  readonly #log: Logger
  readonly #lines = new Map<Socket, Line>()
  readonly #timer: NodeJS.Timeout

  constructor(limits: HttpLimits, log: Logger) {
    this.#limits = limits
    this.#log = log
    this.#timer = setInterval(() => this.#cutOffSlow(), limits.slowMs / LOOKS).unref()
  }

  /** Calls `answer` when the answers before it on its connection are sent; never if the connection ends before. */
  add(exchange: Exchange, answer: () => void): void {
    const { socket } = exchange.request
    // Data that was read before the connection was cut off.
    if (socket.destroyed) return
    const line = this.#lines.get(socket)
    if (!line) return this.#begin({ ...exchange, answer }, [])
    if (line.waiting.length >= this.#limits.pipelined) return void socket.destroy()
    line.waiting.push({ ...exchange, answer })
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #begin({ answer, request, response }: Waiting, waiting: Waiting[]): void {
    const { socket } = request
    this.#lines.set(socket, { current: response, waiting, taken: [] })
    response.once('close', () => {
      const next = waiting.shift()
      if (next && !socket.destroyed) this.#begin(next, waiting)
      else this.#lines.delete(socket)
    })
    answer()
  }

  #cutOffSlow(): void {
    const { slowBytes } = this.#limits
    for (const [socket, line] of this.#lines) {
      const left = line.current.writableLength + socket.writableLength
      if (left === 0) {
        line.taken = []
        continue
      }
      const taken = socket.bytesWritten - socket.writableLength
      line.taken.push(taken)
      if (line.taken.length <= LOOKS) continue
      if (taken - line.taken.shift()! >= slowBytes) continue
      this.#log.warn({ waiting: left }, 'disconnected a client that read its answer too slowly')
      socket.destroy()
    }
  }
}
