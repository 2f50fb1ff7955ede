import { randomBytes } from 'node:crypto'
import type { Endpoint, Incoming } from '@number0/iroh'
import { PeerKey } from '../../domain/index.ts'
import type { Logger } from '../../util/logger.ts'
import { settledWithin } from '../../util/settled-within.ts'
import { formatAddress } from '../transport/addresses.ts'
import { bytesToArray, textToArray } from '../transport/iroh/byte-array.ts'
import { freeSockets } from '../transport/iroh/free-sockets.ts'
import { irohMessage } from '../transport/iroh/iroh-errors.ts'
import { loadIroh } from '../transport/iroh/load-iroh.ts'
import { REFLECT_ALPN, writeReflection } from '../transport/iroh/reflection.ts'

/** Devices that ask at once; each is done within a round trip, or is gone after `ASKED_TIMEOUT_MS`. */
const MAX_ASKED = 64
const ASKED_TIMEOUT_MS = 5_000
const CLOSE_TIMEOUT_MS = 5_000

/** Tells whoever asks under which address it is seen: what its NAT makes of it. Keeps nothing. */
export class Reflector {
  /** Null once it is closed: while it is held, so is its socket. */
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

  /** At a port that is not 0. */
  static async open({ host, port, log }: { host: string; port: number; log: Logger }): Promise<Reflector> {
    const iroh = await loadIroh()
    const builder = iroh.Endpoint.builder()
    iroh.presetMinimal(builder)
    // Another key each time: it is asked for before the reflector is.
    builder.secretKey(bytesToArray(randomBytes(32)))
    builder.alpns([textToArray(REFLECT_ALPN)])
    builder.relayMode(iroh.RelayMode.disabled())
    builder.bindAddr(formatAddress(host, port))
    return new Reflector(await builder.bind(), { port, log })
  }

  /** What a device needs to ask. */
  get place(): { key: PeerKey; port: number } {
    return { key: PeerKey.parse(this.#endpoint!.id().toString()), port: this.#port }
  }

  async close(): Promise<void> {
    const sockets = this.#endpoint?.boundSockets() ?? []
    await this.#end()
    await freeSockets(sockets, CLOSE_TIMEOUT_MS)
  }

  // A function of its own: what it has held is let go of before the sockets are waited for.
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
        this.#log.debug({ reason: irohMessage(err) }, 'an address was not reflected'),
      )
    }
  }

  async #answer(incoming: Incoming): Promise<void> {
    const { addr } = await incoming.remoteAddr()
    if (this.#asked >= MAX_ASKED || addr === undefined) return incoming.refuse()
    // An invented address would be told to nobody, and take a place all the same.
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
