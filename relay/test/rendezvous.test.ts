import { randomBytes } from 'node:crypto'
import { silentLogger } from '@spacedrive/core'
import type { PeerKey } from '@spacedrive/core/domain'
import { Relay, type RelayOptions } from '@spacedrive/relay'
import { expect, test, vi } from 'vitest'
import { device, serve } from '../../core/src/network/rendezvous/fixtures/device.ts'

/** A device whose time passes into another slot leaves its notice again, so a board may have more than one waits for. */
const noticesOf = (relay: Relay) => Number(/notices (\d+)/.exec(relay.metrics())?.[1])

test('paired devices find each other by sealed notices that no other device can read', async () => {
  await using relay = await openRelay()
  const secret = randomBytes(32)
  const alice = device(relay.url, { pairedWith: [] })
  const bob = device(relay.url, { pairedWith: [{ key: alice.key, secret }] })
  const mallory = device(relay.url, { pairedWith: [{ key: alice.key, secret: randomBytes(32) }] })
  using _a = alice.begin([{ key: bob.key, secret }])
  await vi.waitUntil(() => noticesOf(relay) >= 1)
  using _b = bob.begin()
  using _m = mallory.begin()
  await vi.waitUntil(() => bob.found.length > 0)
  expect(bob.found[0]).toEqual({ key: alice.key, addresses: alice.addresses })
  // Each of them has been answered by now: there are a notice for bob, one of bob and one of mallory.
  await vi.waitUntil(() => noticesOf(relay) >= 3)
  expect(mallory.found).toEqual([])
})

test('those that are connected are not asked for, and found once they are not', async () => {
  await using relay = await openRelay()
  const secret = randomBytes(32)
  const alice = device(relay.url, { pairedWith: [] })
  const bob = device(relay.url, { pairedWith: [{ key: alice.key, secret }] })
  using _a = alice.begin([{ key: bob.key, secret }])
  await vi.waitUntil(() => noticesOf(relay) >= 1)
  bob.connectedWith.add(alice.key)
  using board = bob.begin()
  await vi.waitUntil(() => noticesOf(relay) >= 2)
  expect(bob.found).toEqual([])
  bob.connectedWith.clear()
  board.look()
  await vi.waitUntil(() => bob.found.length > 0)
})

test('a code is found by those who have it, while it is announced', async () => {
  await using relay = await openRelay()
  const code = randomBytes(32)
  using alice = device(relay.url).begin()
  using bob = device(relay.url).begin()
  using _announced = alice.announceCode(code, () => ['192.0.2.7:4433'])
  const heard: (readonly string[])[] = []
  using _sought = bob.findCode(code, (addresses) => heard.push(addresses))
  await vi.waitUntil(() => heard.length > 0)
  expect(heard[0]).toEqual(['192.0.2.7:4433'])
})

test('a code that is made while the server takes its time is told right after', async () => {
  await using relay = await openRelay()
  const slow = Promise.withResolvers<void>()
  let requests = 0
  await using server = await serve(async (_, asked) => {
    if (requests++ === 0) await slow.promise
    return (await post(relay, asked)).text()
  })
  const paired = [{ key: 'ff'.repeat(32) as PeerKey, secret: randomBytes(32) }]
  using alice = device(server.url, { pairedWith: paired }).begin()
  await vi.waitUntil(() => requests === 1)
  const code = randomBytes(32)
  using _announced = alice.announceCode(code, () => ['192.0.2.7:4433'])
  slow.resolve()
  await vi.waitUntil(() => noticesOf(relay) >= 2)
  expect(requests).toBe(2)
})

test('more devices than one request takes are all told and found', async () => {
  await using relay = await openRelay()
  const secrets = Array.from({ length: 100 }, () => randomBytes(32))
  const alice = device(relay.url)
  const bob = device(relay.url, { pairedWith: secrets.map((secret) => ({ key: alice.key, secret })) })
  using _a = alice.begin(secrets.map((secret) => ({ key: bob.key, secret })))
  await vi.waitUntil(() => noticesOf(relay) >= 100)
  using _b = bob.begin()
  await vi.waitFor(() => expect(bob.found).toHaveLength(100))
})

test('a wrong token, or a server that is not there, is said, and no longer once it works', async () => {
  await using relay = await openRelay({ token: 'right' })
  const friend = [{ key: 'ff'.repeat(32) as PeerKey, secret: randomBytes(32) }]
  using wrong = device(`${relay.url}/wrong`, { pairedWith: friend }).begin()
  await vi.waitUntil(() => wrong.problem !== null)
  expect(wrong.problem).toMatch(/^the rendezvous http:\/\/127\.0\.0\.1:\d+ is not reached: it answers 404$/)
  using right = device(`${relay.url}/right`, { pairedWith: friend }).begin()
  await vi.waitUntil(() => noticesOf(relay) >= 1)
  expect(right.problem).toBeNull()
  const { url } = relay
  await relay.close()
  // The first request may still go over the connection that was there.
  await vi.waitFor(() => {
    right.look()
    expect(right.problem).toContain('ECONNREFUSED')
  })
  await using _again = await openRelay({ token: 'right', port: Number(new URL(url).port) })
  right.look()
  await vi.waitUntil(() => right.problem === null)
})

test('where a list says who may use the relay, word is left with its token only', async () => {
  await using relay = await openRelay({ allow: [] })
  expect((await post(relay, { put: [], get: [] })).status).toBe(404)
  await using both = await openRelay({ allow: [], token: 'right' })
  expect((await post(both, { put: [], get: [] }, '/right')).status).toBe(200)
})

test('an invalid request is refused with a message', async () => {
  await using relay = await openRelay()
  expect(await textOf(post(relay, 'garbage'))).toMatch(/^400 the request is not JSON|^400 /)
  expect(await textOf(post(relay, { put: [{ id: 'x', notice: 'y' }], get: [] }))).toMatch(/^400 .*Invalid/s)
  expect(await textOf(post(relay, { put: [], get: Array.from({ length: 65 }, () => 'ab'.repeat(16)) }))).toMatch(
    /^400 /,
  )
  expect(await textOf(post(relay, { put: 'x'.repeat(2_000_000), get: [] }))).toMatch(/^413 /)
  expect((await fetch(`${relay.url}/rendezvous`)).status).toBe(405)
})

function openRelay(options: Partial<RelayOptions> = {}): Promise<Relay> {
  return Relay.open({ host: '127.0.0.1', port: 0, allow: null, token: null, log: silentLogger, ...options })
}

function post(relay: Relay, body: unknown, before = ''): Promise<Response> {
  return fetch(`${relay.url}${before}/rendezvous`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

async function textOf(answer: Promise<Response>): Promise<string> {
  const response = await answer
  return `${response.status} ${await response.text()}`
}
