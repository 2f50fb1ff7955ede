import { expect, test } from 'vitest'
import { ConnectionSlots, senderAt, type Slot, type SlotReason } from './connection-slots.ts'

const caps = { perAddress: 128, perSite: 256 }

/** Opens connections, and records which were ended. */
function open(slots: ConnectionSlots, { perAddress, perSite } = caps) {
  const ended: string[] = []
  const take = (address: string, name = address): Slot | SlotReason =>
    slots.take(senderAt(address, { perAddress, perSite }), { end: () => void ended.push(name) })
  return { ended, take }
}

function slotOf(taken: Slot | SlotReason): Slot {
  if (typeof taken === 'string') throw new Error(`no slot: ${taken}`)
  return taken
}

test('eight addresses that hold every connection leave room for a ninth, which keeps it while they come again', () => {
  const slots = new ConnectionSlots(1_024)
  const { ended, take } = open(slots)
  const flood = () => {
    for (let address = 1; address <= 8; address++) for (let n = 0; n < 128; n++) take(`10.0.0.${address}`)
  }
  flood()
  const ninth = Array.from({ length: 7 }, () => slotOf(take('10.0.0.99')))
  for (let n = 0; n < 5; n++) flood()
  expect(slots.size).toBe(1_024)
  expect(ended).not.toContain('10.0.0.99')
  for (const slot of ninth) slot.release()
  expect(slots.size).toBe(1_017)
})

test('it is the same for attackers that speak TLS and send requests', () => {
  const slots = new ConnectionSlots(1_024)
  const { ended, take } = open(slots)
  const flood = () => {
    for (let address = 1; address <= 8; address++)
      for (let n = 0; n < 128; n++) slotOf(take(`10.0.0.${address}`)).spoke()
  }
  flood()
  // In the middle of its TLS handshake.
  slotOf(take('10.0.0.99'))
  flood()
  expect(ended).not.toContain('10.0.0.99')
})

test('networks of one IPv6 site count together, however many there are', () => {
  const slots = new ConnectionSlots(1_024)
  const { ended, take } = open(slots)
  for (let network = 0; network < 64; network++)
    for (let n = 0; n < 32; n++) take(`2001:db8:1:${network.toString(16)}::1`)
  expect(slots.size).toBe(256)
  for (let n = 0; n < 768; n++) slotOf(take(`10.0.${n >> 8}.${n & 255}`))
  slotOf(take('2001:db8:2::1'))
  // Full: the site has lost a connection, and none of the single addresses.
  expect(new Set(ended.map((address) => address.slice(0, 10)))).toEqual(new Set(['2001:db8:1']))
})

test('of many addresses with few connections each, silent ones give way first, the oldest before the others', () => {
  const slots = new ConnectionSlots(3)
  const { ended, take } = open(slots)
  slotOf(take('10.0.0.1')).spoke()
  for (const last of [2, 3, 4, 5]) take(`10.0.0.${last}`)
  expect(ended).toEqual(['10.0.0.2', '10.0.0.3'])
})

test('who has signed in keeps the slot, and its address gives way last', () => {
  const slots = new ConnectionSlots(4)
  const { ended, take } = open(slots)
  const signedIn = slotOf(take('10.0.0.1', 'signed in'))
  signedIn.keepWhileFair()
  signedIn.rememberSender()
  take('10.0.0.1', 'the next of the same address')
  for (let n = 2; n < 20; n++) take(`10.0.0.${n}`)
  expect(ended).toHaveLength(16)
  expect(ended).not.toContain('signed in')
  expect(ended).not.toContain('the next of the same address')
})

test('of one address the oldest stranger gives way; a new connection is refused only if there is none', () => {
  const slots = new ConnectionSlots(100)
  const { ended, take } = open(slots, { perAddress: 2, perSite: 4 })
  slotOf(take('10.0.0.1', 'first')).keep()
  take('10.0.0.1', 'second')
  slotOf(take('10.0.0.1', 'third')).keep()
  expect(ended).toEqual(['second'])
  expect(take('10.0.0.1')).toBe('sender')
  expect(slots.size).toBe(2)
})

test('if all keep their slots for good, a new connection is refused', () => {
  const slots = new ConnectionSlots(2)
  const { take } = open(slots)
  const first = slotOf(take('10.0.0.1'))
  first.keep()
  first.keepWhileFair()
  const second = slotOf(take('10.0.0.2'))
  second.keep()
  expect(take('10.0.0.3')).toBe('total')
  second.release()
  second.release()
  slotOf(take('10.0.0.3'))
})

test('a slot that is kept for good is not lost to a smaller group', () => {
  const slots = new ConnectionSlots(20)
  const { ended, take } = open(slots)
  for (let n = 0; n < 20; n++) {
    const slot = slotOf(take('10.0.0.1'))
    slot.keep()
    slot.keepWhileFair()
  }
  expect([take('10.0.0.2'), ended]).toEqual(['total', []])
})

test('guests lose slots only to a smaller group', () => {
  const slots = new ConnectionSlots(40)
  const { ended, take } = open(slots)
  for (const address of ['10.0.0.1', '10.0.0.2']) for (let n = 0; n < 20; n++) slotOf(take(address)).keepWhileFair()
  for (let n = 0; n < 13; n++) slotOf(take('10.0.0.3')).keepWhileFair()
  expect(take('10.0.0.3')).toBe('total')
  expect(ended.filter((address) => address === '10.0.0.1')).toHaveLength(7)
  expect(ended.filter((address) => address === '10.0.0.2')).toHaveLength(6)
  // A new group takes one, too, and a stranger gives way before any of them.
  slotOf(take('10.0.0.4'))
  slotOf(take('10.0.0.5'))
  expect(ended.slice(13)).toEqual(['10.0.0.2', '10.0.0.4'])
})
