import type { DeviceId } from '../../domain/index.ts'

/** Maximum number of attempts to reach one device at once: one at the known addresses, the others where it was seen. */
const MAX_AT_ONCE = 4

/**
 * The addresses where devices were seen. Any device can send such a report, so only the last one is kept, in memory. An
 * address is stored only after the device has proved its key there.
 */
export class Sightings {
  readonly #seen = new Map<DeviceId, readonly string[]>()
  readonly #trying = new Map<DeviceId, Set<readonly string[]>>()

  note(id: DeviceId, addresses: readonly string[]): void {
    this.#seen.set(id, addresses)
  }

  forget(id: DeviceId): void {
    this.#seen.delete(id)
  }

  /** The addresses to dial: those where the device was last seen, then the known ones. */
  with(id: DeviceId, known: readonly string[]): readonly string[] {
    return [...new Set([...(this.#seen.get(id) ?? []), ...known])]
  }

  /** Registers an attempt to reach a device at these addresses, until the result is disposed. */
  trying(id: DeviceId, addresses: readonly string[]): Disposable {
    const attempts = this.#trying.get(id) ?? new Set()
    this.#trying.set(id, attempts)
    attempts.add(addresses)
    return {
      [Symbol.dispose]: () => {
        attempts.delete(addresses)
        if (attempts.size === 0) this.#trying.delete(id)
      },
    }
  }

  /**
   * Whether to dial these addresses in addition to the running attempts: at least one is running, but only a few, and
   * none of them tries these addresses.
   */
  isNews(id: DeviceId, addresses: readonly string[]): boolean {
    const attempts = [...(this.#trying.get(id) ?? [])]
    const isTried = attempts.some((tried) => addresses.every((address) => tried.includes(address)))
    return attempts.length > 0 && attempts.length < MAX_AT_ONCE && !isTried
  }
}
