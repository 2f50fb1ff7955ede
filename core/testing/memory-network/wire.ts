import type { MemoryLink } from './memory-link.ts'
import type { MemoryNetwork } from './memory-network.ts'

/** After so long without hearing from the other side a connection is lost: as with Iroh. In milliseconds. */
export const IDLE_TIMEOUT_MS = 30_000

/** What arrives in the order it was sent: one stream in one direction. Between lanes the order is open. */
export interface Lane {
  readonly waiting: (() => void)[]
  /** No earlier than what was sent before. */
  readyAt: number
  /** How many could have arrived already, and are held up. */
  heldUp: number
}

export function newLane(): Lane {
  return { waiting: [], readyAt: 0, heldUp: 0 }
}

/** What lies between the two ends of a connection. Nothing on it is lost while it lives: it arrives later. */
export class Wire {
  readonly #network: MemoryNetwork
  readonly #heldUp = new Set<Lane>()
  #ends: readonly MemoryLink[] = []
  #idle: Disposable | null = null

  constructor(network: MemoryNetwork) {
    this.#network = network
  }

  connect(ends: readonly [MemoryLink, MemoryLink]): void {
    this.#ends = ends
  }

  joins(machine: string, other: string): boolean {
    return this.#ends.some((end) => end.machine === machine) && this.#ends.some((end) => end.machine === other)
  }

  /** Runs `arrive` on the other side, after all that was sent in this lane. */
  send(lane: Lane, arrive: () => void): void {
    const { clock } = this.#network
    lane.waiting.push(arrive)
    lane.readyAt = Math.max(lane.readyAt, clock.ticks() + this.#network.delay())
    clock.after(lane.readyAt - clock.ticks(), () => this.#arrive(lane))
  }

  /** To be called when who reaches whom may have changed, or an end has gone. */
  check(): void {
    const isQuiet = !this.#isOpen() || this.#ends.some((end) => end.hasEnded)
    if (!isQuiet) {
      this.#idle?.[Symbol.dispose]()
      this.#idle = null
      this.#resume()
      return
    }
    if (this.#ends.every((end) => end.hasEnded)) {
      this.#idle?.[Symbol.dispose]()
      this.#network.forget(this)
      return
    }
    this.#resume()
    this.#idle ??= this.#network.clock.after(IDLE_TIMEOUT_MS, () => this.lose('no answer for 30 s'))
  }

  lose(reason: string): void {
    for (const end of this.#ends) end.ended({ by: 'lost', reason })
  }

  #isOpen(): boolean {
    return this.#network.reaches(this.#ends[0]!.machine, this.#ends[1]!.machine)
  }

  #arrive(lane: Lane): void {
    if (this.#isOpen()) return lane.waiting.shift()?.()
    lane.heldUp++
    this.#heldUp.add(lane)
  }

  #resume(): void {
    if (!this.#isOpen()) return
    for (const lane of this.#heldUp) {
      for (; lane.heldUp > 0; lane.heldUp--) this.#network.clock.after(this.#network.delay(), () => this.#arrive(lane))
    }
    this.#heldUp.clear()
  }
}
