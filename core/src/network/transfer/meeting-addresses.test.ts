import { expect, test } from 'vitest'
import { meetingAddresses } from './meeting-addresses.ts'

const inside = ['10.0.1.2:4433', '[2001:db8::5]:4433']

test('behind a router that keeps ports the address on the outside comes first, at the port asked for', () => {
  const addresses = [...inside, '203.0.113.11:4433']
  expect(meetingAddresses({ addresses, outside: '203.0.113.11:4433' }, 5_000)).toEqual([
    '203.0.113.11:5000',
    '10.0.1.2:5000',
    '[2001:db8::5]:5000',
  ])
})

test('behind a router that changes ports there is nowhere to meet', () => {
  const addresses = [...inside, '203.0.113.11:60123']
  expect(meetingAddresses({ addresses, outside: '203.0.113.11:60123' }, 5_000)).toEqual([])
})

test('without a relay a device is met at its own addresses, which gets through a firewall', () => {
  expect(meetingAddresses({ addresses: inside, outside: null }, 5_000)).toEqual(['10.0.1.2:5000', '[2001:db8::5]:5000'])
})
