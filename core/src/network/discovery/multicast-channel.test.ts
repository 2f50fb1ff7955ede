import { randomBytes } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import type { PeerKey } from '../../domain/index.ts'
import { silentLogger } from '../../util/logger.ts'
import { systemClock } from '../clock.ts'
import { LanDiscovery } from './lan-discovery.ts'
import { FOLLOW_MS, MulticastChannel } from './multicast-channel.ts'
import { until } from '../../../testing/until.ts'

const secret = randomBytes(32)
const NO_INTERFACE = 'this machine has no network interface with IPv4'
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

test('an interface that comes is used, and one that has gone is not', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  using _timers = { [Symbol.dispose]: () => void vi.useRealTimers() }
  let interfaces: readonly string[] = []
  await using channel = new MulticastChannel({ log: silentLogger, interfaces: () => interfaces })
  await using other = new MulticastChannel({ log: silentLogger, interfaces: () => ['127.0.0.1'] })
  const heard = vi.fn<(asked: string) => void>()
  const changed = vi.fn<() => void>()
  channel.listen({ asked: () => heard('asked'), heard: () => {}, changed })
  const none = channel.problem()
  interfaces = ['127.0.0.1']
  vi.advanceTimersByTime(FOLLOW_MS)
  expect([none, channel.problem(), changed.mock.calls.length]).toEqual([NO_INTERFACE, null, 1])
  await until(() => {
    other.ask()
    return heard.mock.calls.length > 0
  })
  expect(heard).toHaveBeenCalledWith('asked')
  interfaces = []
  vi.advanceTimersByTime(FOLLOW_MS)
  expect([channel.problem(), changed.mock.calls.length]).toEqual([NO_INTERFACE, 1])
})
