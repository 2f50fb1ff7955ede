import type { ContentId, DeviceId } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import type { Asking, Offer } from './fetch-transfer.ts'

/**
 * The holders that sent other data than the requested content. Their data was deleted, and they are not asked again.
 */
export class RefusedHolders {
  readonly #namesById = new Map<DeviceId, string>()

  /** The names of the refused devices. */
  get names(): readonly string[] {
    return [...this.#namesById.values()]
  }

  /** The same request, without the refused devices. */
  without<A extends Asking>(asking: A): A {
    return { ...asking, devices: asking.devices.filter((id) => !this.#namesById.has(id)) }
  }

  /** Adds the devices that sent wrong data. Throws `Corrupt` if no device is left to ask. */
  add(
    liars: readonly string[],
    { asking, contentId, offers }: { asking: Asking; contentId: ContentId; offers: readonly Offer[] },
  ): void {
    for (const { peer } of offers) if (liars.includes(peer.name)) this.#namesById.set(peer.id, peer.name)
    if (this.without(asking).devices.length > 0) return
    throw new CoreError('Corrupt', `${this.names.join(' and ')} ${sentElse(contentId)}, and no other device has it`)
  }
}

/** The end of an error message, after the name of a device. */
export function sentElse(contentId: ContentId): string {
  return `sent something else than content://${contentId}; nothing of it was kept`
}
