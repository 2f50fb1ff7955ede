import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { createTempDir } from '../../../testing/temp-dir.ts'
import { type RouterOptions, UpnpRouter } from '../../../testing/upnp-router.ts'
import { silentLogger } from '../../util/logger.ts'
import { systemClock } from '../clock.ts'
import { IrohTransport } from '../transport/iroh/iroh-transport.ts'
import { alpns } from '../transport/transport.ts'
import { PortMapping } from './index.ts'

const HERE = { gateway: '127.0.0.1', own: '127.0.0.1' }
const FILE = 'port-mappings.json'

test('while the setting is off, nothing is asked', async () => {
  await using world = await createWorld({})
  const { mapping, router } = world
  world.isOn = false
  mapping.start(world.transport)
  expect(mapping.status()).toEqual({ state: 'off', address: null, reason: null })
  await mapping.stop()
  expect(router.asked).toEqual([])
})

test('one UDP port is forwarded for an hour, told to other devices, and removed at the stop', async () => {
  await using world = await createWorld({})
  const { mapping, port, router, transport } = world
  mapping.start(transport)
  const address = `203.0.113.9:${port}`
  await world.until('mapped')
  expect(mapping.status()).toEqual({ state: 'mapped', address, reason: null })
  expect([...router.mappings]).toEqual([[`UDP ${port}`, { to: `127.0.0.1:${port}`, lease: '3600' }]])
  expect(transport.addresses()).toContain(address)
  expect(JSON.parse(await readFile(join(world.dir, FILE), 'utf8'))).toMatchObject({ mappings: [{ port }] })
  // A change of addresses with the same router asks for nothing.
  mapping.look()
  await mapping.stop()
  expect(router.asked.filter((what) => what.startsWith('Add'))).toHaveLength(1)
  expect([...router.mappings]).toEqual([])
  expect(transport.addresses()).not.toContain(address)
  await expect(readFile(join(world.dir, FILE))).rejects.toMatchObject({ code: 'ENOENT' })
  expect(world.told).toEqual([`mapped ${address}`, `removed ${address}`])
})

test('a mapping is renewed before its lease ends, and cleared if the router then refuses', async () => {
  const timers: { ms: number; run: () => void }[] = []
  let passed = 0
  const clock = {
    now: () => Date.now() + passed,
    ticks: () => passed,
    after(ms: number, run: () => void) {
      timers.push({ ms, run })
      return { [Symbol.dispose]: () => {} }
    },
  }
  await using world = await createWorld({ clock })
  const { mapping, port, router, transport } = world
  const pass = async () => {
    await vi.waitFor(() => expect(timers).toHaveLength(1))
    const [{ ms, run }] = timers.splice(0) as [{ ms: number; run: () => void }]
    passed += ms
    run()
    return ms
  }
  const added = () => router.asked.filter((what) => what.startsWith('Add')).length
  mapping.start(transport)
  await world.until('mapped')
  expect(await pass()).toBeLessThan(3_600_000)
  await vi.waitFor(() => expect(added()).toBe(2))
  router.refuseWith = 606
  await pass()
  await world.until('failed')
  expect(mapping.status()).toEqual({
    state: 'failed',
    address: null,
    reason: 'the router refuses: it lets no program map ports; allow it in the settings of the router',
  })
  expect(transport.addresses()).not.toContain(`203.0.113.9:${port}`)
})

test('a mapping that a killed daemon left is removed at the next start, with the setting off', async () => {
  await using world = await createWorld({})
  const { mapping, router } = world
  const until = Date.now() + 3_600_000
  router.mappings.set('UDP 4433', { to: '127.0.0.1:4433', lease: '3600' })
  router.mappings.set('UDP 4434', { to: '127.0.0.7:4434', lease: '3600' })
  const left = (port: number) => leftMapping({ port, until })
  const elsewhere = { ...left(4_435), gateway: '192.168.99.1' }
  await writeFile(join(world.dir, FILE), JSON.stringify({ mappings: [left(4_433), left(4_434), elsewhere] }))
  world.isOn = false
  mapping.start(world.transport)
  await vi.waitFor(() => expect(router.mappings.has('UDP 4433')).toBe(false))
  await mapping.stop()
  // Another device has this port now.
  expect([...router.mappings.keys()]).toEqual(['UDP 4434'])
  expect(world.told).toEqual(['removed 203.0.113.9:4433'])
  // The router of another network is asked once this device is there again.
  expect(JSON.parse(await readFile(join(world.dir, FILE), 'utf8'))).toEqual({ mappings: [elsewhere] })
})

test('a mapping that a router kept beyond its lease is removed, and not at another router of the same address', async () => {
  await using world = await createWorld({})
  const { mapping, router } = world
  const until = Date.now() - 7 * 86_400_000
  router.mappings.set('UDP 4433', { to: '127.0.0.1:4433', lease: '0' })
  router.mappings.set('UDP 4434', { to: '127.0.0.1:4434', lease: '0' })
  router.mappings.set('UDP 4435', { to: '127.0.0.1:9', lease: '0' })
  const elsewhere = leftMapping({ port: 4_434, router: 'uuid:2', until })
  const mappings = [leftMapping({ port: 4_433, until }), elsewhere, leftMapping({ port: 4_435, until })]
  await writeFile(join(world.dir, FILE), JSON.stringify({ mappings }))
  world.isOn = false
  mapping.start(world.transport)
  await vi.waitFor(() => expect(router.mappings.has('UDP 4433')).toBe(false))
  await mapping.stop()
  // Another program of this machine has the last one now.
  expect([...router.mappings.keys()]).toEqual(['UDP 4434', 'UDP 4435'])
  expect(JSON.parse(await readFile(join(world.dir, FILE), 'utf8'))).toEqual({ mappings: [elsewhere] })
})

test('a mapping that could not be removed is shown, and removed once the router answers', async () => {
  let isSilent = true
  await using world = await createWorld({
    misbehave: (_request, response) => {
      if (isSilent) response.destroy()
      return isSilent
    },
  })
  const { mapping, router } = world
  router.mappings.set('UDP 4433', { to: '127.0.0.1:4433', lease: '3600' })
  await writeFile(
    join(world.dir, FILE),
    JSON.stringify({ mappings: [leftMapping({ port: 4_433, until: Date.now() + 3_600_000 })] }),
  )
  world.isOn = false
  const left = {
    state: 'off',
    address: '203.0.113.9:4433',
    reason: 'the router at 127.0.0.1 may still forward 203.0.113.9:4433 to this device: the mapping is not removed yet',
  }
  mapping.start(world.transport)
  await vi.waitFor(() => expect(mapping.status()).toEqual(left))
  await mapping.stop()
  expect(mapping.status()).toEqual(left)
  isSilent = false
  mapping.start(world.transport)
  await vi.waitFor(() => expect(mapping.status()).toEqual({ state: 'off', address: null, reason: null }))
  expect([...router.mappings]).toEqual([])
})

test('a mapping that a slow router makes after networking has stopped is removed, too', async () => {
  const { promise: mayAdd, resolve: add } = Promise.withResolvers<void>()
  await using world = await createWorld({ mayAdd })
  const { mapping, router } = world
  mapping.start(world.transport)
  await vi.waitFor(() => expect(router.asked).toContain('adding'))
  const stopped = mapping.stop()
  add()
  await stopped
  expect(router.asked.filter((what) => what.startsWith('Add'))).toHaveLength(1)
  expect([...router.mappings]).toEqual([])
})

test('a mapping that a router makes after both its answer and the removal were given up is removed at the next start', async () => {
  const { promise: mayAdd, resolve: add } = Promise.withResolvers<void>()
  await using world = await createWorld({ mayAdd })
  const { mapping, port, router } = world
  mapping.start(world.transport)
  await vi.waitFor(() => expect(router.asked).toContain('adding'))
  await mapping.stop()
  expect(JSON.parse(await readFile(join(world.dir, FILE), 'utf8'))).toMatchObject({ mappings: [{ port }] })
  add()
  await vi.waitFor(() => expect([...router.mappings.keys()]).toEqual([`UDP ${port}`]))
  world.isOn = false
  mapping.start(world.transport)
  await vi.waitFor(() => expect([...router.mappings.keys()]).toEqual([]))
  await mapping.stop()
  await expect(readFile(join(world.dir, FILE))).rejects.toMatchObject({ code: 'ENOENT' })
  expect(world.told).toEqual([`removed 203.0.113.9:${port}`])
})

test('a mapping that has no answer is forgotten when its lease is over', async () => {
  await using world = await createWorld({})
  const now = Date.now()
  const [running, over] = [now + 3_600_000, now - 1].map((until, n) => ({
    ...leftMapping({ port: 4_433 + n, until }),
    answered: false,
  }))
  await writeFile(join(world.dir, FILE), JSON.stringify({ mappings: [running, over] }))
  world.isOn = false
  world.mapping.start(world.transport)
  await vi.waitFor(async () =>
    expect(JSON.parse(await readFile(join(world.dir, FILE), 'utf8'))).toEqual({ mappings: [running] }),
  )
  await world.mapping.stop()
})

test.each([
  { hours: 5, isShown: true },
  { hours: 7, isShown: false },
])('$hours hours after its lease a mapping at a silent router is shown: $isShown', async ({ hours, isShown }) => {
  await using world = await createWorld({ hasGateway: false })
  const left = leftMapping({ port: 4_433, until: Date.now() - hours * 3_600_000 })
  await writeFile(join(world.dir, FILE), JSON.stringify({ mappings: [left] }))
  world.isOn = false
  world.mapping.start(world.transport)
  await world.mapping.stop()
  expect(world.mapping.status().address).toBe(isShown ? '203.0.113.9:4433' : null)
  // The next start tries it again.
  expect(JSON.parse(await readFile(join(world.dir, FILE), 'utf8'))).toEqual({ mappings: [left] })
})

test('a mapping in the file of an older version is removed, though the file names neither router nor inside port', async () => {
  await using world = await createWorld({})
  const { mapping, router } = world
  router.mappings.set('UDP 4433', { to: '127.0.0.1:4433', lease: '3600' })
  const {
    answered: _,
    internalPort: __,
    router: ___,
    ...left
  } = leftMapping({ port: 4_433, until: Date.now() + 3_600_000 })
  await writeFile(join(world.dir, FILE), JSON.stringify({ mappings: [left] }))
  world.isOn = false
  mapping.start(world.transport)
  await vi.waitFor(() => expect([...router.mappings]).toEqual([]))
  await mapping.stop()
  await expect(readFile(join(world.dir, FILE))).rejects.toMatchObject({ code: 'ENOENT' })
})

test('after the stop no further port is asked for', async () => {
  const { promise: mayAdd, resolve: add } = Promise.withResolvers<void>()
  await using world = await createWorld({ mayAdd })
  const { mapping, port, router } = world
  router.mappings.set(`UDP ${port}`, { to: '127.0.0.7:1', lease: '0' })
  mapping.start(world.transport)
  await vi.waitFor(() => expect(router.asked).toContain('adding'))
  const stopped = mapping.stop()
  add()
  await stopped
  expect(router.asked.filter((what) => what.startsWith('Add'))).toHaveLength(1)
})

test('no relay makes the router forward the port of another program', async () => {
  await using world = await createWorld({ bind: '127.0.0.2' })
  const { mapping, router, transport } = world
  // As a relay may say it: an address of this machine, where something else listens.
  await transport.addExternalAddress('127.0.0.1:53')
  mapping.start(transport)
  await world.until('failed')
  expect(mapping.status().reason).toBe('networking does not listen at 127.0.0.1, which leads to the router')
  expect([...router.mappings]).toEqual([])
})

test.skipIf(process.platform !== 'linux')(
  'a neighbour who answers first and often does not drown the router',
  async () => {
    await using world = await createWorld({ answerAfterMs: 300 })
    const neighbour = createSocket({ type: 'udp4', reuseAddr: true })
    const answers = createSocket('udp4')
    neighbour.bind(world.router.searchPort, '0.0.0.0', () => neighbour.addMembership('239.255.255.250', '127.0.0.1'))
    answers.bind(0, '127.0.0.9')
    neighbour.on('message', (_search, { address, port }) => {
      for (let i = 0; i < 150; i++) answers.send('HTTP/1.1 200 OK\r\n\r\n', port, address)
    })
    await Promise.all([neighbour, answers].map((each) => once(each, 'listening')))
    world.mapping.start(world.transport)
    await world.until('mapped')
    expect(world.mapping.status().address).toBe(`203.0.113.9:${world.port}`)
    for (const each of [neighbour, answers]) each.close()
  },
)

test('if another device has the outside port, another one is taken', async () => {
  await using world = await createWorld({})
  const { mapping, port, router } = world
  router.mappings.set(`UDP ${port}`, { to: '127.0.0.7:1', lease: '0' })
  mapping.start(world.transport)
  await world.until('mapped')
  const own = [...router.mappings].filter(([, { to }]) => to === `127.0.0.1:${port}`)
  expect(own).toHaveLength(1)
  expect(mapping.status().address).toBe(`203.0.113.9:${own[0]![0].slice(4)}`)
  await mapping.stop()
  expect([...router.mappings.keys()]).toEqual([`UDP ${port}`])
})

interface Bad {
  readonly name: string
  readonly router: Partial<RouterOptions>
  readonly reason: unknown
}

test.each<Bad>([
  {
    name: 'grants only mappings without an end',
    router: { refuseWith: 725 },
    reason: 'the router refuses: it grants only mappings that never end',
  },
  {
    name: 'is behind another router',
    router: { externalAddress: '100.64.3.4' },
    reason: "the router's outside address 100.64.3.4 is not public: another router is in front of it",
  },
  {
    name: 'has no valid address',
    router: { externalAddress: '1.2.3.4&lt;script' },
    reason: 'the router does not say its address on the outside',
  },
  {
    name: 'has its description on another machine',
    router: { location: 'http://127.0.0.2:80/router' },
    reason: 'the router at 127.0.0.1 does not answer; UPnP may be off there',
  },
  {
    name: 'redirects',
    router: {
      misbehave: (_request, response) => {
        response.writeHead(302, { location: 'http://127.0.0.2/' }).end()
        return true
      },
    },
    reason: 'the router answers 302',
  },
  {
    name: 'names another machine for its requests',
    router: {
      misbehave: (_request, response) => {
        const service = (host: string) =>
          `<service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>http://${host}/</controlURL></service>`
        response.end(`<root>${service('127.0.0.2')}</root>`)
        return true
      },
    },
    reason: 'the router offers no port mappings',
  },
  {
    name: 'has its description where nothing listens',
    router: { location: 'http://127.0.0.1:1/router' },
    reason: 'the router does not answer at TCP port 1: the connection is refused',
  },
  {
    name: 'answers in another protocol',
    router: {
      misbehave: (_request, response) => {
        response.socket!.end('220 ftp\r\n')
        return true
      },
    },
    reason: expect.stringMatching(/^the router does not answer at TCP port \d+: what it sends is not HTTP$/),
  },
  {
    name: 'changes the protocol',
    router: {
      misbehave: (_request, response) => {
        response.socket!.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
        return true
      },
    },
    reason: expect.stringMatching(/^the router does not answer/),
  },
  {
    name: 'sends a description without an end',
    router: {
      misbehave: (_request, response) => {
        response.on('error', () => {})
        const more = () => {
          while (!response.destroyed && response.write('<service '.repeat(8_192)));
          if (!response.destroyed) response.once('drain', more)
        }
        more()
        return true
      },
    },
    reason: "the router's answer is longer than 262144 bytes",
  },
  {
    name: 'never finishes an answer',
    router: {
      misbehave: (_request, response) => {
        response.write('<root>')
        return true
      },
    },
    reason: 'the router does not answer within 3 s',
  },
])('a router that $name does no harm, and the reason is shown', async ({ reason, router: options }) => {
  await using world = await createWorld(options)
  world.mapping.start(world.transport)
  await world.until('failed')
  expect(world.mapping.status()).toEqual({ state: 'failed', address: null, reason })
  await world.mapping.stop()
  expect(world.told).toEqual([])
  expect([...world.router.mappings]).toEqual([])
})

test.skipIf(process.platform !== 'linux')('an answer that is not from the router counts as none', async () => {
  await using world = await createWorld({ address: '127.0.0.3' })
  world.mapping.start(world.transport)
  await world.until('failed')
  expect(new Set(world.router.asked)).toEqual(new Set(['search']))
  expect(world.mapping.status().reason).toBe('the router at 127.0.0.1 does not answer; UPnP may be off there')
})

test('a machine without a router says so', async () => {
  await using world = await createWorld({ hasGateway: false })
  world.mapping.start(world.transport)
  await world.until('failed')
  expect(world.mapping.status().reason).toBe('this machine has no IPv4 router')
})

type WorldOptions = Partial<RouterOptions> & {
  readonly clock?: typeof systemClock
  readonly hasGateway?: boolean
  /** Where networking listens; at the address that leads to the router by default. */
  readonly bind?: string
}

function leftMapping(of: { port: number; until: number; router?: string }) {
  return { ...HERE, router: 'uuid:1', outside: '203.0.113.9', internalPort: of.port, answered: true, ...of }
}

/** A device on the loopback interface, whose router is there too. */
async function createWorld({ bind = HERE.own, clock = systemClock, hasGateway = true, ...options }: WorldOptions) {
  await using parts = new AsyncDisposableStack()
  const dir = parts.use(createTempDir('port-mapping')).path
  const router = parts.use(await UpnpRouter.open({ address: HERE.gateway, searchPort: 0, ...options }))
  const transport = parts.use(
    await IrohTransport.open({
      seed: randomBytes(32),
      bind: [bind],
      port: 0,
      relay: null,
      alpns: [alpns.paired],
      log: silentLogger,
    }),
  )
  const told: string[] = []
  const world = {
    dir,
    router,
    transport,
    told,
    port: transport.ports()[0]!,
    isOn: true,
    until: (state: string) => vi.waitFor(() => expect(mapping.status().state).toBe(state), { interval: 10 }),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
  const mapping = new PortMapping({
    dataDir: dir,
    clock,
    log: silentLogger,
    isOn: () => world.isOn,
    onChange: (what, address) => void told.push(`${what} ${address}`),
    findGateway: () => Promise.resolve(hasGateway ? HERE : null),
    searchPort: router.searchPort,
  })
  parts.defer(() => mapping.stop())
  const all = parts.move()
  return Object.assign(world, { mapping })
}
