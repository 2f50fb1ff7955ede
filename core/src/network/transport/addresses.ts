import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Interfaces } from './local-network.ts'

/** The two parts of a socket address; null if it cannot be parsed. */
export function parseAddress(address: string): { host: string; port: number } | null {
  const parts = /^(?:\[([0-9a-fA-F:.%]+)\]|([0-9.]+)):(\d{1,5})$/.exec(address)
  if (!parts) return null
  const host = (parts[1] ?? parts[2])!
  const port = Number(parts[3])
  // Iroh accepts the zone of an address only as a number.
  const isHost = parts[1] === undefined ? isIP(host) === 4 : isIP(host.replace(/%\d+$/, '')) === 6
  return isHost && port > 0 && port <= 65_535 ? { host, port } : null
}

export function formatAddress(host: string, port: number): string {
  return isIP(host) === 6 || host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** The same host with another port; null if the address cannot be parsed. */
export function withPort(address: string, port: number): string | null {
  const parsed = parseAddress(address)
  return parsed && formatAddress(parsed.host, port)
}

/**
 * The addresses where sockets can be reached from other devices. A socket that listens on all addresses can be reached
 * at each address of the machine. Loopback is listed only if the machine has no other address of either family,
 * because on another device it would mean that device itself. Link-local addresses (`fe80::`) are left out, because
 * they mean another device on each link.
 */
export function reachableAddresses(sockets: readonly string[], interfaces: Interfaces = networkInterfaces()): string[] {
  const found = sockets.flatMap((socket) => {
    const parsed = parseAddress(socket)
    if (!parsed) return []
    if (parsed.host !== '0.0.0.0' && parsed.host !== '::') return [socket]
    const family = parsed.host === '::' ? 'IPv6' : 'IPv4'
    return machineAddresses(family, interfaces).map((host) => formatAddress(host, parsed.port))
  })
  return [...new Set(found)]
}

function machineAddresses(family: 'IPv4' | 'IPv6', interfaces: Interfaces): string[] {
  const all = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ address }) => !/^fe[89ab]/i.test(address))
  const outer = all.filter(({ internal }) => !internal)
  return (outer.length > 0 ? outer : all).filter((each) => each.family === family).map(({ address }) => address)
}
