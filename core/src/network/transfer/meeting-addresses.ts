import { parseAddress, withPort } from '../transport/addresses.ts'
import { MAX_ADDRESSES } from './protocol.ts'

/** The addresses of this device. */
export interface OwnAddresses {
  /** Such as `192.168.1.5:4433`, including the outside address. The ports are UDP ports. */
  readonly addresses: readonly string[]
  /** The outside address that the relay sees; null if it is not known. */
  readonly outside: string | null
}

/**
 * The addresses from which this side connects if it uses the local port `port` and the other side connects at the same
 * time. Empty if the router changes ports, because then the outside port is unknown.
 */
export function meetingAddresses({ addresses, outside }: OwnAddresses, port: number): string[] {
  const inside = addresses.filter((address) => address !== outside)
  const outsidePort = outside === null ? null : parseAddress(outside)?.port
  const isKept = outside === null || inside.some((address) => parseAddress(address)?.port === outsidePort)
  const all = isKept ? [...new Set([...(outside === null ? [] : [outside]), ...inside])] : []
  return all.flatMap((address) => withPort(address, port) ?? []).slice(0, MAX_ADDRESSES)
}
