import { AsyncLocalStorage } from 'node:async_hooks'
import { InMemoryServerEventBus, type ServerEvent, type ServerEventBus } from '@modelcontextprotocol/server'
import { MAX_SUBSCRIPTIONS, MAX_WATCHED } from './limits.ts'
import type { McpCall } from './offer.ts'
import type { ResourceNotices } from './resource-notices.ts'

/** The resources that one `subscriptions/listen` request watches. */
interface Listening {
  readonly uris: readonly string[]
  /** True once its stream is open; the end of the stream then ends the watching. */
  isOpen: boolean
}

/** Watches the resources of open notification streams. The SDK opens and ends the streams, and says so through its bus. */
export class HttpListeners implements ServerEventBus {
  readonly #bus = new InMemoryServerEventBus()
  readonly #listening = new AsyncLocalStorage<Listening>()
  readonly #notices: ResourceNotices

  constructor(notices: ResourceNotices) {
    this.#notices = notices
    notices.sendTo({
      updated: (uri) => this.publish({ kind: 'resource_updated', uri }),
      listChanged: () => this.publish({ kind: 'resources_list_changed' }),
    })
  }

  /** Watches the resources, then lets `open` open the stream. Throws if there is no such resource. */
  async listen(uris: readonly string[], call: McpCall, open: () => Promise<Response>): Promise<Response> {
    const watched: string[] = []
    const listening: Listening = { uris: watched, isOpen: false }
    try {
      for (const uri of new Set(uris)) {
        await this.#notices.watch(uri, call, MAX_WATCHED * MAX_SUBSCRIPTIONS)
        watched.push(uri)
      }
      return await this.#listening.run(listening, open)
    } finally {
      if (!listening.isOpen) this.#unwatch(watched)
    }
  }

  publish(event: ServerEvent): void {
    this.#bus.publish(event)
  }

  subscribe(listener: (event: ServerEvent) => void): () => void {
    const listening = this.#listening.getStore()
    const unsubscribe = this.#bus.subscribe(listener)
    if (listening) listening.isOpen = true
    return () => {
      unsubscribe()
      if (listening?.isOpen) this.#unwatch(listening.uris)
    }
  }

  #unwatch(uris: readonly string[]): void {
    for (const uri of uris) this.#notices.unwatch(uri)
  }
}
