import { once } from 'node:events'
import { connect, createSecureContext, createServer, type SecureContext, type Server, type TLSSocket } from 'node:tls'
import { type AddressInfo } from 'node:net'
import { callbackify } from 'node:util'
import { CoreError, errorMessage } from '../../util/errors.ts'
import { heard } from '../../util/heard.ts'
import { parseAddress } from '../transport/addresses.ts'
import { PUNCH_MS, punch } from './punch.ts'
import { keyOfCertificate, type SessionKey } from './session-key.ts'

/** TLS options: only TLS 1.3, with its fastest cipher first (AES-128, which has hardware support). */
const TLS = {
  minVersion: 'TLSv1.3',
  ciphers: 'TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256',
  ALPNProtocols: ['spacedrive/bulk/1'],
  // The code below compares keys. No authority can certify a key that was just made.
  rejectUnauthorized: false,
} as const

/** How long an address has to answer, in milliseconds. */
const CONNECT_MS = 2_000
/**
 * Silence after which keep-alive packets are sent, in milliseconds. After ten packets without an answer, one a second,
 * the connection is lost.
 */
const KEEP_ALIVE_MS = 2_000
/** Maximum number of open connections, in addition to one for each expected channel. */
const MAX_UNKNOWN = 32
/**
 * Maximum number of connections of one channel. The other side tries every address at once, and keeps one connection.
 */
const MAX_OF_CHANNEL = 40

/** The key of this side and of the other side for an expected connection. */
export interface Expected {
  readonly own: SessionKey
  /** Raw public key of the other side, in hex. */
  readonly peerKey: string
}

interface ExpectedChannel {
  readonly peerKey: string
  readonly context: Promise<SecureContext>
  readonly onSocket: (socket: TLSSocket) => void
  /** How many more connections of this channel are accepted. */
  left: number
}

/**
 * Accepts bulk connections on one port. Each belongs to one channel. It starts with the random name of the channel
 * (SNI), and both sides have exchanged their keys over the link. Any other connection is closed before a byte is read
 * from it.
 */
export class BulkListener {
  readonly #server: Server
  readonly #expected = new Map<string, ExpectedChannel>()

  private constructor(server: Server) {
    this.#server = server
  }

  /** Listens on every address of this machine. Throws `Unavailable` if the port is taken. */
  static async open({ port }: { port: number }): Promise<BulkListener> {
    // The server has no key of its own. So the handshake fails for a connection that does not name a channel.
    const server = createServer({
      ...TLS,
      requestCert: true,
      handshakeTimeout: CONNECT_MS,
      SNICallback: callbackify(async (name: string) => {
        const expected = listener.#expected.get(name)
        if (!expected) throw new Error('unknown channel')
        return expected.context
      }),
    })
    const listener = new BulkListener(server)
    server.on('secureConnection', (socket) => listener.#take(socket))
    server.on('tlsClientError', (_err, socket) => socket.destroy())
    let open = 0
    server.on('connection', (socket) => {
      open++
      socket.once('close', () => open--)
      if (open > MAX_UNKNOWN + listener.#expected.size) socket.destroy()
    })
    try {
      server.listen(port)
      await once(server, 'listening')
    } catch (cause) {
      throw new CoreError('Unavailable', `port ${port} cannot be listened on: ${errorMessage(cause)}`, { cause })
    }
    server.unref()
    return listener
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Accepts the connection of a channel, until the result is disposed. */
  expect(channel: string, expected: Expected, onSocket: (socket: TLSSocket) => void): Disposable {
    const context = heard(contextOf(expected.own))
    this.#expected.set(channel, { peerKey: expected.peerKey, context, onSocket, left: MAX_OF_CHANNEL })
    return { [Symbol.dispose]: () => void this.#expected.delete(channel) }
  }

  /** Connects to the other side from the unused port `from`, while that side connects to this one. Never rejects. */
  async meet({ addresses, from }: { addresses: readonly string[]; from: number }, signal: AbortSignal): Promise<void> {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(PUNCH_MS)])
    const attempts = addresses.map(async (address) => {
      // From now on, it is handled like an incoming connection.
      this.#server.emit('connection', await punch(placeOf(address), { from, signal: deadline }))
    })
    await Promise.allSettled(attempts)
  }

  async close(): Promise<void> {
    this.#expected.clear()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #take(socket: TLSSocket): void {
    socket.on('error', () => socket.destroy())
    const expected = typeof socket.servername === 'string' ? this.#expected.get(socket.servername) : undefined
    if (!expected || keyOf(socket) !== expected.peerKey || expected.left-- <= 0) return void socket.destroy()
    expected.onSocket(socket)
  }
}

export interface Dialling {
  readonly addresses: readonly string[]
  readonly channel: string
  readonly expected: Expected
  /**
   * An unused local port to connect from, if the other side connects to it at the same time; null: the other side
   * listens.
   */
  readonly from: number | null
}

/** Connects to the first address that answers with the expected key. Throws `Unavailable` if none does. */
export async function dialBulk({ addresses, ...dialling }: Dialling, signal: AbortSignal): Promise<TLSSocket> {
  if (addresses.length === 0) throw new CoreError('Unavailable', 'the other device named no address')
  const context = await contextOf(dialling.expected.own)
  const given = new AbortController()
  const either = AbortSignal.any([signal, given.signal])
  try {
    return await Promise.any(addresses.map((address) => dialOne(address, { ...dialling, context }, either)))
  } catch (cause) {
    signal.throwIfAborted()
    throw new CoreError('Unavailable', `none of ${addresses.join(', ')} answered`, { cause })
  } finally {
    given.abort()
  }
}

async function dialOne(
  address: string,
  { channel, context, expected, from }: Omit<Dialling, 'addresses'> & { readonly context: SecureContext },
  signal: AbortSignal,
): Promise<TLSSocket> {
  signal.throwIfAborted()
  const place = placeOf(address)
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(from === null ? CONNECT_MS : PUNCH_MS)])
  const below = from === null ? place : { socket: await punch(place, { from, signal: deadline }) }
  const socket = connect({ ...TLS, ...below, secureContext: context, servername: channel })
  try {
    await once(socket, 'secureConnect', { signal: deadline })
    if (keyOf(socket) !== expected.peerKey)
      throw new CoreError('NotAuthorised', `another device answered at ${address}`)
    // If another address was faster, close this connection.
    signal.throwIfAborted()
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    socket.on('error', () => socket.destroy())
    return socket
  } catch (err) {
    socket.on('error', () => {})
    socket.destroy()
    throw err
  }
}

/** TLS requires a certificate, but only the key in it is checked. */
async function contextOf({ key }: SessionKey): Promise<SecureContext> {
  // Loaded on use: loading takes some 70 ms, and only the transfer thread makes certificates.
  const { certificateOf } = await import('./certificate.ts')
  return createSecureContext({ ...TLS, key, cert: await certificateOf(key) })
}

/** Parses an address. Host names are refused, so that the other side cannot cause DNS queries here. */
function placeOf(address: string): { host: string; port: number } {
  const place = parseAddress(address)
  if (!place) throw new CoreError('InvalidInput', `${JSON.stringify(address)} is not a valid address`)
  return place
}

function keyOf(socket: TLSSocket): string | null {
  const certificate = socket.getPeerX509Certificate()
  return certificate ? keyOfCertificate(certificate) : null
}
