import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server'
import { MAX_KEPT_LENGTH, MAX_KEPT_MESSAGES } from './limits.ts'

interface Kept {
  readonly number: number
  readonly stream: string
  readonly message: JSONRPCMessage
  readonly length: number
}

/** The last messages of a session, which its client fetches after its connection broke. The oldest are dropped first. */
export class KeptMessages implements EventStore {
  #kept: Kept[] = []
  #length = 0
  #last = 0

  async storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    const { length } = JSON.stringify(message)
    this.#kept.push({ number: ++this.#last, stream, message, length })
    this.#length += length
    while (this.#kept.length > MAX_KEPT_MESSAGES || (this.#length > MAX_KEPT_LENGTH && this.#kept.length > 1)) {
      this.#length -= this.#kept.shift()!.length
    }
    return idOf(stream, this.#last)
  }

  async getStreamIdForEventId(id: string): Promise<string | undefined> {
    return partsOf(id)?.stream
  }

  async replayEventsAfter(
    lastId: string,
    { send }: { send: (id: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const last = partsOf(lastId)
    const later = last ? this.#kept.filter(({ number, stream }) => stream === last.stream && number > last.number) : []
    // A stream begins with an empty message, which gives the client an id to continue from.
    for (const { message, number, stream } of later) if ('jsonrpc' in message) await send(idOf(stream, number), message)
    return last?.stream ?? ''
  }
}

function idOf(stream: string, number: number): string {
  return `${stream}/${number}`
}

function partsOf(id: string): { stream: string; number: number } | null {
  const at = id.lastIndexOf('/')
  const number = Number(id.slice(at + 1))
  return at < 0 || !Number.isSafeInteger(number) ? null : { stream: id.slice(0, at), number }
}
