import { parseAddress, withPort } from '../transport/addresses.ts'
import { MAX_ADDRESSES } from './protocol.ts'

/** Where this device is reached. */
export interface OwnAddresses {
  /** `192.168.1.5:4433`, with the one on the outside; their ports are those of datagrams. */
  readonly addresses: readonly string[]
  /** What the relay sees; null where there is none. */
  readonly outside: string | null
}

/**
 * The addresses of a connection that leaves from `port`, for another side that connects to it at the same time; none
 * where a router changes ports, for nobody knows to which.
 */
export function meetingAddresses({ addresses, outside }: OwnAddresses, port: number): string[] {
  const inside = addresses.filter((address) => address !== outside)
  const outsidePort = outside === null ? null : parseAddress(outside)?.port
  const isKept = outside === null || inside.some((address) => parseAddress(address)?.port === outsidePort)
  const all = isKept ? [...new Set([...(outside === null ? [] : [outside]), ...inside])] : []
  return all.flatMap((address) => withPort(address, port) ?? []).slice(0, MAX_ADDRESSES)
}
