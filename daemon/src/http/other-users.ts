import { type FileHandle, open } from 'node:fs/promises'
import { endianness } from 'node:os'
import { systemCode } from '@spacedrive/core/errors'
import { type ConnectionEnds, endsOfClient } from './connection-ends.ts'
import { ownerOf } from './connection-owner.ts'

/** The tables of TCP connections, with the user that each socket belongs to. Linux. */
const TABLES = ['/proc/self/net/tcp', '/proc/self/net/tcp6']
/** Rows: number, local address, remote address, state, queues, timer, retransmits, user, … */
const COLUMN = { local: 1, remote: 2, user: 7, inode: 9 }
/** Root can do everything that this user can. */
const ROOT = 0
const CHUNK_BYTES = 64 * 1_024

export interface OwnerSources {
  /** Asks the kernel for one connection; by default `ownerOf`. */
  readonly ask?: typeof ownerOf
  /** The tables that are read if the kernel cannot be asked. */
  readonly tables?: readonly string[]
}

/**
 * Whether another user of this machine has opened a connection from this machine. Also true for a connection that has
 * ended, and if the system does not tell. False on systems that never tell: macOS and Windows.
 */
export async function isOfOtherUser(connection: ConnectionEnds, sources?: OwnerSources): Promise<boolean> {
  return (await ofOtherUsers([connection], sources)).size > 0
}

/**
 * The connections, all opened on this machine, for which `isOfOtherUser` is true, each with its user; null: the system
 * does not tell. If the kernel cannot be asked, the
 * tables of all connections of this machine are read to their end, once for all the given connections. Other users can
 * make the tables long, so other work goes on between two chunks.
 */
export async function ofOtherUsers<C extends ConnectionEnds>(
  connections: readonly C[],
  { ask = ownerOf, tables = TABLES }: OwnerSources = {},
): Promise<Map<C, number | null>> {
  if (process.platform !== 'linux' || connections.length === 0) return new Map()
  const own = process.geteuid!()
  const owners = connections.map((connection) => ({ connection, user: ask(connection) }))
  const unknown = owners.flatMap(({ connection, user }) => (user === 'unknown' ? [connection] : []))
  const inTables = await usersInTables(unknown, tables)
  const found = owners.map(
    ({ connection, user }) =>
      [connection, user === 'unknown' ? (inTables.get(nameOf(connection)) ?? null) : user] as const,
  )
  return new Map(found.filter(([, owner]) => owner !== own && owner !== ROOT))
}

/** The users of those connections that are in the tables, by `nameOf`. Empty if the tables cannot be read. */
async function usersInTables(
  connections: readonly ConnectionEnds[],
  tables: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const users = new Map<string, number>()
  const wanted = new Set(connections.map(nameOf))
  wanted.delete('')
  if (wanted.size === 0) return users
  // The port at the end of a column; rows with other ports are not even parsed.
  const ports = new Set(connections.map(({ localPort = 0 }) => localPort))
  const ends = [...ports].map((port) => `:${port.toString(16).toUpperCase().padStart(4, '0')} `)
  try {
    for (const table of tables) {
      for await (const row of rowsWith(ends, table)) {
        if (users.size === wanted.size) return users
        const columns = row.trim().split(/\s+/)
        const [local, remote] = [columns[COLUMN.local], columns[COLUMN.remote]].map((end) => endOf(end ?? ''))
        const name = `${local} ${remote}`
        // A connection that its client has closed has no inode, and its user is 0, which is root otherwise.
        if (wanted.has(name) && columns[COLUMN.inode] !== '0') users.set(name, Number(columns[COLUMN.user]))
      }
    }
  } catch {
    // Without a free file descriptor nothing is known of the rest.
  }
  return users
}

/** The rows of a table that contain one of some texts. */
async function* rowsWith(texts: readonly string[], table: string): AsyncGenerator<string> {
  await using file = await openTable(table)
  if (file === null) return
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  let begun = ''
  for (;;) {
    const { bytesRead } = await file.read(chunk)
    if (bytesRead === 0) return
    const text = begun + chunk.toString('latin1', 0, bytesRead)
    const end = text.lastIndexOf('\n') + 1
    begun = text.slice(end)
    for (const each of texts) {
      for (let at = text.indexOf(each); at >= 0 && at < end; at = text.indexOf(each, at + 1))
        yield text.slice(text.lastIndexOf('\n', at) + 1, text.indexOf('\n', at))
    }
  }
}

async function openTable(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r')
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

const isLittleEndian = endianness() === 'LE'

/** The addresses of both ends as text, the client's first; empty for a closed connection. */
function nameOf(connection: ConnectionEnds): string {
  const client = endsOfClient(connection)
  if (!client) return ''
  const { local, remote } = client
  return `${endName(local.address, local.port)} ${endName(remote.address, remote.port)}`
}

/** IPv4 in IPv6 is the same as IPv4. */
function endName(bytes: Buffer, port: number): string {
  const hex = bytes.toString('hex').replace(/^0{20}ffff(?=.{8}$)/, '')
  return `${hex}:${port}`
}
