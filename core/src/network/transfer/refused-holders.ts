import type { ContentId, DeviceId } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import type { Asking, Offer } from './fetch-transfer.ts'

/** Who was said to have a content and has sent something else: nothing of it is kept, and they are asked for it no more. */
export class RefusedHolders {
  readonly #namesById = new Map<DeviceId, string>()

  /** The names of devices that have sent something else. */
  get names(): readonly string[] {
    return [...this.#namesById.values()]
  }

  /** The same question, to those that are left. */
  without<A extends Asking>(asking: A): A {
    return { ...asking, devices: asking.devices.filter((id) => !this.#namesById.has(id)) }
  }

  /** Throws `Corrupt` where nobody is left to ask. */
  add(
    liars: readonly string[],
    { asking, contentId, offers }: { asking: Asking; contentId: ContentId; offers: readonly Offer[] },
  ): void {
    for (const { peer } of offers) if (liars.includes(peer.name)) this.#namesById.set(peer.id, peer.name)
    if (this.without(asking).devices.length > 0) return
    throw new CoreError('Corrupt', `${this.names.join(' and ')} ${sentElse(contentId)}, and no other device has it`)
  }
}

/** What is said of a device by its name. */
export function sentElse(contentId: ContentId): string {
  return `sent something else than content://${contentId}; nothing of it was kept`
}
