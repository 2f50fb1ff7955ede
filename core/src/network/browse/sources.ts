import type { ContentId, DeviceId } from '../../domain/index.ts'
import type { RawName } from '../../util/file-name.ts'
import type { Clock } from '../clock.ts'
import type { Peer, Peers } from '../wire/protocol.ts'
import { ask } from '../wire/rpc.ts'
import { browse } from './protocol.ts'
import { nameOf } from './wire-entry.ts'

/** Until something was measured: what comes straight over a local network, and what comes over a relay. Bytes a second. */
const ASSUMED_RATES = { direct: 8_000_000, relay: 500_000 } as const
/** Milliseconds, where no heartbeat has been answered yet. */
const ASSUMED_LATENCY_MS = 50
/** How much of the old measurement stays with each new one. */
const KEPT_SHARE = 0.7
/** Shorter reads measure the latency, not the rate. Bytes. */
const MIN_MEASURED_BYTES = 65_536

/** A device that has a content, and what it costs to have it from there. */
export interface Holder {
  readonly device: { readonly id: DeviceId; readonly name: string }
  readonly name: RawName
  readonly size: number
  readonly latencyMs: number | null
  /** As it was measured; null where nothing was yet. */
  readonly bytesPerSecond: number | null
  /** Until all of it would be here, as far as one can tell. */
  readonly costMs: number
}

export interface SourcesDeps {
  readonly peers: Peers
  readonly clock: Clock
  readonly latencyOf: (device: DeviceId) => number | null
}

/** Which device to have a content from: what each took until now, and who has it. */
export class Sources {
  readonly #deps: SourcesDeps
  readonly #rates = new Map<DeviceId, number>()

  constructor(deps: SourcesDeps) {
    this.#deps = deps
  }

  rateOf(device: DeviceId): number | null {
    return this.#rates.get(device) ?? null
  }

  /** So many bytes came from a device in so many milliseconds. */
  measured(device: DeviceId, { bytes, ms }: { bytes: number; ms: number }): void {
    if (bytes < MIN_MEASURED_BYTES || ms <= 0) return
    const rate = (bytes / ms) * 1_000
    const before = this.#rates.get(device)
    this.#rates.set(device, before === undefined ? rate : before * KEPT_SHARE + rate * (1 - KEPT_SHARE))
  }

  /** The devices connected now that have a content and send it, the cheapest first. Those that do not answer are left out. */
  async holders(contentId: ContentId, signal: AbortSignal): Promise<Holder[]> {
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
      // It is asked for what it has; that it does not answer is as good as that it has nothing.
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
