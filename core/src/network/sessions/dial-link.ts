import { CoreError } from '../../util/errors.ts'
import type { Clock } from '../clock.ts'
import type { Whereabouts } from '../registry/device-card.ts'
import type { PairedDevice } from '../registry/paired-device.ts'
import { alpns, DIAL_TIMEOUT_MS, type Link, type Transport } from '../transport/transport.ts'
import { endReasons } from './end-reasons.ts'
import type { Hello } from './hello.ts'
import { REASON_MS } from './limits.ts'

/** Dials a paired device at some addresses, or over its relay. Throws `Offline`, `Timeout`, and `NotAuthorised`. */
export async function dialLink(
  { key, relay }: PairedDevice,
  addresses: readonly string[],
  { clock, signal, transport }: { clock: Clock; signal: AbortSignal; transport: Transport },
): Promise<Link> {
  if (addresses.length === 0 && relay === null) {
    throw new CoreError('Offline', 'the device was not found on the network, and it has no known address')
  }
  const dialled = new AbortController()
  const either = AbortSignal.any([signal, dialled.signal])
  using _limit = clock.after(DIAL_TIMEOUT_MS, () =>
    dialled.abort(new CoreError('Timeout', 'the device does not answer at any of its addresses')),
  )
  const link = await transport.dial(key, { addresses, relay }, { alpn: alpns.paired, signal: either })
  if (link.key === key) return link
  link.close(endReasons.stranger)
  throw new CoreError('NotAuthorised', 'another device answers at its addresses')
}

/**
 * The reason with which the other side has ended a link; null if the link did not end or the other side did not end
 * it.
 */
export async function reasonOf(link: Link, clock: Clock): Promise<string | null> {
  const late = Promise.withResolvers<null>()
  using _limit = clock.after(REASON_MS, () => late.resolve(null))
  const end = await Promise.race([link.closed, late.promise])
  return end?.by === 'remote' ? end.reason : null
}

/** The addresses of a device, starting with the one of this link, because that address is known to work. */
export function whereaboutsOf(link: Link, { whereabouts }: Hello): Whereabouts {
  const address = link.path()?.address ?? null
  return address === null ? whereabouts : { ...whereabouts, addresses: [address, ...whereabouts.addresses] }
}
