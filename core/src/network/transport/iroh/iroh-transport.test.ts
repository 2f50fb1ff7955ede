import { createSocket } from 'node:dgram'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { describeTransport } from '../../../../testing/transport-suite.ts'
import { silentLogger } from '../../../util/logger.ts'
import { peerKeyOf } from '../../identity/ed25519.ts'
import { alpns, type Link } from '../transport.ts'
import { IrohTransport, type IrohTransportOptions } from './iroh-transport.ts'

const defaults: Omit<IrohTransportOptions, 'seed'> = {
  bind: ['127.0.0.1', '::1'],
  port: 0,
  relay: null,
  alpns: Object.values(alpns),
  log: silentLogger,
}

describeTransport('Iroh', async () => {
  const alice = await open()
  const bob = await open()
  // Bound, and silent: nothing answers there.
  const silent = createSocket('udp4')
  await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve))
  return {
    alice,
    bob,
    deadAddress: `127.0.0.1:${silent.address().port}`,
    async [Symbol.asyncDispose]() {
      silent.close()
      await Promise.all([alice.close(), bob.close()])
    },
  }
})

test('the key follows from the seed', async () => {
  await using transport = await open({ seed: new Uint8Array(32).fill(7) })
  expect(transport.key).toBe('ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c')
})

test('a connection of a kind that is not active is refused, until it is', async () => {
  await using alice = await open()
  await using bob = await open({ alpns: [alpns.paired] })
  const links: Link[] = []
  bob.onPeer((link) => links.push(link))
  const dial = () =>
    alice.dial(bob.key, { addresses: bob.addresses(), relay: null }, { alpn: alpns.pairing, signal: forever() })
  await expect(dial()).rejects.toMatchObject({ code: 'Unavailable' })
  bob.setAlpns(Object.values(alpns))
  expect((await dial()).alpn).toBe(alpns.pairing)
})

test('a port that is taken is a conflict with a way out', async () => {
  await using first = await open()
  const port = first.ports()[0]!
  await expect(open({ port })).rejects.toMatchObject({ code: 'Conflict', message: expect.stringContaining(`${port}`) })
})

test('a relay that is no URL is refused', async () => {
  await expect(open({ relay: 'not a url' })).rejects.toMatchObject({ code: 'InvalidInput' })
})

test('one that listens everywhere names the addresses of the machine', async () => {
  await using transport = await open({ bind: ['0.0.0.0', '::'] })
  expect(transport.addresses().length).toBeGreaterThan(0)
  expect(transport.addresses().join(' ')).not.toMatch(/0\.0\.0\.0|\[::\]|fe80/)
})

test('one that listens at an address names no other', async () => {
  await using transport = await open({ bind: ['127.0.0.1'] })
  expect(transport.addresses()).toEqual([`127.0.0.1:${transport.ports()[0]}`])
})

test('once it is closed its port can be had again, though its links are still held', async () => {
  await using alice = await open()
  const bob = await open({ bind: ['127.0.0.1'] })
  const { promise: far, resolve } = Promise.withResolvers<Link>()
  bob.onPeer(resolve)
  const hints = { addresses: bob.addresses(), relay: null }
  const near = await alice.dial(bob.key, hints, { alpn: alpns.paired, signal: forever() })
  const held = [await far, near, await near.openStream(forever()), await (await far).openStream(forever())]
  const port = bob.ports()[0]!
  await bob.close()
  await using again = await open({ bind: ['127.0.0.1'], port })
  expect([again.ports(), held.length]).toEqual([[port], 4])
})

test('an address that a relay saw is told with the others', async () => {
  await using transport = await open()
  await transport.addExternalAddress('203.0.113.9:4433')
  expect(transport.addresses()).toContain('203.0.113.9:4433')
  await transport.removeExternalAddress('203.0.113.9:4433')
  expect(transport.addresses()).not.toContain('203.0.113.9:4433')
  await expect(transport.addExternalAddress('203.0.113.9')).rejects.toMatchObject({ code: 'InvalidInput' })
})

test('packets that are no QUIC do not end it', async () => {
  await using alice = await open()
  await using bob = await open()
  bob.onPeer(() => {})
  const noise = createSocket('udp4')
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(bob.addresses().join(' '))![1])
  for (let i = 0; i < 200; i++)
    await new Promise((resolve) => noise.send(randomBytes(1 + ((i * 37) % 1_400)), port, '127.0.0.1', resolve))
  noise.close()
  const hints = { addresses: bob.addresses(), relay: null }
  expect((await alice.dial(bob.key, hints, { alpn: alpns.paired, signal: forever() })).key).toBe(bob.key)
})

test('many devices that dial at once all come through', async () => {
  await using bob = await open()
  await using several = new AsyncDisposableStack()
  const diallers = await Promise.all(Array.from({ length: 6 }, () => open()))
  for (const dialler of diallers) several.use(dialler)
  bob.onPeer(() => {})
  const hints = { addresses: bob.addresses(), relay: null }
  const links = await Promise.all(
    diallers.flatMap((dialler) =>
      Array.from({ length: 8 }, () => dialler.dial(bob.key, hints, { alpn: alpns.paired, signal: forever() })),
    ),
  )
  expect(new Set(links.map(({ key }) => key))).toEqual(new Set([bob.key]))
})

test('a listener that throws ends the stream it was given, and no more', async () => {
  await using alice = await open()
  await using bob = await open()
  bob.onPeer((link) =>
    link.onStream(() => {
      throw new Error('a fault')
    }),
  )
  const hints = { addresses: bob.addresses(), relay: null }
  const link = await alice.dial(bob.key, hints, { alpn: alpns.paired, signal: forever() })
  for (let i = 0; i < 2; i++) {
    const stream = await link.openStream(forever())
    await stream.write(Buffer.from('x'))
    await expect(stream.read(1)).rejects.toMatchObject({ code: 'Unavailable' })
  }
})

test('what is no address is left out of a dial', async () => {
  await using alice = await open()
  await using bob = await open()
  bob.onPeer(() => {})
  const hints = { addresses: ['garbage', '1.2.3.4', '[::1', ...bob.addresses()], relay: null }
  expect((await alice.dial(bob.key, hints, { alpn: alpns.paired, signal: forever() })).key).toBe(bob.key)
})

test('without a relay of its own it asks nobody else’s, whatever another device says', async () => {
  let connections = 0
  const server = createServer(() => {})
    .on('connection', () => connections++)
    .listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await using alice = await open()
  await using bob = await open()
  bob.onPeer(() => {})
  const hints = { addresses: bob.addresses(), relay: `http://127.0.0.1:${port}` }
  await alice.dial(bob.key, hints, { alpn: alpns.paired, signal: forever() })
  const nowhere = { addresses: ['127.0.0.1:9'], relay: `http://127.0.0.1:${port}` }
  await expect(
    alice.dial(peerKeyOf(randomBytes(32)), nowhere, { alpn: alpns.paired, signal: AbortSignal.timeout(1_500) }),
  ).rejects.toBeInstanceOf(Error)
  expect(connections).toBe(0)
  server.close()
})

function open(options: Partial<IrohTransportOptions> = {}): Promise<IrohTransport> {
  return IrohTransport.open({ ...defaults, seed: randomBytes(32), ...options })
}

function forever(): AbortSignal {
  return new AbortController().signal
}
