import type { Socket } from 'node:net'
import { addressBytes } from '@spacedrive/core/ip-address'

/** The two ends of an accepted connection, as Node.js names them. */
export type ConnectionEnds = {
  readonly [Key in 'localAddress' | 'localPort' | 'remoteAddress' | 'remotePort']?: Socket[Key] | undefined
}

interface End {
  /** Four bytes for IPv4, also where it is written as IPv6. */
  readonly address: Buffer
  readonly port: number
}

/** The same connection from the side of its client; null if it is closed already. */
export function endsOfClient(connection: ConnectionEnds): { readonly local: End; readonly remote: End } | null {
  const { localAddress, localPort, remoteAddress, remotePort } = connection
  if (!localAddress || !remoteAddress || localPort === undefined || remotePort === undefined) return null
  return {
    local: { address: bytesOf(remoteAddress), port: remotePort },
    remote: { address: bytesOf(localAddress), port: localPort },
  }
}

function bytesOf(address: string): Buffer {
  return addressBytes(address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, ''))
}
