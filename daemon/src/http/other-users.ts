import { closeSync, openSync, readSync } from 'node:fs'
import type { Socket } from 'node:net'
import { systemCode } from '@spacedrive/core/errors'
import { addressBytes } from '@spacedrive/core/ip-address'

/** The tables of TCP connections, with the user that each socket belongs to. Linux. */
const TABLES = ['/proc/self/net/tcp', '/proc/self/net/tcp6']
/** Rows: number, local address, remote address, state, queues, timer, retransmits, user, … */
const COLUMN = { local: 1, remote: 2, user: 7 }
/** Of each table at most this much is read, some 50,000 rows: any user of the machine can make it longer. */
const MAX_TABLE_BYTES = 8 * 1_024 * 1_024
const CHUNK_BYTES = 64 * 1_024

/** What is known of a connection here. */
type Ends = Pick<Socket, 'localAddress' | 'localPort' | 'remoteAddress' | 'remotePort'>

/**
 * Those of these connections, of programs of this machine, that another user has opened. Empty if the system does not
 * say whose they are, and without those that are far down in a very long table. Reads tables of the whole machine while
 * the thread waits: about 3 ms for each 1,000 connections of the machine, and 0.2 s at most for each table.
 */
export function ofOtherUsers<S extends Ends>(sockets: readonly S[], tables = TABLES): S[] {
  if (process.platform !== 'linux') return []
  try {
    const users = usersOfConnections(new Set(sockets.map(({ localPort = 0 }) => localPort)), tables)
    const own = process.geteuid!()
    return sockets.filter((socket) => {
      const user = users.get(nameOf(socket))
      return user !== undefined && user !== own
    })
  } catch {
    // Without a free file descriptor nobody is told from another.
    return []
  }
}

/** The users of connections to these ports of this machine, by both ends, the end of the client first. */
function usersOfConnections(ports: ReadonlySet<number>, tables: readonly string[]): Map<string, number> {
  const users = new Map<string, number>()
  // The port at the end of a column; the rows with others are not even taken apart.
  const ends = [...ports].map((port) => `:${port.toString(16).toUpperCase().padStart(4, '0')} `)
  for (const table of tables) {
    for (const row of rowsWith(ends, table)) {
      const columns = row.trim().split(/\s+/)
      const [local, remote] = [columns[COLUMN.local], columns[COLUMN.remote]].map((end) => endOf(end ?? ''))
      if (local && remote) users.set(`${local} ${remote}`, Number(columns[COLUMN.user]))
    }
  }
  return users
}

/** The rows of a table that contain one of some texts. */
function rowsWith(texts: readonly string[], table: string): string[] {
  const file = openTable(table)
  if (file === null) return []
  try {
    const rows: string[] = []
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
    let begun = ''
    for (let read = 0; read < MAX_TABLE_BYTES;) {
      const bytes = readSync(file, chunk)
      if (bytes === 0) break
      read += bytes
      const text = begun + chunk.toString('latin1', 0, bytes)
      const end = text.lastIndexOf('\n') + 1
      begun = text.slice(end)
      for (const each of texts) {
        for (let at = text.indexOf(each); at >= 0 && at < end; at = text.indexOf(each, at + 1))
          rows.push(text.slice(text.lastIndexOf('\n', at) + 1, text.indexOf('\n', at)))
      }
    }
    return rows
  } finally {
    closeSync(file)
  }
}

function openTable(path: string): number | null {
  try {
    return openSync(path, 'r')
  } catch (err) {
    // A machine without IPv6 has no table of it.
    if (systemCode(err) === 'ENOENT') return null
    throw err
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

function nameOf({ localAddress, localPort, remoteAddress, remotePort }: Ends): string {
  const end = (address = '', port = 0) => endName(addressBytes(address.replace(/^::ffff:(?=\d+\.)/i, '')), port)
  return `${end(remoteAddress, remotePort)} ${end(localAddress, localPort)}`
}

/** IPv4 in IPv6 is the same as IPv4. */
function endName(bytes: Buffer, port: number): string {
  const hex = bytes.toString('hex').replace(/^0{20}ffff(?=.{8}$)/, '')
  return `${hex}:${port}`
}
