import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createTestNetwork } from '../testing/test-network.ts'

// What the sending side can do with what is on its way.

const { signal } = new AbortController()
/** So slow that something can be done in between, however busy the machine is: all of it takes more than a minute. */
const BYTES_PER_SECOND = 500_000
const SIZE = 32_000_000
/** Of the moments at which a transfer is paused. */
const SEED = 17

/** Lets this many turns of the event loop pass. */
async function turnsOfLoop(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await setImmediate()
}

async function setUp() {
  const network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  alice.core.network.transfers.resolve({
    kind: 'test',
    spec: z.object({ path: z.string() }),
    resolve: async ({ path }) => ({
      roots: [{ path: Buffer.from(alice.path(path)), name: Buffer.from(path) }],
      title: path,
    }),
  })
  const content = randomBytes(SIZE)
  alice.write('large.bin', content)
  await alice.core.config.set('network.maxBytesPerSecond', String(BYTES_PER_SECOND))
  const folder = bob.path('received')
  mkdirSync(folder)
  const begin = () =>
    bob.core.network.transfers.start({
      devices: [network.idOf('alice')],
      kind: 'test',
      spec: { path: 'large.bin' },
      title: 'large.bin',
      folder,
      preserve: 'nothing',
    }).id
  const { transfers: out } = alice.core.network
  const { transfers: to } = bob.core.network
  const sending = () => vi.waitUntil(() => out.list().find(({ state }) => state === 'running'))
  const moved = (id: string) => vi.waitUntil(() => to.get(id).bytes.done > 0)
  return { network, alice, out, to, content, folder, begin, sending, moved }
}

test('the sender pauses and resumes a transfer, and no byte is sent twice', async () => {
  const { alice, begin, content, folder, moved, network, out, sending, to } = await setUp()
  await using _network = network
  const id = begin()
  await moved(id)
  const { id: outgoing } = await sending()
  expect(out.pause(outgoing)).toMatchObject({ state: 'paused', direction: 'out' })
  await vi.waitUntil(() => to.get(id).state === 'preparing')
  expect(out.pause(outgoing)).toMatchObject({ state: 'paused' })
  const before = to.get(id).bytes.done
  expect(out.resume(outgoing).state).not.toBe('paused')
  await alice.core.config.set('network.maxBytesPerSecond', '0')
  expect(await to.wait(id, signal)).toMatchObject({ state: 'completed' })
  expect(readFileSync(join(folder, 'large.bin')).equals(content)).toBe(true)
  // One transfer, the same as before, for the person here, too.
  await vi.waitFor(() => expect(out.get(outgoing)).toMatchObject({ state: 'completed', error: null }))
  expect(out.list()).toHaveLength(1)
  expect(before).toBeGreaterThan(0)
  expect(() => out.pause(outgoing)).toThrow('completed')
})

test('a transfer that the sender paused stays paused when the receiver pauses and resumes it', async () => {
  const { alice, begin, moved, network, out, sending, to } = await setUp()
  await using _network = network
  const id = begin()
  await moved(id)
  const { id: outgoing } = await sending()
  out.pause(outgoing)
  await vi.waitUntil(() => to.get(id).state === 'preparing')
  to.pause(id)
  expect(to.resume(id).state).not.toBe('paused')
  await vi.waitUntil(() => to.get(id).state === 'preparing')
  expect(out.get(outgoing)).toMatchObject({ state: 'paused' })
  out.resume(outgoing)
  await alice.core.config.set('network.maxBytesPerSecond', '0')
  // Shows the transfer if it does not arrive.
  await vi.waitFor(() => expect(to.get(id)).toMatchObject({ state: 'completed' }))
  await vi.waitFor(() => expect(out.list()).toMatchObject([{ id: outgoing, state: 'completed' }]))
})

test('a transfer that is paused and resumed at any moment stays paused until it is resumed, and arrives', async () => {
  const { alice, begin, content, folder, network, to } = await setUp()
  await using _network = network
  await alice.core.config.set('network.maxBytesPerSecond', '0')
  const id = begin()
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(40), { minLength: 1, maxLength: 6 }), async (delays) => {
      for (const turns of delays) {
        if (to.get(id).endedAt !== null) return
        to.pause(id)
        await turnsOfLoop(turns)
        expect(to.get(id).state).toBeOneOf(['paused', 'completed'])
        to.resume(id)
        await turnsOfLoop(turns * 5)
      }
    }),
    { seed: SEED, numRuns: 30 },
  )
  await vi.waitFor(() => expect(to.get(id)).toMatchObject({ state: 'completed' }))
  expect(readFileSync(join(folder, 'large.bin')).equals(content)).toBe(true)
})

test('a transfer that the sender cancels ends on both sides with a message, and a new request succeeds', async () => {
  const { alice, begin, content, folder, moved, network, out, sending, to } = await setUp()
  await using _network = network
  const id = begin()
  await moved(id)
  const { id: outgoing } = await sending()
  expect(await out.cancel(outgoing)).toMatchObject({ state: 'cancelled' })
  const ended = await to.wait(id, signal)
  expect(ended).toMatchObject({ state: 'failed', error: { code: 'Cancelled' } })
  expect(ended.error!.message).toContain('alice: the other device cancelled the transfer')
  expect(readdirSync(folder)).not.toContain('large.bin')
  await alice.core.config.set('network.maxBytesPerSecond', '0')
  to.resume(id)
  expect(await to.wait(id, signal)).toMatchObject({ state: 'completed' })
  expect(readFileSync(join(folder, 'large.bin')).equals(content)).toBe(true)
})

test('one that is paused can be cancelled', async () => {
  const { begin, moved, network, out, sending, to } = await setUp()
  await using _network = network
  const id = begin()
  await moved(id)
  const { id: outgoing } = await sending()
  out.pause(outgoing)
  await vi.waitUntil(() => to.get(id).state === 'preparing')
  await out.cancel(outgoing)
  expect(await to.wait(id, signal)).toMatchObject({ state: 'failed', error: { code: 'Cancelled' } })
  expect(() => out.resume(outgoing)).toThrow('cancelled')
})
