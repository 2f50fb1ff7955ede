import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { VirtualClock } from '../../../testing/memory-network/index.ts'
import type { PeerKey } from '../../domain/index.ts'
import { SLOT_MS } from './blinded-id.ts'
import type { LanChannel } from './lan-channel.ts'
import { LanDiscovery, type LanDiscoveryDeps } from './lan-discovery.ts'

const alice = 'aa'.repeat(32) as PeerKey
const bob = 'bb'.repeat(32) as PeerKey

test('only the device that was paired with understands what is told', () => {
  const secret = randomBytes(32)
  const lan = createLan()
  const heard: string[] = []
  const onFound = (who: string) => (key: PeerKey, addresses: readonly string[]) =>
    void heard.push(`${who}: ${key.slice(0, 2)} ${addresses.join()}`)
  lan.join({ own: () => own(alice, 1), paired: () => [{ key: bob, secret }], onFound: onFound('alice') })
  lan.join({ own: () => own(bob, 2), paired: () => [{ key: alice, secret }], onFound: onFound('bob') })
  lan.join({
    own: () => own('cc'.repeat(32) as PeerKey, 3),
    paired: () => [{ key: alice, secret: randomBytes(32) }],
    onFound: onFound('carol'),
  })
  lan.settle()
  expect(new Set(heard)).toEqual(new Set(['bob: aa 10.0.0.1:1', 'alice: bb 10.0.0.2:1']))
  expect(lan.said.join()).not.toContain(alice)
})

test('what a device is called on the network changes with time', () => {
  const lan = createLan()
  const device = lan.join({ paired: () => [{ key: bob, secret: randomBytes(32) }] })
  const first = idsOf(lan.said)
  lan.said.length = 0
  lan.now += SLOT_MS
  device.look()
  expect(idsOf(lan.said)).not.toEqual(first)
})

test.for([
  ['half an hour', true, 2 * SLOT_MS],
  ['a year', false, 365 * 24 * 3_600_000],
] as const)('with clocks %s apart paired devices find each other: %s', ([, isFound, skew]) => {
  const secret = randomBytes(32)
  const lan = createLan()
  const found: PeerKey[] = []
  lan.join({ own: () => own(bob, 2), paired: () => [{ key: alice, secret }], onFound: (key) => found.push(key) })
  lan.join({ own: () => own(alice, 1), paired: () => [{ key: bob, secret }] }, skew)
  expect(found.includes(alice)).toBe(isFound)
})

test('a code is found whatever the clocks say, by those who have it', () => {
  const lan = createLan()
  const code = randomBytes(32)
  const found: string[] = []
  lan.join({}, 365 * 24 * 3_600_000).announceCode(code, () => ['10.0.0.1:7'])
  const joiner = lan.join({ own: () => own(bob, 2) })
  using _other = joiner.findCode(randomBytes(32), () => found.push('another'))
  using _right = joiner.findCode(code, (addresses) => found.push(...addresses))
  lan.settle()
  expect(new Set(found)).toEqual(new Set(['10.0.0.1:7']))
})

test('however many ask, it answers four times a second at most', () => {
  const lan = createLan()
  lan.join({ paired: () => [{ key: bob, secret: randomBytes(32) }] })
  lan.said.length = 0
  for (let asked = 0; asked < 1_000; asked++) lan.ask()
  expect(idsOf(lan.said).length).toBe(0)
  lan.settle()
  expect(idsOf(lan.said).length).toBe(1)
})

test('those who let everyone see them are listed, so many and for so long', () => {
  const lan = createLan()
  const device = lan.join({ own: () => own(bob, 2) })
  for (let at = 0; at < 100; at++) {
    const key = Buffer.alloc(32, at).toString('hex') as PeerKey
    lan.tell([['v=1', 'kind=visible', 'a=10.0.0.9:1', `key=${key}`, `name=number ${at}`]])
  }
  expect(
    device
      .strangers()
      .map(({ name }) => name)
      .slice(0, 2),
  ).toEqual(['number 99', 'number 98'])
  expect(device.strangers().length).toBe(64)
  lan.tell([['v=1', 'kind=gone', `key=${Buffer.alloc(32, 99).toString('hex')}`]])
  expect(device.strangers().map(({ name }) => name)).not.toContain('number 99')
  lan.now += 4 * 60_000
  expect(device.strangers()).toEqual([])
})

test('however many come and go, it is told once a second, and only where others are there than before', () => {
  const lan = createLan()
  const told: number[] = []
  const device = lan.join({ onStrangers: () => told.push(device.strangers().length) })
  const see = (at: number, name = 'a name') => {
    const key = Buffer.alloc(32, at).toString('hex')
    lan.tell([['v=1', 'kind=visible', 'a=10.0.0.9:1', `key=${key}`, `name=${name}`]])
    return key
  }
  // The answer that waits.
  lan.settle()
  see(1)
  expect(told).toEqual([1])
  for (let at = 0; at < 100; at++) see(at)
  expect(told).toEqual([1])
  lan.settle()
  expect(told).toEqual([1, 64])

  // Gone, and there again before the second is over.
  lan.tell([['v=1', 'kind=gone', `key=${see(99)}`]])
  see(99)
  lan.settle()
  expect(told).toEqual([1, 64])
  see(99, 'another name')
  lan.settle()
  expect(told).toEqual([1, 64, 64])
})

function own(key: PeerKey, at: number) {
  return { key, addresses: [`10.0.0.${at}:1`] }
}

function idsOf(said: readonly string[]): string[] {
  return said.filter((text) => text.startsWith('i='))
}

/** A local network where everyone hears everything at once, themselves, too. */
function createLan() {
  const listeners: Parameters<LanChannel['listen']>[0][] = []
  const said: string[] = []
  const clock = new VirtualClock()
  const lan = {
    said,
    /** Runs the answers that wait; nothing else is due for a second. */
    settle: () => {
      for (let waiting = listeners.length; waiting > 0; waiting--) clock.step()
    },
    now: 1_700_000_000_000,
    ask: () => {
      for (const each of listeners) each.asked()
    },
    tell(records: readonly (readonly string[])[]) {
      said.push(...records.flat())
      for (const texts of records) {
        for (const each of listeners) each.heard({ texts: texts.map((text) => Buffer.from(text)), source: '10.0.0.1' })
      }
    },
    join(deps: Partial<LanDiscoveryDeps>, skew = 0): LanDiscovery {
      return new LanDiscovery({
        channel: {
          tell: (records) => lan.tell(records),
          ask: lan.ask,
          listen: (all) => void listeners.push(all),
          problem: () => null,
          [Symbol.asyncDispose]: async () => {},
        },
        clock: { now: () => lan.now + skew, ticks: () => clock.ticks(), after: (ms, run) => clock.after(ms, run) },
        own: () => own(alice, 1),
        paired: () => [],
        onFound: () => {},
        onOwnId: () => {},
        visible: () => null,
        onStrangers: () => {},
        ...deps,
      })
    },
  }
  return lan
}
