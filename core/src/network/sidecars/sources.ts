import type { DeviceId } from '../../domain/index.ts'

/** Weight of the latest transfer in the expected rate of the next one. */
const WEIGHT = 0.3
/** How long a device is skipped after a failure, in milliseconds. */
const REST_MS = 30_000
/** Assumed for untried devices, so that they are tried before slow ones. */
const UNKNOWN_BYTES_PER_SECOND = 20_000_000
const UNKNOWN_LATENCY_MS = 50

interface Measured {
  bytesPerSecond: number | null
  restsUntil: number
}

/** Measures how well devices serve this one, while the engine runs. */
export class Sources {
  readonly #ticks: () => number
  readonly #latencyMs: (device: DeviceId) => number | null
  readonly #measured = new Map<DeviceId, Measured>()

  constructor(of: { ticks: () => number; latencyMs: (device: DeviceId) => number | null }) {
    this.#ticks = of.ticks
    this.#latencyMs = of.latencyMs
  }

  served(device: DeviceId, { bytes, ms }: { bytes: number; ms: number }): void {
    const measured = this.#of(device)
    const rate = bytes / (Math.max(ms, 1) / 1_000)
    measured.bytesPerSecond =
      measured.bytesPerSecond === null ? rate : measured.bytesPerSecond * (1 - WEIGHT) + rate * WEIGHT
    measured.restsUntil = 0
  }

  failed(device: DeviceId): void {
    this.#of(device).restsUntil = this.#ticks() + REST_MS
  }

  rests(device: DeviceId): boolean {
    return (this.#measured.get(device)?.restsUntil ?? 0) > this.#ticks()
  }

  /** The fastest first; of equally fast devices, the one with the lowest latency first. */
  order(devices: readonly DeviceId[]): DeviceId[] {
    return devices.toSorted((a, b) => this.#rate(b) - this.#rate(a) || this.#latency(a) - this.#latency(b))
  }

  #rate(device: DeviceId): number {
    return this.#measured.get(device)?.bytesPerSecond ?? UNKNOWN_BYTES_PER_SECOND
  }

  #latency(device: DeviceId): number {
    return this.#latencyMs(device) ?? UNKNOWN_LATENCY_MS
  }

  #of(device: DeviceId): Measured {
    const measured = this.#measured.get(device) ?? { bytesPerSecond: null, restsUntil: 0 }
    this.#measured.set(device, measured)
    return measured
  }
}
