import type { DeviceId } from '../../domain/index.ts'

/** Attempts to reach one device that may run at once: one at the addresses that are known, the others where it was seen. */
const MAX_AT_ONCE = 4

/**
 * Where devices were seen on the network. Anyone can say so, so it is kept in memory alone, the last word of each, and
 * only an address at which the device has proved its key is stored.
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

  /** What to dial: where it was seen last, then where it was known to be. */
  with(id: DeviceId, known: readonly string[]): readonly string[] {
    return [...new Set([...(this.#seen.get(id) ?? []), ...known])]
  }

  /** An attempt at these addresses goes on until it is disposed. */
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

  /** Whether to dial there beside the attempts that go on: none of them would find it, and there are few. */
  isNews(id: DeviceId, addresses: readonly string[]): boolean {
    const attempts = [...(this.#trying.get(id) ?? [])]
    const isTried = attempts.some((tried) => addresses.every((address) => tried.includes(address)))
    return attempts.length > 0 && attempts.length < MAX_AT_ONCE && !isTried
  }
}
