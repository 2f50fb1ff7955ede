import type { ContentId, DeviceId } from '../../domain/index.ts'
import type { RawName } from '../../util/file-name.ts'
import type { Clock } from '../clock.ts'
import type { Peer, Peers } from '../wire/protocol.ts'
import { ask } from '../wire/rpc.ts'
import { browse } from './protocol.ts'
import { nameOf } from './wire-entry.ts'

/** Assumed rates before any measurement, in bytes per second: over the local network, and over a relay. */
const ASSUMED_RATES = { direct: 8_000_000, relay: 500_000 } as const
/** Assumed latency before the first heartbeat, in milliseconds. */
const ASSUMED_LATENCY_MS = 50
/** Weight of the earlier rate when a new one is measured. */
const KEPT_SHARE = 0.7
/** Smallest read that counts for the rate, in bytes. Smaller ones measure the latency. */
const MIN_MEASURED_BYTES = 65_536

/** A device that has a content, and the cost of fetching it from there. */
export interface Holder {
  readonly device: { readonly id: DeviceId; readonly name: string }
  readonly name: RawName
  readonly size: number
  readonly latencyMs: number | null
  /** The measured rate; null if there is none yet. */
  readonly bytesPerSecond: number | null
  /** Estimated time to fetch the whole content, in milliseconds. */
  readonly costMs: number
}

export interface HoldersDeps {
  readonly peers: Peers
  readonly clock: Clock
  readonly latencyOf: (device: DeviceId) => number | null
}

/** Chooses the device from which to fetch a content, by the measured rates. */
export class Holders {
  readonly #deps: HoldersDeps
  readonly #rates = new Map<DeviceId, number>()

  constructor(deps: HoldersDeps) {
    this.#deps = deps
  }

  rateOf(device: DeviceId): number | null {
    return this.#rates.get(device) ?? null
  }

  /** Records that this many bytes came from a device in this time. */
  measured(device: DeviceId, { bytes, ms }: { bytes: number; ms: number }): void {
    if (bytes < MIN_MEASURED_BYTES || ms <= 0) return
    const rate = (bytes / ms) * 1_000
    const before = this.#rates.get(device)
    this.#rates.set(device, before === undefined ? rate : before * KEPT_SHARE + rate * (1 - KEPT_SHARE))
  }

  /**
   * The connected devices that have a content and would send it, the cheapest first. Devices that do not answer are
   * left out.
   */
  async of(contentId: ContentId, signal: AbortSignal): Promise<Holder[]> {
    const asked = await Promise.all(this.#deps.peers.connected().map((peer) => this.#ask(peer, contentId, signal)))
    signal.throwIfAborted()
    return asked.flat().toSorted((a, b) => a.costMs - b.costMs)
  }

  async #ask(peer: Peer, contentId: ContentId, signal: AbortSignal): Promise<Holder[]> {
    try {
      const held = await ask(peer, { rpc: browse, verb: 'holding', input: { contents: [contentId] } }, signal)
      return held
        .filter((each) => each.contentId === contentId)
        .slice(0, 1)
        .map((each) => this.#holder(peer, { name: nameOf(each), size: each.size }))
    } catch {
      // A device that does not answer counts as one without the content.
      return []
    }
  }

  #holder(peer: Peer, { name, size }: { name: RawName; size: number }): Holder {
    const latencyMs = this.#deps.latencyOf(peer.id)
    const bytesPerSecond = this.rateOf(peer.id)
    const rate = bytesPerSecond ?? ASSUMED_RATES[peer.path()?.kind ?? 'relay']
    const costMs = (latencyMs ?? ASSUMED_LATENCY_MS) + (size / rate) * 1_000
    return { device: { id: peer.id, name: peer.name }, name, size, latencyMs, bytesPerSecond, costMs }
  }
}
