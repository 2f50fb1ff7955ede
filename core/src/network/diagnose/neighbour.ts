import { createSocket } from 'node:dgram'
import { readFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { systemCode } from '../../util/errors.ts'

/** How long a machine on the local network may take to say that nothing listens, in milliseconds. */
const REFUSE_MS = 1_000
/** `ATF_COM` of arp(7): the machine has answered with its hardware address. */
const ATF_COM = 0x2

/**
 * What is at an address of the local network: a machine where nothing listens at that UDP port, a machine that says
 * nothing of it, no machine at all, or unknown.
 */
export type Neighbour = 'closed' | 'silent' | 'absent' | 'unknown'

/** Sends a datagram and looks at what comes back, and at whether the machine was found at all. */
export async function askNeighbour({ host, port }: { host: string; port: number }): Promise<Neighbour> {
  if (await isRefused(host, port)) return 'closed'
  if (isIPv6(host)) return 'unknown'
  const table = await readFile('/proc/net/arp', 'latin1').catch(() => null)
  return table === null ? 'unknown' : neighbourIn(table, host)
}

/** What `/proc/net/arp` says of an address. */
export function neighbourIn(table: string, host: string): Neighbour {
  const row = table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([address]) => address === host)
  if (!row) return 'unknown'
  return (Number.parseInt(row[2] ?? '0', 16) & ATF_COM) === 0 ? 'absent' : 'silent'
}

async function isRefused(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  const timer = setTimeout(() => resolve(false), REFUSE_MS)
  socket.on('error', (err) => resolve(systemCode(err) === 'ECONNREFUSED'))
  socket.connect(port, host, (err?: Error) => {
    if (err) resolve(false)
    else socket.send(Buffer.of(0), () => {})
  })
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    socket.close()
  }
}
