import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createTestNetwork } from '../testing/test-network.ts'

// What the sending side can do with what is on its way.

const { signal } = new AbortController()
/** So slow that something can be done in between, however busy the machine is: all of it takes more than a minute. */
const BYTES_PER_SECOND = 500_000
const SIZE = 32_000_000

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

test('what is sent is paused where it comes from, and goes on from there; nothing is sent twice', async () => {
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

test('what is paused where it comes from stays so when the other side pauses, and asks again', async () => {
  const { alice, begin, moved, network, out, sending, to } = await setUp()
  await using _network = network
  const id = begin()
  await moved(id)
  const { id: outgoing } = await sending()
  out.pause(outgoing)
  await vi.waitUntil(() => to.get(id).state === 'preparing')
  to.pause(id)
  // It cannot begin again before it has stopped.
  await vi.waitUntil(() => to.resume(id).state !== 'paused')
  await vi.waitUntil(() => to.get(id).state === 'preparing')
  expect(out.get(outgoing)).toMatchObject({ state: 'paused' })
  out.resume(outgoing)
  await alice.core.config.set('network.maxBytesPerSecond', '0')
  expect(await to.wait(id, signal)).toMatchObject({ state: 'completed' })
  await vi.waitFor(() => expect(out.list()).toMatchObject([{ id: outgoing, state: 'completed' }]))
})

test('what is cancelled where it comes from ends on both sides, in words; asked for anew it is had', async () => {
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
