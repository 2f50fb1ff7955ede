import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Gateway } from './gateway.ts'
import { elements } from './read-xml.ts'
import { readPage } from './router-http.ts'
import { Router } from './router.ts'

/** The multicast group where programs search for routers (UPnP Device Architecture 1.1 §1.3). */
const GROUP = '239.255.255.250'
export const SEARCH_PORT = 1_900
/** How many times a search is sent, because packets may be lost, and how long each waits for answers. */
const SEARCHES = 3
const SEARCH_MS = 1_500
/** Limit on the packets of the router that are read during a search. */
const MAX_PACKETS = 256
const MAX_PACKET = 4_096
/** Limits on the description of a router. */
const MAX_SERVICES = 64
const MAX_ID = 100

const GATEWAYS = [1, 2].map((version) => `urn:schemas-upnp-org:device:InternetGatewayDevice:${version}`)
/** The services that map ports, in order of preference. */
const SERVICES = ['WANIPConnection:2', 'WANIPConnection:1', 'WANPPPConnection:1'].map(
  (name) => `urn:schemas-upnp-org:service:${name}`,
)

/**
 * Searches for the router and reads its description. Only the gateway is trusted: answers from other addresses are
 * ignored, and so are answers that point to another machine. Null if the router does not answer. Throws if its
 * description cannot be used.
 */
export async function findRouter(
  place: Gateway,
  { searchPort, signal }: { searchPort: number; signal: AbortSignal },
): Promise<Router | null> {
  const location = await search(place, { searchPort, signal })
  if (!location) return null
  const description = await readPage(location, { ...place, signal })
  const base = urlOf(elements(description, 'URLBase', 1)[0], location, place) ?? location
  const services = elements(description, 'service', MAX_SERVICES).map((service) => ({
    type: elements(service, 'serviceType', 1)[0] ?? '',
    url: urlOf(elements(service, 'controlURL', 1)[0], base, place),
  }))
  for (const type of SERVICES) {
    const url = services.find((each) => each.type === type)?.url
    if (url) return new Router({ ...place, url, service: type, id: idIn(description) })
  }
  throw new Error('the router offers no port mappings')
}

/** The id of the router, which differs from that of another router at the same address in another network. */
function idIn(description: string): string {
  return (elements(description, 'UDN', 1)[0] ?? '').slice(0, MAX_ID)
}

async function search(
  place: Gateway,
  { searchPort, signal }: { searchPort: number; signal: AbortSignal },
): Promise<URL | null> {
  signal.throwIfAborted()
  const socket = createSocket('udp4')
  const found = Promise.withResolvers<URL | null>()
  const onAbort = () => found.resolve(null)
  signal.addEventListener('abort', onAbort, { once: true })
  let packets = 0
  socket.on('message', (message, { address }) => {
    // Check the address first. Otherwise packets of other machines would use up the limit, and the router would not be
    // heard.
    if (address !== place.gateway || ++packets > MAX_PACKETS) return
    const location = locationIn(message, place)
    if (location) found.resolve(location)
  })
  // If the interface disappears, the search ends.
  socket.on('error', () => found.resolve(null))
  let timer: NodeJS.Timeout | null = null
  const ask = (left: number) => {
    if (left === 0) return found.resolve(null)
    for (const target of GATEWAYS) socket.send(searchFor(target), searchPort, GROUP, () => {})
    timer = setTimeout(() => ask(left - 1), SEARCH_MS)
  }
  try {
    const listening = once(socket, 'listening')
    socket.bind(0, place.own)
    await listening
    socket.setMulticastInterface(place.own)
    ask(SEARCHES)
    const location = await found.promise
    signal.throwIfAborted()
    return location
  } finally {
    if (timer) clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    socket.close()
  }
}

function locationIn(message: Buffer, place: Gateway): URL | null {
  if (message.length > MAX_PACKET) return null
  const lines = message.toString('latin1').split('\r\n')
  if (!lines[0]?.startsWith('HTTP/1.1 200')) return null
  const header = (name: string) => {
    const line = lines.find((each) => each.toLowerCase().startsWith(`${name}:`))
    return line?.slice(name.length + 1).trim()
  }
  return GATEWAYS.includes(header('st') ?? '') ? urlOf(header('location'), undefined, place) : null
}

/** Parses a URL; null unless it is on the gateway itself. */
function urlOf(text: string | undefined, base: URL | undefined, { gateway }: Gateway): URL | null {
  const url = text === undefined || text === '' ? null : URL.parse(text, base?.href)
  return url?.protocol === 'http:' && url.hostname === gateway ? url : null
}

function searchFor(target: string): string {
  const lines = [
    'M-SEARCH * HTTP/1.1',
    `HOST: ${GROUP}:${SEARCH_PORT}`,
    'MAN: "ssdp:discover"',
    'MX: 1',
    `ST: ${target}`,
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}
