import { randomBytes } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import type { PeerKey } from '../../domain/index.ts'
import { device, serve } from './fixtures/device.ts'
import { seal } from './notice.ts'

test('who is paired with nobody and has no code contacts nobody', async () => {
  let requests = 0
  await using server = await serve(() => {
    requests++
    return JSON.stringify({ taken: 0, found: [] })
  })
  const alice = device(server.url)
  using board = alice.begin()
  board.look()
  using _sought = board.findCode(randomBytes(32), () => {})
  await vi.waitUntil(() => requests > 0)
  expect(requests).toBe(1)
})

test('a server that is full is said to be so, and what hangs there is found all the same', async () => {
  const secret = randomBytes(32)
  const peer = 'ff'.repeat(32) as PeerKey
  await using server = await serve((ids) => {
    const found = ids.slice(0, 1).map((id) => ({ id, notice: seal(secret, id, ['192.0.2.8:1']).toString('base64') }))
    return JSON.stringify({ taken: 0, found })
  })
  const alice = device(server.url, { pairedWith: [{ key: peer, secret }] })
  using board = alice.begin()
  await vi.waitUntil(() => board.problem !== null)
  expect(board.problem).toBe('the rendezvous is full: it did not take 1 of 1 notices')
  expect(alice.found).toEqual([{ key: peer, addresses: ['192.0.2.8:1'] }])
})

test('a server that lies sends nobody anywhere', async () => {
  const secret = randomBytes(32)
  const peer = 'ff'.repeat(32) as PeerKey
  const forged = seal(randomBytes(32), 'ab'.repeat(16), ['192.0.2.66:1']).toString('base64')
  let answered = 0
  for (const answer of [
    (ids: string[]) => JSON.stringify({ taken: 1, found: ids.slice(0, 5).map((id) => ({ id, notice: forged })) }),
    () => JSON.stringify({ taken: 1, found: [{ id: 'ab'.repeat(16), notice: forged }] }),
    () => 'garbage',
    () => `"${'x'.repeat(8_000_000)}"`,
  ]) {
    await using server = await serve((ids) => {
      answered++
      return answer(ids)
    })
    const bob = device(server.url, { pairedWith: [{ key: peer, secret }] })
    using board = bob.begin()
    const before = answered
    await vi.waitUntil(() => answered > before)
    board.look()
    await vi.waitUntil(() => answered > before + 1 || board.problem !== null)
    expect(bob.found).toEqual([])
  }
})
