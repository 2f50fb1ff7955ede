import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { serveRequests } from '../../../workers/serve-requests.ts'

/** The multicast group where programs search for routers (UPnP Device Architecture 1.1 §1.3). */
const GROUP = '239.255.255.250'
const PORT = 1_900
/** How often to look for new interfaces, in milliseconds. */
const FOLLOW_MS = 1_000
/**
 * Size of the system's buffer for packets that wait while this thread is busy, in bytes; the system may allow less. It
 * is large because other programs may send any number of packets.
 */
const RECEIVE_BUFFER = 4 * 1_024 * 1_024

/** The first bytes of a search. */
const SEARCH = 'M-SEARCH '

interface Sender {
  readonly address: string
  readonly port: number
}

/** The request to this thread, which is answered once it listens: the address of a page that describes a router. */
export interface DecoyData {
  readonly location: string
}

/** Answers searches. It imports little besides modules of Node, so that the thread takes 10 MB instead of 25. */
class Decoy {
  readonly #location: string
  readonly #searches: Socket
  readonly #answers: Socket
  readonly #joined = new Set<string>()
  /** The senders of the searches of this turn: at most one for each port of this machine. */
  readonly #searched = new Map<string, Sender>()

  private constructor({ answers, location, searches }: { searches: Socket; answers: Socket; location: string }) {
    this.#location = location
    this.#searches = searches
    this.#answers = answers
    this.#follow()
    setInterval(() => this.#follow(), FOLLOW_MS)
    searches.on('message', (message, { address, port }) => {
      this.#note(message, { address, port })
    })
    for (const socket of [searches, answers]) socket.on('error', () => {})
  }

  /**
   * Throws if this process cannot distinguish its own searches from those of other programs, or if the port cannot be
   * shared.
   */
  static async listen({ location }: DecoyData): Promise<Decoy> {
    if (process.platform !== 'linux') throw new Error('this system does not say which program has sent a packet')
    const searches = createSocket({ type: 'udp4', reuseAddr: true, recvBufferSize: RECEIVE_BUFFER })
    const answers = createSocket('udp4')
    searches.bind({ port: PORT, address: '0.0.0.0' })
    answers.bind({ port: 0, address: '127.0.0.1' })
    await Promise.all([once(searches, 'listening'), once(answers, 'listening')])
    return new Decoy({ searches, answers, location })
  }

  /** Joins the multicast group on every interface, because a search may be sent on any of them. */
  #follow(): void {
    const own = new Set(ownAddresses())
    for (const address of this.#joined) if (!own.has(address)) this.#joined.delete(address)
    for (const address of own) {
      if (this.#joined.has(address)) continue
      this.#joined.add(address)
      try {
        this.#searches.addMembership(GROUP, address)
      } catch {
        // On an interface without multicast, there are no searches either.
      }
    }
  }

  #note(message: Buffer, { address, port }: Sender): void {
    if (!message.toString('latin1', 0, SEARCH.length).startsWith(SEARCH)) return
    if (this.#searched.size === 0) setImmediate(() => this.#answer())
    this.#searched.set(`${address}:${port}`, { address, port })
  }

  /**
   * Answers immediately, in the same turn, because the router's own answer is on its way too. Owners are looked up once
   * for all searches of a turn, so that another user of this machine cannot delay an answer by flooding the group.
   */
  #answer(): void {
    const own = new Set(ownAddresses())
    const local = [...this.#searched.values()].filter(({ address }) => own.has(address))
    this.#searched.clear()
    const isOwn = local.length === 0 ? () => false : ownPorts(new Set(local.map(({ port }) => port)))
    for (const { address, port } of local)
      if (isOwn(port)) this.#answers.send(answerWith(this.#location), port, address, () => {})
  }
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).flatMap(({ address, family }) => (family === 'IPv4' ? [address] : [])),
  )
}

/** Returns a test whether a UDP port belongs to this process. */
function ownPorts(ports: ReadonlySet<number>): (port: number) => boolean {
  try {
    const inodes = inodesOf(ports)
    if (inodes.size === 0) return () => false
    const found = new Set(readdirSync('/proc/self/fd').flatMap((file) => inodes.get(linkOf(file)) ?? []))
    return (port) => found.has(port)
  } catch {
    // Without a free file descriptor, the folder cannot be read, so it is not known which sockets are ours. Then no
    // search for a gateway gets an answer.
    return () => false
  }
}

/** Those of the ports that belong to sockets of this user, by the names that the sockets have in `/proc/self/fd`. */
function inodesOf(ports: ReadonlySet<number>): Map<string, number> {
  const user = String(process.geteuid!())
  return new Map(
    readFileSync('/proc/self/net/udp', 'latin1')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .map(([, local = '', , , , , , owner, , inode]) => ({ port: parseInt(local.slice(-4), 16), owner, inode }))
      .filter(({ owner, port }) => owner === user && ports.has(port))
      .map(({ inode, port }) => [`socket:[${inode}]`, port]),
  )
}

function linkOf(file: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${file}`)
  } catch {
    // The file was closed after the folder was listed.
    return ''
  }
}

function answerWith(location: string): string {
  return [
    'HTTP/1.1 200 OK',
    'CACHE-CONTROL: max-age=60',
    'EXT:',
    `LOCATION: ${location}`,
    'SERVER: Spacedrive',
    'ST: urn:schemas-upnp-org:device:InternetGatewayDevice:1',
    'USN: uuid:00000000-0000-0000-0000-000000000000::urn:schemas-upnp-org:device:InternetGatewayDevice:1',
    '',
    '',
  ].join('\r\n')
}

serveRequests(async (data: DecoyData) => {
  await Decoy.listen(data)
  return { reply: null }
})
