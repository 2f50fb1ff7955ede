import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server'
import { checkListen, type Listen, listenIn, refusalOf } from './listen-message.ts'
import { asProtocolErrors, type McpServerDeps, silentCall } from './mcp-server.ts'
import type { ResourceNotices } from './resource-notices.ts'

type Inbound = NonNullable<Transport['onmessage']>
type Extra = Parameters<Inbound>[1]

interface Listening {
  readonly uris: string[]
  isEnded: boolean
}

interface Parts {
  readonly deps: McpServerDeps
  readonly notices: ResourceNotices
  readonly signal: AbortSignal
}

/**
 * A transport that also watches the resources that a client of the latest revision listens to, until it cancels that. The
 * SDK gets the request once they are watched, and the client an error if they cannot be.
 */
export class StdioListeners implements Transport {
  onclose?: () => void
  onerror?: (err: Error) => void
  onmessage?: Inbound
  readonly #inner: Transport
  readonly #parts: Parts
  /** By the ids of the requests. */
  readonly #listening = new Map<unknown, Listening>()

  constructor(inner: Transport, parts: Parts) {
    this.#inner = inner
    this.#parts = parts
    const handlers: Pick<Transport, 'onclose' | 'onerror' | 'onmessage'> = {
      onclose: () => this.onclose?.(),
      onerror: (err) => this.onerror?.(err),
      onmessage: (message, extra) => this.#receive(message, extra),
    }
    Object.assign(inner, handlers)
  }

  start(): Promise<void> {
    return this.#inner.start()
  }

  close(): Promise<void> {
    return this.#inner.close()
  }

  send(...args: Parameters<Transport['send']>): Promise<void> {
    const [message] = args
    // The SDK has refused or ended it.
    if ('id' in message && ('error' in message || 'result' in message)) this.#end(message.id)
    return this.#inner.send(...args)
  }

  #receive(message: JSONRPCMessage, extra: Extra): void {
    const listen = listenIn(message)
    if (listen) {
      void this.#listen(listen, () => this.onmessage?.(message, extra)).catch(this.#parts.deps.onError)
      return
    }
    if ('method' in message && message.method === 'notifications/cancelled') this.#end(message.params?.['requestId'])
    this.onmessage?.(message, extra)
  }

  async #listen(listen: Listen, open: () => void): Promise<void> {
    const { deps, notices, signal } = this.#parts
    this.#end(listen.id)
    const listening: Listening = { uris: [], isEnded: false }
    this.#listening.set(listen.id, listening)
    try {
      await asProtocolErrors(deps, async () => {
        checkListen(listen)
        for (const uri of new Set(listen.uris)) {
          await notices.watch(uri, silentCall(deps, signal))
          if (listening.isEnded) return notices.unwatch(uri)
          listening.uris.push(uri)
        }
      })
    } catch (err) {
      if (!listening.isEnded) await this.send(refusalOf(listen, err))
      return
    }
    if (!listening.isEnded) open()
  }

  #end(id: unknown): void {
    const listening = this.#listening.get(id)
    if (!listening) return
    this.#listening.delete(id)
    listening.isEnded = true
    for (const uri of listening.uris) this.#parts.notices.unwatch(uri)
  }
}
