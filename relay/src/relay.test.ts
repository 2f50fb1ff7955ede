import { Blake3Hasher } from '@napi-rs/blake-hash'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { silentLogger } from '@spacedrive/core'
import { describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { peerKeyOf, signWith } from '../../core/src/network/identity/ed25519.ts'
import { learnAddress } from '../../core/src/network/roaming/learn-address.ts'
import { IrohTransport } from '../../core/src/network/transport/iroh/iroh-transport.ts'
import { alpns, type ByteStream, type Link } from '../../core/src/network/transport/transport.ts'
import { Relay, type RelayOptions } from './relay.ts'

test('two devices that know only the relay connect through it, and find the straight way', async () => {
  await using relay = await openRelay()
  await using alice = await openDevice(relay.url)
  await using bob = await openDevice(relay.url)
  await vi.waitUntil(() => alice.relay() && bob.relay())
  const link = await connectOverRelay(alice, bob)
  expect(await echoed(link, 'over the relay')).toBe('over the relay')
  expect(relay.metrics()).toMatch(/relay_clients 2/)
  await vi.waitUntil(() => link.path()?.kind === 'direct')
})

test('a token in its address lets devices in, and is told to nobody', async () => {
  const token = 'a-long-token'
  await using relay = await openRelay({ token })
  await using alice = await openDevice(`${relay.url}/${token}`)
  await using bob = await openDevice(`${relay.url}/${token}`)
  await vi.waitUntil(() => alice.relay() && bob.relay())
  expect(alice.relay()).not.toContain(token)
  const link = await connectOverRelay(alice, bob)
  expect(await echoed(link, 'with a token')).toBe('with a token')
})

test('without the token nobody is let in', async () => {
  await using relay = await openRelay({ token: 'right' })
  for (const path of ['/relay', '/wrong/relay']) expect(await upgradeStatus(relay, path)).toBe(401)
  expect((await fetch(`${relay.url}/reflect`)).status).toBe(404)
  expect(relay.metrics()).toContain('refused_total{reason="token"} 2')
})

test('a key that is not on the list is told so', async () => {
  await using relay = await openRelay({ allow: [] })
  await using alice = await openDevice(relay.url)
  await vi.waitUntil(() => relay.metrics().includes('refused_total{reason="key"}'))
  expect(relay.metrics()).toContain('relay_clients 0')
  expect(alice.key).toHaveLength(64)
})

test('who does not prove a key is sent away, whatever is sent', async () => {
  await using relay = await openRelay()
  for (const message of [Buffer.of(), Buffer.of(1), randomBytes(98), Buffer.concat([Buffer.of(1), randomBytes(97)])]) {
    const socket = connectSocket(relay)
    const closed = once(socket, 'close')
    await once(socket, 'open')
    socket.send(message)
    expect((await closed)[0]).toBe(1008)
  }
  expect(relay.metrics()).toContain('refused_total{reason="signature"} 4')
})

test('there are no more connections than the limits say', async () => {
  await using relay = await openRelay({ limits: { connectionsPerAddress: 2 } })
  const [alice] = [await enter(relay), await enter(relay)]
  expect(await upgradeStatus(relay, '/relay')).toBe(503)
  alice.socket.terminate()
  await vi.waitUntil(async () => {
    const socket = connectSocket(relay)
    return new Promise((resolve) => {
      socket.once('open', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
  })
})

/** Only Linux has all addresses of 127.0.0.0/8. */
describe.runIf(process.platform === 'linux')('eight addresses that take all they can', () => {
  const neighbours = Array.from({ length: 8 }, (_, n) => `127.0.1.${n + 1}`)
  const limits = { clients: 96, connectionsPerAddress: 12 }

  test('hold no connection by silence', async () => {
    await using relay = await openRelay({ limits })
    const { hostname, port } = new URL(relay.url)
    using flood = floodFrom(neighbours, 24, (localAddress) =>
      connect({ host: hostname, port: Number(port), localAddress }),
    )
    for (let n = 0; n < 20; n++) {
      const device = await enter(relay)
      expect(device.socket.readyState).toBe(device.socket.OPEN)
      device.socket.terminate()
      await flood.comeAgain()
    }
  })

  test('hold no WebSocket without the key of a device', async () => {
    await using relay = await openRelay({ token: 'right', limits })
    using flood = floodFrom(neighbours, 12, (localAddress) => connectSocket(relay, '/right/relay', localAddress))
    for (let n = 0; n < 10; n++) {
      const device = await enter(relay, { path: '/right/relay' })
      await flood.comeAgain()
      expect(device.socket.readyState).toBe(device.socket.OPEN)
    }
    expect(relay.metrics()).toContain('relay_clients 10')
  })

  test('leave a fair part to others, though each of their devices has a key', async () => {
    await using relay = await openRelay({ limits })
    await Promise.all(
      neighbours.flatMap((from) => Array.from({ length: 12 }, () => enter(relay, { from, mayFail: true }))),
    )
    const devices = [await enter(relay), await enter(relay)]
    await Promise.all(neighbours.map((from) => enter(relay, { from, mayFail: true })))
    expect(devices.map(({ socket }) => socket.readyState)).toEqual([1, 1])
  })
})

test('packets arrive with their sender, and who has heard of a device is told that it left', async () => {
  await using relay = await openRelay()
  const [alice, bob, carol] = [await enter(relay), await enter(relay), await enter(relay)]
  alice.send(Buffer.of(4), bob.key, Buffer.from('one packet'))
  alice.send(Buffer.of(5), bob.key, Buffer.from('a batch'))
  await vi.waitUntil(() => bob.received.length === 2)
  expect(bob.received).toEqual([
    Buffer.concat([Buffer.of(6), alice.key, Buffer.from('one packet')]),
    Buffer.concat([Buffer.of(7), alice.key, Buffer.from('a batch')]),
  ])
  alice.socket.close()
  await vi.waitUntil(() => bob.received.length === 3)
  expect(bob.received[2]).toEqual(Buffer.concat([Buffer.of(8), alice.key]))
  expect(carol.received).toEqual([])
})

test('what is no packet, or has nobody to receive it, is dropped and counted', async () => {
  await using relay = await openRelay()
  const alice = await enter(relay)
  alice.send(Buffer.of(4), Buffer.from('short'))
  alice.send(Buffer.of(4), randomBytes(32), Buffer.from('to nobody'))
  alice.send(Buffer.of(99), Buffer.from('of no kind'))
  alice.send(Buffer.of(9), Buffer.from('12345678'))
  await vi.waitUntil(() => alice.received.length === 1)
  expect(alice.received[0]).toEqual(Buffer.concat([Buffer.of(10), Buffer.from('12345678')]))
  expect(relay.metrics()).toContain('dropped_total{reason="malformed"} 1')
  expect(relay.metrics()).toContain('dropped_total{reason="receiver not here"} 1')
})

test('a device that sends more than its rate is held back, and loses nothing', async () => {
  await using relay = await openRelay({ limits: { bytesPerSecondEach: 20_000 } })
  const [alice, bob] = [await enter(relay), await enter(relay)]
  for (let i = 0; i < 5; i++) alice.send(Buffer.of(4), bob.key, Buffer.alloc(6_000, i))
  await vi.waitUntil(() => bob.received.length === 5)
  expect(relay.metrics()).toMatch(/waits_total [1-9]/)
})

test('a device that comes again takes the place of the one it was', async () => {
  await using relay = await openRelay()
  const seed = randomBytes(32)
  const first = await enter(relay, { seed })
  const closed = once(first.socket, 'close')
  const bob = await enter(relay)
  const second = await enter(relay, { seed })
  await closed
  bob.send(Buffer.of(4), second.key, Buffer.from('again'))
  await vi.waitUntil(() => second.received.length === 1)
  expect(relay.metrics()).toContain('relay_clients 2')
})

test('a device learns the address it has on the outside, and tells it', async () => {
  await using relay = await openRelay()
  await using alice = await openDevice(null)
  const address = await learnAddress(alice, relay.url, forever())
  expect(alice.addresses()).toContain(address)
  expect(address).toMatch(/^127\.0\.0\.1:\d+$/)
})

test('it answers what devices and their owners ask', async () => {
  await using relay = await openRelay()
  const get = (path: string, headers = {}) => fetch(`${relay.url}${path}`, { headers })
  expect((await get('/ping')).status).toBe(200)
  const nothing = await get('/generate_204', { 'x-iroh-challenge': 'abc' })
  expect([nothing.status, nothing.headers.get('x-iroh-response')]).toEqual([204, 'response abc'])
  expect((await get('/elsewhere')).status).toBe(404)
  expect(await (await get('/metrics')).text()).toContain('# TYPE spacedrive_relay_clients gauge')
  expect((await get('/metrics', { 'x-forwarded-for': '203.0.113.1' })).status).toBe(404)
})

test('its ports can be had again once it is closed', async () => {
  const relay = await openRelay()
  const port = Number(new URL(relay.url).port)
  await relay.close()
  await using again = await openRelay({ port })
  expect(await (await fetch(`${again.url}/reflect`)).json()).toMatchObject({ port })
})

test('a port that is taken is a conflict', async () => {
  await using relay = await openRelay()
  const port = Number(new URL(relay.url).port)
  await expect(openRelay({ port })).rejects.toMatchObject({ code: 'Conflict' })
})

function openRelay(options: Partial<RelayOptions> = {}): Promise<Relay> {
  return Relay.open({ host: '127.0.0.1', port: 0, allow: null, token: null, log: silentLogger, ...options })
}

function openDevice(relay: string | null): Promise<IrohTransport> {
  const seed = createHash('sha256').update(randomBytes(8)).digest()
  return IrohTransport.open({
    seed,
    bind: ['127.0.0.1', '::1'],
    port: 0,
    relay,
    alpns: Object.values(alpns),
    log: silentLogger,
  })
}

async function connectOverRelay(from: IrohTransport, to: IrohTransport): Promise<Link> {
  to.onPeer((link) => link.onStream((stream) => void echo(stream)))
  return from.dial(to.key, { addresses: [], relay: to.relay() }, { alpn: alpns.paired, signal: forever() })
}

async function echo(stream: ByteStream): Promise<void> {
  for (let bytes = await stream.read(65_536); bytes; bytes = await stream.read(65_536)) await stream.write(bytes)
  await stream.finish()
}

async function echoed(link: Link, text: string): Promise<string> {
  const stream = await link.openStream(forever())
  const parts: Uint8Array[] = []
  const reading = (async () => {
    for (let bytes = await stream.read(65_536); bytes; bytes = await stream.read(65_536)) parts.push(bytes)
  })()
  await stream.write(Buffer.from(text))
  await stream.finish()
  await reading
  return Buffer.concat(parts).toString()
}

function connectSocket(relay: Relay, path = '/relay', localAddress?: string): WebSocket {
  const options = localAddress === undefined ? {} : { localAddress }
  const socket = new WebSocket(`${relay.url.replace('http', 'ws')}${path}`, ['iroh-relay-v2'], options)
  socket.on('error', () => {})
  return socket
}

test('refused WebSockets of a client that never closes take no place', async () => {
  await using relay = await openRelay({ token: 'right', limits: { clients: 4, connectionsPerAddress: 100 } })
  const { hostname, port } = new URL(relay.url)
  for (let n = 0; n < 50; n++) {
    // Half-open: this side stays open, whatever the relay does.
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
    socket.on('error', () => {})
    socket.write(
      'GET /relay HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    )
    expect(String((await once(socket, 'data'))[0])).toContain('401')
  }
  expect((await fetch(`${relay.url}/ping`)).status).toBe(200)
})

test('connections of one address are cut off before anything is read from them', async () => {
  await using relay = await openRelay({ limits: { connectionsPerAddress: 5 } })
  const { hostname, port } = new URL(relay.url)
  const sockets = Array.from({ length: 40 }, () => connect({ host: hostname, port: Number(port) }))
  for (const socket of sockets) socket.on('error', () => {})
  await vi.waitUntil(() => sockets.filter(({ closed }) => closed).length === 30)
  expect(relay.metrics()).toContain('refused_total{reason="connections of one address"} 30')
  for (const socket of sockets) socket.destroy()
})

interface Entering {
  readonly seed?: Uint8Array
  readonly path?: string
  /** The address it connects from. */
  readonly from?: string
  /** Whether it may be sent away. */
  readonly mayFail?: boolean
}

/** A device that speaks with the relay by hand. */
async function enter(relay: Relay, { seed = randomBytes(32), path, from, mayFail = false }: Entering = {}) {
  const socket = connectSocket(relay, path, from)
  const received: Buffer[] = []
  const key = Buffer.from(peerKeyOf(seed), 'hex')
  const send = (...parts: Uint8Array[]) => socket.send(Buffer.concat(parts))
  const { promise: entered, reject, resolve } = Promise.withResolvers<void>()
  socket.on('close', () => (mayFail ? resolve() : reject(new Error('sent away'))))
  socket.on('message', (data) => {
    const frame = data as Buffer
    if (frame[0] === 0) {
      const signed = Blake3Hasher.deriveKey('iroh-relay handshake v1 challenge signature', frame.subarray(1))
      send(Buffer.of(1), key, Buffer.of(64), signWith(seed, signed))
    } else if (frame[0] === 2) resolve()
    else received.push(frame)
  })
  await entered
  return { socket, received, key, send }
}

/** Opens connections from each address, and opens each again that is closed. */
function floodFrom<T extends Socket | WebSocket>(
  addresses: readonly string[],
  each: number,
  open: (from: string) => T,
) {
  let opened = 0
  let isOver = false
  const held = new Set<T>()
  const hold = (from: string): void => {
    if (isOver) return
    const connection = open(from)
    held.add(connection)
    connection.on('error', () => {})
    connection.once(connection instanceof WebSocket ? 'open' : 'connect', () => opened++)
    connection.once('close', () => {
      held.delete(connection)
      setImmediate(hold, from)
    })
  }
  for (const address of addresses) for (let n = 0; n < each; n++) hold(address)
  return {
    /** Waits until the flood has opened more connections than before. */
    async comeAgain(): Promise<void> {
      const before = opened
      await vi.waitUntil(() => opened > before)
    },
    [Symbol.dispose](): void {
      isOver = true
      for (const connection of held) {
        if (connection instanceof WebSocket) connection.terminate()
        else connection.destroy()
      }
    },
  }
}

async function upgradeStatus(relay: Relay, path: string): Promise<number> {
  const [, response] = (await once(connectSocket(relay, path), 'unexpected-response')) as [
    unknown,
    { statusCode: number },
  ]
  return response.statusCode
}

function forever(): AbortSignal {
  return new AbortController().signal
}
