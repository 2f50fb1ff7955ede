import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { addressBytes } from '@spacedrive/core/ip-address'

/** The tables of TCP connections, with the user that each socket belongs to. Linux. */
const TABLES = ['/proc/self/net/tcp', '/proc/self/net/tcp6']
/** Rows: number, local address, remote address, state, queues, timer, retransmits, user, … */
const COLUMN = { local: 1, remote: 2, user: 7 }

/**
 * Those of these connections, of programs of this machine, that another user has opened. Empty if the system does not
 * say whose they are. Reads tables of the whole machine, so it takes some milliseconds.
 */
export function ofOtherUsers(sockets: Iterable<Socket>): Socket[] {
  if (process.platform !== 'linux') return []
  try {
    const users = usersOfConnections()
    const own = process.geteuid!()
    return [...sockets].filter((socket) => {
      const user = users.get(nameOf(socket))
      return user !== undefined && user !== own
    })
  } catch {
    // Without a free file descriptor nobody is told from another.
    return []
  }
}

/** By both ends of a connection, the end of the client first. */
function usersOfConnections(): Map<string, number> {
  const users = new Map<string, number>()
  for (const table of TABLES) {
    for (const line of readTable(table)) {
      const columns = line.trim().split(/\s+/)
      const [local, remote] = [columns[COLUMN.local], columns[COLUMN.remote]].map((end) => endOf(end ?? ''))
      if (local && remote) users.set(`${local} ${remote}`, Number(columns[COLUMN.user]))
    }
  }
  return users
}

function readTable(path: string): string[] {
  try {
    return readFileSync(path, 'latin1').split('\n').slice(1)
  } catch (err) {
    // A machine without IPv6 has no table of it.
    if (path === TABLES[0]) throw err
    return []
  }
}

/** `0100007F:1CD2` as address and port: words of four bytes, each in the order of the machine. */
function endOf(text: string): string | null {
  const [address = '', port = ''] = text.split(':')
  if (!/^(?:[0-9A-F]{8}){1,4}$/.test(address)) return null
  const bytes = Buffer.from(address, 'hex')
  return endName(isLittleEndian ? bytes.swap32() : bytes, parseInt(port, 16))
}

const isLittleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1

function nameOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): string {
  const end = (address = '', port = 0) => endName(addressBytes(address.replace(/^::ffff:(?=\d+\.)/i, '')), port)
  return `${end(remoteAddress, remotePort)} ${end(localAddress, localPort)}`
}

/** IPv4 in IPv6 is the same as IPv4. */
function endName(bytes: Buffer, port: number): string {
  const hex = bytes.toString('hex').replace(/^0{20}ffff(?=.{8}$)/, '')
  return `${hex}:${port}`
}
