import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Logger } from '@spacedrive/core'
import type { HttpLimits } from './http-limits.ts'

/** Looks this often within the time that a client may take nothing. */
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
  /** Bytes that were taken by the client when it was looked at last, and when that number changed. */
  taken: number
  changedAt: number
}

/**
 * Answers the requests of each connection one after the other: a client that sends hundreds at once would otherwise have
 * hundreds of answers made that it does not read. Cuts off a client that takes nothing of its answer.
 */
export class Exchanges implements Disposable {
  readonly #limits: HttpLimits
  readonly #log: Logger
  readonly #lines = new Map<Socket, Line>()
  readonly #timer: NodeJS.Timeout

  constructor(limits: HttpLimits, log: Logger) {
    this.#limits = limits
    this.#log = log
    this.#timer = setInterval(() => this.#cutOffStalled(), limits.stalledMs / LOOKS).unref()
  }

  /** Calls `answer` when the answers before it on its connection are sent; never if the connection ends before. */
  add(exchange: Exchange, answer: () => void): void {
    const { socket } = exchange.request
    // What was read before the connection was cut off.
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
    this.#lines.set(socket, { current: response, waiting, taken: -1, changedAt: performance.now() })
    response.once('close', () => {
      const next = waiting.shift()
      if (next && !socket.destroyed) this.#begin(next, waiting)
      else this.#lines.delete(socket)
    })
    answer()
  }

  #cutOffStalled(): void {
    const now = performance.now()
    for (const [socket, line] of this.#lines) {
      const left = line.current.writableLength + socket.writableLength
      const taken = socket.bytesWritten - socket.writableLength
      const isStalled = left > 0 && taken === line.taken
      if (!isStalled) Object.assign(line, { taken, changedAt: now })
      else if (now - line.changedAt >= this.#limits.stalledMs) {
        this.#log.warn({ waiting: left }, 'a client was cut off: it does not read its answer')
        socket.destroy()
      }
    }
  }
}
