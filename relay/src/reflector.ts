import { randomBytes } from 'node:crypto'
import type { Endpoint, Incoming } from '@number0/iroh'
import type { Logger } from '@spacedrive/core'
import {
  bytesToArray,
  formatAddress,
  freeSockets,
  irohMessage,
  loadIroh,
  PeerKey,
  REFLECT_ALPN,
  textToArray,
  writeReflection,
} from '@spacedrive/core/relay-protocol'
import { settledWithin } from '@spacedrive/core/settled-within'

/**
 * Most devices that are answered at the same time. Each is answered within a round trip, or dropped after
 * `ASKED_TIMEOUT_MS`.
 */
const MAX_ASKED = 64
const ASKED_TIMEOUT_MS = 5_000
const CLOSE_TIMEOUT_MS = 5_000

/** Tells a device the address from which its packets arrive, that is, its address outside its NAT. Stores nothing. */
export class Reflector {
  /** Null once it is closed, because a reference to the endpoint keeps its socket open. */
  #endpoint: Endpoint | null
  readonly #log: Logger
  readonly #accepting: Promise<void>
  readonly #port: number
  #asked = 0

  private constructor(endpoint: Endpoint, { port, log }: { port: number; log: Logger }) {
    this.#endpoint = endpoint
    this.#port = port
    this.#log = log
    this.#accepting = this.#accept()
  }

  /** `port` must not be 0. */
  static async open({ host, port, log }: { host: string; port: number; log: Logger }): Promise<Reflector> {
    const iroh = await loadIroh()
    const builder = iroh.Endpoint.builder()
    iroh.presetMinimal(builder)
    // The key is new at each start; devices ask the relay for it first.
    builder.secretKey(bytesToArray(randomBytes(32)))
    builder.alpns([textToArray(REFLECT_ALPN)])
    builder.relayMode(iroh.RelayMode.disabled())
    builder.bindAddr(formatAddress(host, port))
    return new Reflector(await builder.bind(), { port, log })
  }

  /** The key and port that a device needs to ask. */
  get place(): { key: PeerKey; port: number } {
    return { key: PeerKey.parse(this.#endpoint!.id().toString()), port: this.#port }
  }

  async close(): Promise<void> {
    const sockets = this.#endpoint?.boundSockets() ?? []
    await this.#end()
    await freeSockets(sockets, CLOSE_TIMEOUT_MS)
  }

  // A separate function, so that its references are released before `close` waits for the sockets.
  async #end(): Promise<void> {
    const ended = [this.#endpoint?.close(), this.#accepting].map((promise) => Promise.resolve(promise))
    this.#endpoint = null
    await settledWithin(CLOSE_TIMEOUT_MS, ended)
  }

  async #accept(): Promise<void> {
    while (this.#endpoint) {
      const incoming = await this.#endpoint.acceptNext().catch(() => null)
      if (!incoming) return
      void this.#answer(incoming).catch((err: unknown) =>
        this.#log.debug({ reason: irohMessage(err) }, 'cannot tell a device its outside address'),
      )
    }
  }

  async #answer(incoming: Incoming): Promise<void> {
    const { addr } = await incoming.remoteAddr()
    if (this.#asked >= MAX_ASKED || addr === undefined) return incoming.refuse()
    // A forged sender address would get no answer but would still take a place.
    if (!(await incoming.remoteAddrValidated())) return incoming.retry()
    this.#asked++
    try {
      const connection = await (await incoming.accept()).connect()
      await settledWithin(ASKED_TIMEOUT_MS, [writeReflection(connection, addr)])
      connection.close(0n, textToArray('done'))
    } finally {
      this.#asked--
    }
  }
}
