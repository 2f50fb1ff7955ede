import { expect, test } from 'vitest'
import { alpns, type ByteStream, type Link } from '../../src/network/transport/transport.ts'
import { describeTransport } from '../transport-suite.ts'
import { createMemoryNetwork, IDLE_TIMEOUT_MS, type MemoryNetwork, type MemoryTransport } from './index.ts'

describeTransport('in memory', async () => {
  const network = createMemoryNetwork({ seed: 1, latencyMs: 3, jitterMs: 4, loss: 0.01 })
  const running = network.run()
  const alice = network.open('alice')
  const bob = network.open('bob')
  return {
    alice,
    bob,
    deadAddress: '10.0.9.9:1',
    async [Symbol.asyncDispose]() {
      await Promise.all([alice.close(), bob.close()])
      running[Symbol.dispose]()
    },
  }
})

test('time moves only when it is told to, and by as much as was said', async () => {
  const network = createMemoryNetwork({ seed: 1 })
  const rang: number[] = []
  for (const ms of [30, 10, 20]) network.clock.after(ms, () => rang.push(ms))
  const began = network.clock.now()
  await network.advance(20)
  expect(rang).toEqual([10, 20])
  expect(network.clock.now() - began).toBe(20)
  network.clock.after(5, () => rang.push(5))[Symbol.dispose]()
  await network.advance(100)
  expect(rang).toEqual([10, 20, 30])
})

test('a connection takes the way there and back', async () => {
  const network = createMemoryNetwork({ seed: 1, latencyMs: 25 })
  const began = network.clock.now()
  await connect(network)
  expect(network.clock.now() - began).toBe(50)
})

test('an address where nobody is does not answer', async () => {
  const network = createMemoryNetwork({ seed: 1 })
  const bob = network.open('bob')
  const dialled = dial(network.open('alice'), bob, ['10.9.9.9:1'])
  await expect(network.resolved(dialled)).rejects.toMatchObject({ code: 'Timeout' })
})

test('across a partition nothing comes through; after it all does, in order', async () => {
  const network = createMemoryNetwork({ seed: 2, jitterMs: 20 })
  const { near, far } = await connect(network)
  const read = collect(far)
  const stream = await near.openStream(forever())
  await stream.write(Buffer.from('before '))
  await network.until(() => read.text === 'before ')
  network.partition([['alice'], ['bob']])
  for (const word of ['while ', 'it ', 'lasts ']) await stream.write(Buffer.from(word))
  await network.advance(10_000)
  expect(read.text).toBe('before ')
  network.heal()
  await stream.write(Buffer.from('after'))
  await network.until(() => read.text === 'before while it lasts after')
  await network.advance(2 * IDLE_TIMEOUT_MS)
  expect(near.path()).not.toBeNull()
})

test('a partition that lasts ends the connection on both sides', async () => {
  const network = createMemoryNetwork({ seed: 3 })
  const { near, far } = await connect(network)
  network.partition([['alice'], ['bob']])
  await network.advance(IDLE_TIMEOUT_MS)
  expect((await Promise.all([near.closed, far.closed])).map(({ by }) => by)).toEqual(['lost', 'lost'])
})

test('whom nobody can reach is not dialled, until the partition is over', async () => {
  const network = createMemoryNetwork({ seed: 3 })
  const [alice, bob] = [network.open('alice'), network.open('bob')]
  bob.onPeer(() => {})
  network.partition([['alice'], ['bob']])
  await expect(network.resolved(dial(alice, bob))).rejects.toMatchObject({ code: 'Timeout' })
  network.heal()
  expect((await network.resolved(dial(alice, bob))).key).toBe(bob.key)
})

test('a machine that is killed tells nobody, and comes back with its key', async () => {
  const network = createMemoryNetwork({ seed: 4 })
  const { near, alice, bob } = await connect(network)
  network.kill('bob')
  await network.advance(IDLE_TIMEOUT_MS - 1)
  expect(near.path()).not.toBeNull()
  await network.advance(1)
  expect(await near.closed).toMatchObject({ by: 'lost' })
  const again = network.open('bob')
  again.onPeer(() => {})
  expect([again.key, again.addresses()]).toEqual([bob.key, ['10.0.0.2:4433']])
  expect((await network.resolved(dial(alice, again))).key).toBe(bob.key)
})

test('a connection that is dropped is lost on both sides', async () => {
  const network = createMemoryNetwork({ seed: 5 })
  const { near, far } = await connect(network)
  network.drop('bob', 'alice')
  expect([(await near.closed).by, (await far.closed).by]).toEqual(['lost', 'lost'])
})

test('a machine that moves keeps its connections', async () => {
  const network = createMemoryNetwork({ seed: 6 })
  const { near, far, bob } = await connect(network)
  const read = collect(far)
  network.move('bob')
  expect(near.path()?.address).toBe(bob.addresses()[0])
  const stream = await near.openStream(forever())
  await stream.write(Buffer.from('found'))
  await network.until(() => read.text === 'found')
})

test('streams overtake each other, and the same seed does it the same way', async () => {
  const first = await arrivals(7)
  expect(await arrivals(7)).toEqual(first)
  expect(await arrivals(8)).not.toEqual(first)
  expect(first).not.toEqual(first.toSorted((a, b) => Number(a) - Number(b)))
})

/** The order in which 50 streams arrive. */
async function arrivals(seed: number): Promise<string[]> {
  const network = createMemoryNetwork({ seed, jitterMs: 100, loss: 0.1 })
  const { near, far } = await connect(network)
  const arrived: string[] = []
  far.onStream((stream) => {
    void stream.read(10).then((bytes) => arrived.push(Buffer.from(bytes!).toString()))
  })
  for (let i = 0; i < 50; i++) await (await near.openStream(forever())).write(Buffer.from(String(i)))
  await network.until(() => arrived.length === 50)
  return arrived
}

function collect(link: Link): { text: string } {
  const read = { text: '' }
  const readAll = async (stream: ByteStream) => {
    for (let bytes = await stream.read(1_000); bytes; bytes = await stream.read(1_000))
      read.text += Buffer.from(bytes).toString()
  }
  link.onStream((stream) => void readAll(stream))
  return read
}

async function connect(network: MemoryNetwork) {
  const alice = network.open('alice')
  const bob = network.open('bob')
  const { promise, resolve } = Promise.withResolvers<Link>()
  bob.onPeer(resolve)
  const near = await network.resolved(dial(alice, bob))
  return { alice, bob, near, far: await promise }
}

function dial(from: MemoryTransport, to: MemoryTransport, addresses = to.addresses()): Promise<Link> {
  return from.dial(to.key, { addresses, relay: null }, { alpn: alpns.paired, signal: forever() })
}

function forever(): AbortSignal {
  return new AbortController().signal
}
