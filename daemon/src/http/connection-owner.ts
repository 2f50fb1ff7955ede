import { isBuiltin } from 'node:module'
import { endianness } from 'node:os'
import { type ConnectionEnds, endsOfClient } from './connection-ends.ts'

/** See sock_diag(7). All numbers are the same on every processor. */
const AF_INET = 2
const AF_INET6 = 10
const AF_NETLINK = 16
const SOCK_DGRAM = 2
const SOCK_CLOEXEC = 0o2000000
const NETLINK_SOCK_DIAG = 4
const MSG_DONTWAIT = 0x40
const SOCK_DIAG_BY_FAMILY = 20
const NLM_F_REQUEST = 1
const NLMSG_ERROR = 2
const IPPROTO_TCP = 6
const TCP_LISTEN = 10
const ANY = 0xffffffff
const ENOENT = 2

/** Offsets in a message, after its header of 16 bytes. */
const REQUEST_BYTES = 72
const REQUEST_ID = 24
const ANSWER_BYTES = 1_024
const ANSWER_STATE = 17
const ANSWER_PORTS = 20
const ANSWER_USER = 80
const ANSWER_INODE = 84
const ANSWER_END = 88

const isLittleEndian = endianness() === 'LE'

type Calls = ReturnType<typeof loadCalls>
let calls: Calls | undefined

function loadCalls() {
  const ffi = process.getBuiltinModule('node:ffi')
  const { functions } = ffi.dlopen(null, {
    socket: { return: 'int32', arguments: ['int32', 'int32', 'int32'] },
    send: { return: 'int64', arguments: ['int32', 'uint64', 'uint64', 'int32'] },
    recv: { return: 'int64', arguments: ['int32', 'uint64', 'uint64', 'int32'] },
    close: { return: 'int32', arguments: ['int32'] },
  })
  return { ...functions, addressOf: (bytes: Buffer) => ffi.getRawPointer(bytes) }
}

/**
 * The user who has opened a connection of this machine: asks the kernel for exactly this connection, which takes some
 * microseconds, however many connections there are. Null: there is no such connection, or its client has closed it.
 * `unknown`: the kernel cannot be asked (not Linux, a Node.js without FFI, a container that forbids it, a kernel
 * without its module for this).
 */
export function ownerOf(connection: ConnectionEnds): number | null | 'unknown' {
  if (process.platform !== 'linux' || !isBuiltin('node:ffi')) return 'unknown'
  return owners.of(connection)
}

/** `missing`: the kernel has no such socket, or cannot tell of sockets of this family. */
type KernelAnswer = number | null | 'missing' | 'unknown'

/** Tells a connection that is missing from a kernel that lacks the module which tells of connections. */
export class ConnectionOwners {
  readonly #lookUp: (client: ClientEnds) => KernelAnswer
  /** Whether the kernel tells of connections, by the bytes of an address. */
  readonly #tells = new Map<number, boolean>()

  constructor(lookUp: (client: ClientEnds) => KernelAnswer) {
    this.#lookUp = lookUp
  }

  of(connection: ConnectionEnds): number | null | 'unknown' {
    const client = endsOfClient(connection)
    // The connection was closed before it could be looked at.
    if (!client) return null
    const family = client.local.address.length
    if (this.#tells.get(family) === false) return 'unknown'
    const answer = this.#lookUp(client)
    if (answer === 'unknown') return answer
    if (answer !== 'missing') {
      this.#tells.set(family, true)
      return answer
    }
    return this.#tells.get(family) || this.#tellsOfThisEnd(client, family) ? null : 'unknown'
  }

  /** This end certainly exists: if the connection has ended, the kernel returns the listener. */
  #tellsOfThisEnd({ local, remote }: ClientEnds, family: number): boolean {
    const answer = this.#lookUp({ local: remote, remote: local })
    if (answer === 'unknown') return false
    this.#tells.set(family, answer !== 'missing')
    return answer !== 'missing'
  }
}

const owners = new ConnectionOwners(askKernel)

function askKernel(client: ClientEnds): KernelAnswer {
  try {
    calls ??= loadCalls()
    return ask(client, calls)
  } catch {
    // FFI is experimental, and may be forbidden.
    return 'unknown'
  }
}

function ask(client: ClientEnds, { addressOf, close, recv, send, socket }: Calls): KernelAnswer {
  const fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)
  if (fd < 0) return 'unknown'
  try {
    const request = requestFor(client)
    if (send(fd, addressOf(request), BigInt(request.length), 0) < 0) return 'unknown'
    const answer = Buffer.alloc(ANSWER_BYTES)
    const length = Number(recv(fd, addressOf(answer), BigInt(answer.length), MSG_DONTWAIT))
    return length < 0 ? 'unknown' : userIn(answer.subarray(0, length), client)
  } finally {
    close(fd)
  }
}

type ClientEnds = NonNullable<ReturnType<typeof endsOfClient>>

function requestFor({ local, remote }: ClientEnds): Buffer {
  const request = Buffer.alloc(REQUEST_BYTES)
  writeNumber(request, 0, { value: request.length, bytes: 4 })
  writeNumber(request, 4, { value: SOCK_DIAG_BY_FAMILY, bytes: 2 })
  writeNumber(request, 6, { value: NLM_F_REQUEST, bytes: 2 })
  request[16] = local.address.length === 4 ? AF_INET : AF_INET6
  request[17] = IPPROTO_TCP
  writeNumber(request, 20, { value: ANY, bytes: 4 })
  // Ports and addresses are in the order of the network.
  request.writeUInt16BE(local.port, REQUEST_ID)
  request.writeUInt16BE(remote.port, REQUEST_ID + 2)
  local.address.copy(request, REQUEST_ID + 4)
  remote.address.copy(request, REQUEST_ID + 20)
  // No cookie is known.
  request.fill(0xff, REQUEST_ID + 40, REQUEST_ID + 48)
  return request
}

function userIn(answer: Buffer, { local, remote }: ClientEnds): KernelAnswer {
  if (answer.length < 20) return 'unknown'
  const type = readNumber(answer, 4, 2)
  if (type === NLMSG_ERROR) return readNumber(answer, 16, 4) === -ENOENT >>> 0 ? 'missing' : 'unknown'
  if (type !== SOCK_DIAG_BY_FAMILY || answer.length < ANSWER_END) return 'unknown'
  // For a connection that has ended, the kernel returns a program that listens at its port.
  if (answer[ANSWER_STATE] === TCP_LISTEN) return null
  const isSame =
    answer.readUInt16BE(ANSWER_PORTS) === local.port && answer.readUInt16BE(ANSWER_PORTS + 2) === remote.port
  // For a connection that its client has closed, the kernel reports user 0, which would mean root.
  const isOpen = readNumber(answer, ANSWER_INODE, 4) !== 0
  return isSame && isOpen ? readNumber(answer, ANSWER_USER, 4) : null
}

function writeNumber(to: Buffer, at: number, { bytes, value }: { value: number; bytes: 2 | 4 }): void {
  if (isLittleEndian) to.writeUIntLE(value, at, bytes)
  else to.writeUIntBE(value, at, bytes)
}

function readNumber(from: Buffer, at: number, bytes: 2 | 4): number {
  return isLittleEndian ? from.readUIntLE(at, bytes) : from.readUIntBE(at, bytes)
}
