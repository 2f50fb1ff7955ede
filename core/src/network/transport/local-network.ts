import { BlockList, isIP } from 'node:net'
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'

export type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>

/** An IPv4 address inside an IPv6 address: `::ffff:192.168.1.5`. */
const MAPPED = /^::ffff:([0-9.]+)$/i

/**
 * Whether an address is on the local network of this machine: loopback, a private range (RFC 1918, 3927, 4193), a
 * link-local address, or an address in a network of one of the interfaces. If a router lets a packet from the internet
 * in, its sender's address stays the same, so it does not count as local.
 */
export function isOnLocalNetwork(host: string, interfaces: Interfaces = networkInterfaces()): boolean {
  const plain = MAPPED.exec(host)?.[1] ?? host.replace(/%.*$/, '')
  const family = isIP(plain)
  if (family === 0) return false
  const name = family === 4 ? 'ipv4' : 'ipv6'
  return privateNetworks.check(plain, name) || networksOf(interfaces).check(plain, name)
}

/** Whether an address is in the network of one of the interfaces. */
export function isInNetworksOf(interfaces: Interfaces, host: string): boolean {
  const family = isIP(host)
  return family !== 0 && networksOf(interfaces).check(host, family === 4 ? 'ipv4' : 'ipv6')
}

const privateNetworks = new BlockList()
for (const [net, prefix] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
] as const)
  privateNetworks.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  privateNetworks.addSubnet(net, prefix, 'ipv6')

function networksOf(interfaces: Interfaces): BlockList {
  const networks = new BlockList()
  for (const { address, cidr, family } of Object.values(interfaces).flatMap((all) => all ?? [])) {
    const prefix = Number(cidr?.split('/')[1] ?? Number.NaN)
    if (Number.isInteger(prefix))
      networks.addSubnet(address.replace(/%.*$/, ''), prefix, family === 'IPv4' ? 'ipv4' : 'ipv6')
  }
  return networks
}
