import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { BlockList } from 'node:net'
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import makeMdns, { type MulticastDNS } from 'multicast-dns'
import { errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import type { Heard, LanChannel } from './lan-channel.ts'
import { isPlausiblePacket } from './plausible-packet.ts'
import { heard } from '../../util/heard.ts'

/** The name of the service, as service browsers show it (RFC 6763). */
export const SERVICE = '_spacedrive._udp.local'
/** How long other devices may cache a record, in seconds. */
const TTL_S = 120
/**
 * How often the interfaces are checked, in milliseconds. A new cable or Wi-Fi network is used after at most this time.
 */
export const FOLLOW_MS = 5_000
/** Maximum number of interfaces that are used; a machine with containers may have hundreds. */
const MAX_INTERFACES = 32
/** Maximum number of records of one packet that are read. */
const MAX_RECORDS = 32

export interface MulticastOptions {
  readonly log: Logger
  /** IPv4 addresses of the interfaces to use; by default those that the machine has now. */
  readonly interfaces?: () => readonly string[]
}

/**
 * Multicast DNS (RFC 6762) over IPv4, on each interface of the machine and on loopback. Follows interfaces that come
 * and go.
 */
export class MulticastChannel implements LanChannel {
  readonly #options: MulticastOptions
  readonly #sockets = new Map<string, MulticastDNS>()
  readonly #problems = new Map<string, string>()
  readonly #timer: NodeJS.Timeout
  #listeners: Parameters<LanChannel['listen']>[0] | null = null
  #nearby = nearbyNetworks()

  constructor(options: MulticastOptions) {
    this.#options = options
    this.#follow()
    this.#timer = setInterval(() => this.#follow(), FOLLOW_MS).unref()
  }

  tell(records: readonly (readonly string[])[]): void {
    for (const texts of records) {
      // Each packet gets a new name, so that no part of it identifies the device.
      const name = `${randomBytes(8).toString('hex')}.${SERVICE}`
      const answers = [
        { name: SERVICE, type: 'PTR' as const, ttl: TTL_S, data: name },
        { name, type: 'TXT' as const, ttl: TTL_S, data: texts.map((text) => Buffer.from(text)) },
      ]
      for (const [address, socket] of this.#sockets) {
        socket.respond({ answers }, (err?: Error | null) => this.#sent(address, err))
      }
    }
  }

  ask(): void {
    const questions = [{ name: SERVICE, type: 'PTR' as const }]
    for (const [address, socket] of this.#sockets) {
      socket.query({ questions }, (err?: Error | null) => this.#sent(address, err))
    }
  }

  listen(listeners: Parameters<LanChannel['listen']>[0]): void {
    this.#listeners = listeners
  }

  problem(): string | null {
    const problems = [...this.#problems].map(([address, message]) => `${address}: ${message}`)
    if (problems.length > 0) return problems.join('; ')
    return this.#sockets.size === 0 ? 'this machine has no network interface with IPv4' : null
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    this.#listeners = null
    const closing = [...this.#sockets.keys()].map((address) => this.#close(address))
    await Promise.all(closing)
  }

  #follow(): void {
    const wanted = (this.#options.interfaces ?? ownAddresses)().slice(0, MAX_INTERFACES)
    this.#nearby = nearbyNetworks()
    for (const address of this.#sockets.keys()) if (!wanted.includes(address)) void heard(this.#close(address))
    for (const address of this.#problems.keys()) if (!wanted.includes(address)) this.#problems.delete(address)
    const added = wanted.filter((address) => !this.#sockets.has(address))
    for (const address of added) this.#open(address)
    if (added.length > 0) this.#listeners?.changed()
  }

  #open(address: string): void {
    // If a socket is bound to the address of the interface, it does not receive packets that are sent to the group.
    const socket = makeMdns({
      interface: address,
      bind: '0.0.0.0',
      socket: checkedSocket(),
      loopback: true,
    })
    this.#sockets.set(address, socket)
    socket.on('error', (err: Error) => {
      this.#options.log.warn({ address, err: errorMessage(err) }, 'devices are not looked for on this interface')
      this.#problems.set(address, errorMessage(err))
      void heard(this.#close(address))
    })
    // Warnings are about malformed packets, or about interfaces that have disappeared.
    socket.on('warning', (err: Error) => this.#options.log.debug({ address, err: errorMessage(err) }, 'multicast DNS'))
    socket.on('query', ({ questions }, { address: source }) => {
      if (!this.#isNear(source)) return
      if ((questions ?? []).slice(0, MAX_RECORDS).some(({ name }) => name === SERVICE)) this.#listeners?.asked()
    })
    socket.on('response', ({ additionals, answers }, { address: source }) => {
      if (!this.#isNear(source)) return
      for (const record of [...(answers ?? []), ...(additionals ?? [])].slice(0, MAX_RECORDS)) {
        if (record.type !== 'TXT' || !record.name.endsWith(`.${SERVICE}`)) continue
        const announced: Heard = { texts: [record.data].flat().map((text) => Buffer.from(text)), source }
        this.#listeners?.heard(announced)
      }
    })
  }

  #close(address: string): Promise<void> {
    const socket = this.#sockets.get(address)
    if (!socket) return Promise.resolve()
    this.#sockets.delete(address)
    const { promise, resolve } = Promise.withResolvers<void>()
    try {
      socket.destroy(() => resolve())
    } catch {
      // A socket that was never bound needs no closing.
      resolve()
    }
    return promise
  }

  #sent(address: string, err: Error | null | undefined): void {
    if (!err) {
      this.#problems.delete(address)
      return
    }
    this.#problems.set(address, errorMessage(err))
    this.#options.log.debug({ address, err: errorMessage(err) }, 'a multicast packet was not sent')
  }

  /**
   * Whether the sender is in a network of this machine. A packet from any other address was not sent by a neighbour.
   */
  #isNear(source: string): boolean {
    return this.#nearby.check(source, 'ipv4')
  }
}

/** A socket that drops packets which would take too long to read, compared to their size. */
function checkedSocket(): Socket {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  const emit = socket.emit.bind(socket) as (event: string, ...args: unknown[]) => boolean
  socket.emit = (event: string, ...args: unknown[]) => {
    const [packet] = args
    if (event === 'message' && packet instanceof Uint8Array && !isPlausiblePacket(packet)) return false
    return emit(event, ...args)
  }
  return socket
}

/** One address of each interface, because each interface joins the multicast group once. */
function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => {
    const first = addresses?.find(isV4)
    return first ? [first.address] : []
  })
}

function nearbyNetworks(): BlockList {
  const list = new BlockList()
  for (const { address, cidr } of Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(isV4)) {
    list.addSubnet(address, Number(cidr?.split('/')[1] ?? 32), 'ipv4')
  }
  return list
}

function isV4({ family }: NetworkInterfaceInfo): boolean {
  return family === 'IPv4'
}
