import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { errorMessage } from '../../../util/errors.ts'
import type { Logger } from '../../../util/logger.ts'

/** The multicast group where programs search for routers (UPnP Device Architecture 1.1 §1.3). */
const GROUP = '239.255.255.250'
const PORT = 1_900
/** How often to look for new interfaces, in milliseconds. */
const FOLLOW_MS = 1_000
/** Searches checked per second. Each check reads the open files of this process, which takes a millisecond. */
const MAX_SEARCHES = 20

/**
 * Keeps Iroh from asking the router to forward its ports. Iroh does so for every endpoint, its binding has no option to
 * disable it, and the forwards outlive the program. The decoy answers Iroh's search for a router within one or two
 * milliseconds, as a router that refuses every request. Iroh takes the first answer, and routers may take some seconds.
 * Searches of other programs get no answer.
 */
export class GatewayDecoy implements AsyncDisposable {
  readonly #searches: Socket
  readonly #answers: Socket
  readonly #server: Server
  readonly #timer: NodeJS.Timeout
  readonly #joined = new Set<string>()
  #searched = 0

  private constructor({ answers, searches, server }: { searches: Socket; answers: Socket; server: Server }) {
    this.#searches = searches
    this.#answers = answers
    this.#server = server
    this.#follow()
    this.#timer = setInterval(() => this.#follow(), FOLLOW_MS).unref()
    searches.on('message', (message, { address, port }) => {
      this.#answer(message, { address, port })
    })
    for (const socket of [searches, answers]) socket.on('error', () => {})
  }

  /** Returns null, with a warning, if searches of this process cannot be told from those of other programs. */
  static async open(log: Logger): Promise<GatewayDecoy | null> {
    const searches = createSocket({ type: 'udp4', reuseAddr: true })
    const answers = createSocket('udp4')
    const server = createServer((request, response) => {
      const page = request.method === 'GET' ? (request.url === '/service' ? SERVICE : ROUTER) : null
      response.writeHead(page === null ? 500 : 200, { 'content-type': 'text/xml', connection: 'close' }).end(page)
    })
    try {
      if (process.platform !== 'linux') throw new Error('this system does not say which program has sent a packet')
      searches.bind({ port: PORT, address: '0.0.0.0' })
      answers.bind({ port: 0, address: '127.0.0.1' })
      server.listen(0, '127.0.0.1')
      await Promise.all([once(searches, 'listening'), once(answers, 'listening'), once(server, 'listening')])
      for (const each of [searches, answers, server]) each.unref()
      return new GatewayDecoy({ searches, answers, server })
    } catch (err) {
      log.warn(
        { reason: errorMessage(err) },
        'the router may be asked to forward ports of this device; switch UPnP off in the router to prevent that',
      )
      closeAll(searches, answers, server)
      return null
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    closeAll(this.#searches, this.#answers, this.#server)
  }

  /** Joins the multicast group on every interface, because a search may leave by any of them. */
  #follow(): void {
    this.#searched = 0
    const own = new Set(ownAddresses())
    for (const address of this.#joined) if (!own.has(address)) this.#joined.delete(address)
    for (const address of own) {
      if (this.#joined.has(address)) continue
      this.#joined.add(address)
      try {
        this.#searches.addMembership(GROUP, address)
      } catch {
        // An interface without multicast carries no searches either.
      }
    }
  }

  /** Answers immediately, not in a later turn, because the router's own answer is on its way too. */
  #answer(message: Buffer, from: { address: string; port: number }): void {
    if (!message.toString('latin1').startsWith('M-SEARCH ') || !ownAddresses().includes(from.address)) return
    if (this.#searched >= MAX_SEARCHES) return
    this.#searched++
    if (!isOwn(from.port)) return
    const place = this.#server.address() as AddressInfo | null
    if (place === null) return
    this.#answers.send(answerWith(`http://127.0.0.1:${place.port}/router`), from.port, from.address, () => {})
  }
}

function closeAll(searches: Socket, answers: Socket, server: Server): void {
  for (const each of [searches, answers, server]) {
    try {
      each.close()
    } catch {
      // The socket was never open.
    }
  }
  server.closeAllConnections()
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).flatMap(({ address, family }) => (family === 'IPv4' ? [address] : [])),
  )
}

function isOwn(port: number): boolean {
  try {
    return isOwnSocket(port)
  } catch {
    // Without a free file descriptor the owner is unknown, so the search gets no answer.
    return false
  }
}

/** Whether a UDP port of this machine belongs to this process: `/proc/net/udp` has the inode of its socket. */
function isOwnSocket(port: number): boolean {
  const digits = port.toString(16).toUpperCase().padStart(4, '0')
  const inodes = new Set(
    readFileSync('/proc/self/net/udp', 'latin1')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local]) => local?.endsWith(`:${digits}`))
      .map((columns) => `socket:[${columns[9]}]`),
  )
  // Newest first, because the searching socket was opened a moment ago.
  return readdirSync('/proc/self/fd')
    .toReversed()
    .some((file) => inodes.has(linkOf(file)))
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

/** The smallest description of a router with one connection. */
const ROUTER = `<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><device>
<deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType><deviceList><device>
<deviceType>urn:schemas-upnp-org:device:WANDevice:1</deviceType><deviceList><device>
<deviceType>urn:schemas-upnp-org:device:WANConnectionDevice:1</deviceType><serviceList><service>
<serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType>
<SCPDURL>/service</SCPDURL><controlURL>/refused</controlURL>
</service></serviceList></device></deviceList></device></deviceList></device></root>`

const SERVICE = '<?xml version="1.0"?><scpd xmlns="urn:schemas-upnp-org:service-1-0"><actionList></actionList></scpd>'
