import { isIPv6 } from 'node:net'
import { parseAddress } from '../transport/addresses.ts'
import { type Interfaces, isInNetworksOf } from '../transport/local-network.ts'
import { broken, type NetworkCheck } from './check.ts'
import { askNeighbour } from './neighbour.ts'

export interface UnreachableDevice {
  readonly name: string
  /** The addresses where the device was last reached. */
  readonly addresses: readonly string[]
  /** Whether multicast of the device was heard recently. */
  readonly isHeard: boolean
  /** Whether this device uses a relay. */
  readonly hasRelay: boolean
}

/** Finds the reason why no address of a device answers, with advice for the user. */
export async function whyUnreachable(device: UnreachableDevice, interfaces: Interfaces): Promise<NetworkCheck> {
  const { addresses, hasRelay, isHeard, name } = device
  const relay = hasRelay ? '' : '; or set the same relay on both: `spacedrive config set network.relay <url>`'
  const own = Object.values(interfaces).flatMap((all) =>
    (all ?? []).filter(({ address, internal }) => !internal && !/^fe[89ab]/i.test(address)),
  )
  if (own.length === 0)
    return broken('connection', 'this machine is on no network, so nothing can be reached', 'connect a cable or Wi-Fi')
  const places = addresses.flatMap((address) => parseAddress(address) ?? [])
  const near = places.filter(({ host }) => isInNetworksOf(interfaces, host))
  if (near.length === 0) return onAnotherNetwork(name, { places, own, relay })
  const found = await Promise.all(near.map(askNeighbour))
  const at = (what: string) => near.filter((_, n) => found[n] === what).map(({ host }) => host)
  if (at('closed').length > 0)
    return broken(
      'connection',
      `the machine at ${at('closed').join(', ')} is on, and Spacedrive does not listen there: networking is off at ${name}, or it has another port now`,
      `on ${name}: \`spacedrive network start\``,
    )
  if (at('absent').length === near.length)
    return broken(
      'connection',
      `no machine answers at ${at('absent').join(', ')}: ${name} is off or asleep, its cable is pulled or its Wi-Fi is off, or it has another address now`,
      `start ${name} and connect it to this network, then see \`spacedrive network status\` there`,
    )
  if (isHeard || at('silent').length > 0)
    return broken(
      'connection',
      `${name} is on the local network, and does not take connections: a firewall there, or Wi-Fi that keeps its devices apart`,
      `run \`spacedrive network diagnose\` on ${name}; where the Wi-Fi is a guest network, use another${relay}`,
    )
  return broken(
    'connection',
    `nobody answers at ${near.map(({ host }) => host).join(', ')}: ${name} is off, or networking is off there`,
    `start ${name}, and see \`spacedrive network status\` there${relay}`,
  )
}

interface OtherNetwork {
  readonly places: readonly { readonly host: string }[]
  readonly own: readonly { readonly address: string; readonly cidr: string | null }[]
  readonly relay: string
}

/** The result if none of the device's addresses is in a network of this machine. */
function onAnotherNetwork(name: string, { own, places, relay }: OtherNetwork): NetworkCheck {
  const theirs = places.map(({ host }) => host).join(', ')
  const ours = own.map(({ address, cidr }) => cidr ?? address).join(', ')
  const isOnly6 = (hosts: readonly string[]) => hosts.length > 0 && hosts.every((host) => isIPv6(host))
  const isOnly4 = (hosts: readonly string[]) => hosts.length > 0 && hosts.every((host) => !isIPv6(host))
  const [here, there] = [own.map(({ address }) => address), places.map(({ host }) => host)]
  if ((isOnly6(here) && isOnly4(there)) || (isOnly4(here) && isOnly6(there))) {
    const [ownKind, otherKind] = isOnly6(here) ? ['IPv6', 'IPv4'] : ['IPv4', 'IPv6']
    return broken(
      'connection',
      `this machine has ${ownKind} alone (${ours}), and ${name} is known at ${otherKind} addresses alone (${theirs})`,
      `give both machines an address of the same kind; then, on ${name}: \`spacedrive network status\`${relay}`,
    )
  }
  const where = theirs === '' ? 'none of its addresses is known' : `it is known at ${theirs}`
  return broken(
    'connection',
    `${name} is in another network: ${where}, and this machine is at ${ours}`,
    `connect both to the same network (the same Wi-Fi, the same subnet)${relay}`,
  )
}
