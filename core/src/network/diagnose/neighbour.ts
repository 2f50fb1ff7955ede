import { createSocket } from 'node:dgram'
import { readFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { systemCode } from '../../util/errors.ts'

/** How long a machine on the local network may take to refuse a packet, in milliseconds. */
const REFUSE_MS = 4_000
/**
 * Interval of the datagrams, in milliseconds. Linux sends only about one refusal a second (`icmp_ratelimit`), which may
 * be for another packet.
 */
const RETRY_MS = 300
/** `ATF_COM` of arp(7): the machine has answered with its hardware address. */
const ATF_COM = 0x2

/**
 * The state of an address on the local network. `closed`: the machine answers that no program listens on the UDP port.
 * `silent`: the machine exists, but does not answer. `absent`: no machine has the address.
 */
export type Neighbour = 'closed' | 'silent' | 'absent' | 'unknown'

/**
 * Sends datagrams and waits for a refusal. If none arrives, checks whether the network knows a machine at the address.
 */
export async function askNeighbour({ host, port }: { host: string; port: number }): Promise<Neighbour> {
  if (await isRefused(host, port)) return 'closed'
  if (isIPv6(host)) return 'unknown'
  const table = await readFile('/proc/net/arp', 'latin1').catch(() => null)
  return table === null ? 'unknown' : neighbourIn(table, host)
}

/** The state of an address according to `/proc/net/arp`. */
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
  let retry: NodeJS.Timeout | undefined
  socket.on('error', (err) => resolve(systemCode(err) === 'ECONNREFUSED'))
  socket.connect(port, host, (err?: Error) => {
    if (err) return resolve(false)
    const send = () => socket.send(Buffer.of(0), () => {})
    send()
    retry = setInterval(send, RETRY_MS)
  })
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    clearInterval(retry)
    socket.close()
  }
}
