import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { isIPv4 } from 'node:net'
import { promisify } from 'node:util'

/** The router of the default route, and the address of this device in the router's network; both IPv4. */
export interface Gateway {
  readonly gateway: string
  readonly own: string
}

const TOOL_TIMEOUT_MS = 3_000
const MAX_OUTPUT = 1_048_576
/** The number does not matter: connecting a UDP socket sends nothing. */
const SOME_PORT = 9

/** Null if this machine has no default route to a router. */
export async function findGateway(): Promise<Gateway | null> {
  const gateway = gatewayIn(process.platform, await readDefaultRoute().catch(() => ''))
  const own = gateway === null ? null : await ownAddressToward(gateway)
  return gateway === null || own === null ? null : { gateway, own }
}

/** Reads the router's address from the output of the system's tool. */
export function gatewayIn(platform: NodeJS.Platform, routes: string): string | null {
  const rows = routes.split('\n').map((line) => line.trim().split(/\s+/))
  const found = platform === 'linux' ? linuxGateway(rows) : rows.map(gatewayOfRow).find((each) => each !== null)
  return found && isIPv4(found) && found !== '0.0.0.0' ? found : null
}

function readDefaultRoute(): Promise<string> {
  if (process.platform === 'linux') return readFile('/proc/net/route', 'utf8')
  const words = process.platform === 'win32' ? ['route', 'print', '-4', '0.0.0.0'] : ['route', '-n', 'get', 'default']
  return promisify(execFile)(words[0]!, words.slice(1), {
    timeout: TOOL_TIMEOUT_MS,
    maxBuffer: MAX_OUTPUT,
    windowsHide: true,
  }).then(({ stdout }) => stdout)
}

/** Rows of `/proc/net/route`: interface, destination, gateway, flags, …, metric, mask; addresses in reversed hex. */
function linuxGateway(rows: readonly (readonly string[])[]): string | undefined {
  const [best] = rows
    .filter(([, destination, gateway, , , , , mask]) => destination === '00000000' && mask === '00000000' && gateway)
    .toSorted((one, other) => Number(one[6]) - Number(other[6]))
  const hex = best?.[2]
  return hex && /^[0-9A-F]{8}$/i.test(hex) ? [...Buffer.from(hex, 'hex')].toReversed().join('.') : undefined
}

/** macOS prints `gateway: 192.168.1.1`; Windows prints a row `0.0.0.0 0.0.0.0 192.168.1.1 192.168.1.5 25`. */
function gatewayOfRow([first, second, third]: readonly string[]): string | null {
  if (first === 'gateway:') return second ?? null
  return first === '0.0.0.0' && second === '0.0.0.0' ? (third ?? null) : null
}

async function ownAddressToward(gateway: string): Promise<string | null> {
  const socket = createSocket('udp4')
  try {
    const connected = once(socket, 'connect')
    socket.connect(SOME_PORT, gateway)
    await connected
    return socket.address().address
  } catch {
    // The interface of the route has disappeared.
    return null
  } finally {
    socket.close()
  }
}
