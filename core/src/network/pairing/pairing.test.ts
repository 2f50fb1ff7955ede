import { randomBytes } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import type { DeviceId, PairingStatus } from '../../domain/index.ts'
import { silentLogger } from '../../util/logger.ts'
import { uuidv7 } from '../../util/uuid.ts'
import { peerKeyOf, signWith } from '../identity/ed25519.ts'
import { IrohTransport } from '../transport/iroh/iroh-transport.ts'
import { alpns } from '../transport/transport.ts'
import { type NewPairedDevice, Pairing, pairingLimits } from './index.ts'

function device(name: string) {
  const seed = randomBytes(32)
  const stored: NewPairedDevice[] = []
  const seen: PairingStatus[] = []
  const card = {
    id: uuidv7() as DeviceId,
    name,
    os: 'linux',
    capabilities: {},
    key: peerKeyOf(seed),
    addresses: [],
    relay: null,
  }
  const pairing = new Pairing({
    openTransport: (own) =>
      IrohTransport.open({
        seed: own,
        bind: ['127.0.0.1'],
        port: 0,
        relay: null,
        alpns: [alpns.pairing],
        log: silentLogger,
      }),
    self: () => ({ card, sign: async (message) => signWith(seed, message) }),
    store: async (each) => void stored.push(each),
    forget: async () => {},
    discovery: () => null,
    relay: () => null,
    changed: (status) => seen.push(status),
    randomBytes,
    now: Date.now,
    log: silentLogger,
    limits: pairingLimits,
  })
  return { pairing, stored, seen, card, [Symbol.asyncDispose]: () => pairing.close() }
}

test('two devices pair', async () => {
  await using alice = device('alice')
  await using bob = device('bob')
  const code = await alice.pairing.generate({ autoAccept: true })
  const t = performance.now()
  const paired = await bob.pairing.join(
    { code: code.words, address: code.addresses[0], autoAccept: true },
    new AbortController().signal,
  )
  console.log(performance.now() - t, code)
  expect(paired).toEqual(alice.card)
  await vi.waitUntil(() => alice.pairing.status().state === 'completed')
  expect(alice.stored[0]!.card).toEqual(bob.card)
  expect(alice.stored[0]!.discoverySecret).toEqual(bob.stored[0]!.discoverySecret)
  console.log(
    alice.seen.map((s) => s.state),
    bob.seen.map((s) => s.state),
    alice.pairing.status(),
    performance.now() - t,
  )
})
