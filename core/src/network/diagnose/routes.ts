import { readFile } from 'node:fs/promises'
import type { Interfaces } from '../transport/local-network.ts'
import { broken, fine, type NetworkCheck, warning } from './check.ts'
import type { LinkState } from './links.ts'

/** Names that VPNs give their interfaces. */
const TUNNEL = /^(tun|tap|wg|utun|ppp|ipsec|tailscale|zt|nordlynx|proton|mullvad)/i
/** Maximum number of interfaces that are named; a machine with containers may have hundreds. */
const MAX_NAMED = 8

/**
 * Checks the interfaces that connect this machine to a network, with their addresses, and those without a connection.
 */
export function checkInterfaces(interfaces: Interfaces, links: readonly LinkState[]): NetworkCheck {
  const named = Object.entries(interfaces).flatMap(([name, addresses = []]) => {
    const own = addresses.filter(({ address, internal }) => !internal && !/^fe[89ab]/i.test(address))
    return own.length === 0 ? [] : [`${name} ${own.map(({ address }) => address).join(', ')}`]
  })
  const cut = links.filter(({ hasCarrier, isUp }) => isUp && hasCarrier === false).map(({ name }) => name)
  const off = links.filter(({ isUp }) => !isUp).map(({ name }) => name)
  if (named.length === 0 && cut.length > 0)
    return broken(
      'interfaces',
      `nothing is connected to ${cut.join(', ')}: the cable is pulled, or the Wi-Fi is out of reach; this machine is on no network`,
      `plug the cable of ${cut.join(', ')} in, or connect to Wi-Fi`,
    )
  if (named.length === 0 && off.length > 0)
    return broken(
      'interfaces',
      `${off.join(', ')} is switched off; this machine is on no network`,
      `sudo ip link set ${off[0]} up`,
    )
  if (named.length === 0)
    return broken('interfaces', 'this machine has no address on any network', 'connect a cable or Wi-Fi')
  const more = named.length - MAX_NAMED
  const shown = [...named.slice(0, MAX_NAMED), ...(more > 0 ? [`${more} more`] : [])].join('; ')
  // An unused network socket is not a fault: many machines with Wi-Fi have one.
  return fine('interfaces', cut.length === 0 ? shown : `${shown}; nothing is connected to ${cut.join(', ')}`)
}

/** The content of `/proc/net/route` on Linux; null on other systems. */
export async function readRoutes(): Promise<string | null> {
  return readFile('/proc/net/route', 'utf8').catch(() => null)
}

/** Whether outgoing packets go through a VPN: many VPNs block the local network. */
export function checkVpn(interfaces: Interfaces, routes: string | null): NetworkCheck {
  const tunnels = Object.keys(interfaces).filter((name) => TUNNEL.test(name))
  const through = routes === null ? [] : defaultInterfaces(routes).filter((name) => TUNNEL.test(name))
  if (through.length > 0)
    return warning(
      'VPN',
      `everything leaves through ${through.join(', ')}; many VPNs keep devices of the local network away`,
      'allow the local network in the settings of the VPN, or turn it off for a moment and look again',
    )
  return fine(
    'VPN',
    tunnels.length === 0 ? 'none is seen' : `${tunnels.slice(0, MAX_NAMED).join(', ')} is there, and not in the way`,
  )
}

/**
 * The interfaces of the default route. A pair of routes that each cover half of the internet, as some VPNs set, counts
 * as well.
 */
function defaultInterfaces(routes: string): string[] {
  const rows = routes
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
  const isDefault = ([, destination, , , , , , mask]: readonly string[]) =>
    mask === '00000000' || (mask === '00000080' && (destination === '00000000' || destination === '00000080'))
  return [...new Set(rows.filter(isDefault).flatMap(([name]) => name ?? []))]
}
