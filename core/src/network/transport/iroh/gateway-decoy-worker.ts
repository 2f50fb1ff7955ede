import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'

/** The multicast group where programs search for routers (UPnP Device Architecture 1.1 §1.3). */
const GROUP = '239.255.255.250'
const PORT = 1_900
/** How often to look for new interfaces, in milliseconds. */
const FOLLOW_MS = 1_000
/** Searches checked per second. Each check reads the open files of this process, which takes a millisecond. */
const MAX_SEARCHES = 20

/** What this thread is started with: the address of a page that describes a router. */
export interface DecoyData {
  readonly location: string
}

/** What this thread tells the one that started it: null once it listens, or why it cannot. */
export type DecoyState = string | null

/** Imports nothing but modules of Node, so that the thread takes 10 MB and not 25. */
class Decoy {
  readonly #location: string
  readonly #searches: Socket
  readonly #answers: Socket
  readonly #joined = new Set<string>()
  #searched = 0

  private constructor({ answers, location, searches }: { searches: Socket; answers: Socket; location: string }) {
    this.#location = location
    this.#searches = searches
    this.#answers = answers
    this.#follow()
    setInterval(() => this.#follow(), FOLLOW_MS)
    searches.on('message', (message, { address, port }) => {
      this.#answer(message, { address, port })
    })
    for (const socket of [searches, answers]) socket.on('error', () => {})
  }

  /** Throws if searches of this process cannot be told from those of other programs, or the port cannot be shared. */
  static async listen({ location }: DecoyData): Promise<Decoy> {
    if (process.platform !== 'linux') throw new Error('this system does not say which program has sent a packet')
    const searches = createSocket({ type: 'udp4', reuseAddr: true })
    const answers = createSocket('udp4')
    searches.bind({ port: PORT, address: '0.0.0.0' })
    answers.bind({ port: 0, address: '127.0.0.1' })
    await Promise.all([once(searches, 'listening'), once(answers, 'listening')])
    return new Decoy({ searches, answers, location })
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
    this.#answers.send(answerWith(this.#location), from.port, from.address, () => {})
  }
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

const tell = (state: DecoyState): void => parentPort?.postMessage(state)
await Decoy.listen(workerData as DecoyData).then(
  () => tell(null),
  (err: unknown) => tell(err instanceof Error ? err.message : String(err)),
)
