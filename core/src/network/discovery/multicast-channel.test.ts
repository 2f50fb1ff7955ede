import { randomBytes } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import type { PeerKey } from '../../domain/index.ts'
import { silentLogger } from '../../util/logger.ts'
import { systemClock } from '../clock.ts'
import { LanDiscovery } from './lan-discovery.ts'
import { MulticastChannel } from './multicast-channel.ts'

const secret = randomBytes(32)
const keys = { alice: 'aa'.repeat(32) as PeerKey, bob: 'bb'.repeat(32) as PeerKey }

/** One device of two that are paired, on this machine's loopback alone. */
function device(me: 'alice' | 'bob', found: (key: PeerKey, addresses: readonly string[]) => void = () => {}) {
  const other = me === 'alice' ? 'bob' : 'alice'
  return new LanDiscovery({
    channel: new MulticastChannel({ log: silentLogger, interfaces: () => ['127.0.0.1'] }),
    clock: systemClock,
    own: () => ({ key: keys[me], addresses: [me === 'alice' ? '127.0.0.1:1001' : '127.0.0.1:1002'] }),
    paired: () => [{ key: keys[other], secret }],
    onFound: found,
    onOwnId: () => {},
    visible: () => null,
    onStrangers: () => {},
  })
}

test('two daemons on one machine find each other', async () => {
  const heardByAlice = vi.fn<(key: PeerKey, addresses: readonly string[]) => void>()
  const heardByBob = vi.fn<(key: PeerKey, addresses: readonly string[]) => void>()
  await using alice = device('alice', heardByAlice)
  await using bob = device('bob', heardByBob)
  await vi.waitFor(() => expect(heardByAlice).toHaveBeenCalledWith(keys.bob, ['127.0.0.1:1002']))
  await vi.waitFor(() => expect(heardByBob).toHaveBeenCalledWith(keys.alice, ['127.0.0.1:1001']))
  expect([alice.problem(), bob.problem()]).toEqual([null, null])
})

test('a device with a code is found by whoever has the words, and asks are answered at once', async () => {
  await using alice = device('alice')
  await using bob = device('bob')
  const code = randomBytes(32)
  using _announced = alice.announceCode(code, () => ['127.0.0.1:1003'])
  const found = await new Promise((resolve) => bob.findCode(code, resolve))
  expect(found).toEqual(['127.0.0.1:1003'])
})
