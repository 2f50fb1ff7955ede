import { randomBytes } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import makeMdns from 'multicast-dns'
import { errorMessage } from '../../util/errors.ts'
import { SERVICE } from '../discovery/index.ts'
import { broken, fine, type NetworkCheck, warning } from './check.ts'

/** How long other devices may take to answer, in milliseconds. They may wait up to 120 ms before that (RFC 6762). */
const LISTEN_MS = 1_500
/** Maximum number of interfaces that are tested. */
const MAX_INTERFACES = 8

/** The result of a multicast test on one interface. */
export interface Multicast {
  /** IPv4 address of the interface. */
  readonly address: string
  /** Whether a second socket of this machine received the packet. */
  readonly heardSelf: boolean
  /** Addresses of other Spacedrive devices that answered. */
  readonly devices: readonly string[]
  /** Addresses of all other senders. */
  readonly others: readonly string[]
  /** The reason why sending or receiving failed; null if it worked. */
  readonly error: string | null
}

/**
 * Sends a packet on each interface, and listens with a second socket for this packet and for others. Takes a second
 * and a half.
 */
export function tryMulticast(signal: AbortSignal): Promise<Multicast[]> {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => {
    const first = all?.find(({ family, internal }) => family === 'IPv4' && !internal)
    return first ? [first.address] : []
  })
  return Promise.all(addresses.slice(0, MAX_INTERFACES).map((address) => tryInterface(address, signal)))
}

async function tryInterface(address: string, signal: AbortSignal): Promise<Multicast> {
  const own = new Set(Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map((each) => each.address)))
  const others = new Set<string>()
  const devices = new Set<string>()
  const name = `${randomBytes(8).toString('hex')}.local`
  const over = Promise.withResolvers<string | null>()
  let heardSelf = false
  const options = { interface: address, bind: '0.0.0.0', reuseAddr: true, loopback: true }
  const [speaker, listener] = [makeMdns(options), makeMdns(options)]
  const hear = (from: string) => {
    if (!own.has(from)) others.add(from)
  }
  listener.on('query', ({ questions }, { address: from }) => {
    if (own.has(from) && questions?.some((question) => question.name === name)) heardSelf = true
    hear(from)
  })
  listener.on('response', ({ answers }, { address: from }) => {
    hear(from)
    if (!own.has(from) && answers?.some(({ name: of }) => of === SERVICE || of.endsWith(`.${SERVICE}`)))
      devices.add(from)
  })
  for (const socket of [speaker, listener]) socket.on('error', (err: Error) => over.resolve(errorMessage(err)))
  listener.on('ready', () => {
    const questions = [name, SERVICE].map((each) => ({ name: each, type: 'PTR' as const }))
    speaker.query({ questions }, (err?: Error | null) => void (err && over.resolve(errorMessage(err))))
  })
  const timer = setTimeout(() => over.resolve(null), LISTEN_MS)
  const onAbort = () => over.resolve('it was interrupted')
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    const error = await over.promise
    return { address, heardSelf, devices: [...devices], others: [...others], error }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    await Promise.all([speaker, listener].map(close))
  }
}

/** Closes a socket. A socket that was never bound cannot be closed, but uses no resources. */
function close(socket: ReturnType<typeof makeMdns>): Promise<void> {
  return new Promise((resolve) => {
    try {
      socket.destroy(() => resolve())
    } catch {
      resolve()
    }
  })
}

/**
 * Judges the results of `tryMulticast`. `addresses` are the addresses of this machine on its networks, IPv4 and IPv6.
 */
export function checkMulticast(tried: readonly Multicast[], addresses: readonly string[]): NetworkCheck {
  const name = 'multicast'
  if (tried.length === 0 && addresses.length > 0)
    return broken(
      name,
      `this machine has IPv6 alone (${addresses.join(', ')}), and devices look for each other by IPv4: they do not find each other by themselves`,
      'give this machine an IPv4 address (switch IPv4 on in the network settings), or pair with --address and set a relay: `spacedrive config set network.relay <url>`',
    )
  if (tried.length === 0) return broken(name, 'this machine is on no network to send it on', 'connect a cable or Wi-Fi')
  const failed = tried.filter(({ error, heardSelf }) => error !== null || !heardSelf)
  const others = new Set(tried.flatMap((each) => each.others)).size
  if (failed.length === tried.length) {
    const why = failed.map(({ address, error }) => `${address}: ${error ?? 'what was sent was not heard'}`).join('; ')
    return broken(
      name,
      `nothing goes out or comes in: ${why}`,
      'let UDP port 5353 in and out in the firewall; until then pair by --address, or set a relay',
    )
  }
  const deaf = failed.length > 0 ? `; not on ${failed.map(({ address }) => address).join(', ')}` : ''
  const devices = new Set(tried.flatMap((each) => each.devices)).size
  if (devices > 0)
    return fine(
      name,
      `sent and heard; ${devices} other ${devices === 1 ? 'device' : 'devices'} with Spacedrive answered${deaf}`,
    )
  if (others > 0)
    return warning(
      name,
      `sent and heard, also from ${others} other ${others === 1 ? 'machine' : 'machines'}; no other device with Spacedrive answered${deaf}`,
      'start networking on the other device: `spacedrive network start`',
    )
  return warning(
    name,
    `sent and heard here, from no other machine${deaf}`,
    'where there are others, the Wi-Fi keeps its devices apart (guest network, “client isolation”) or their firewalls do; pair by --address, or set a relay',
  )
}
