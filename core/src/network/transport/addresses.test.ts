import type { NetworkInterfaceInfo } from 'node:os'
import { expect, test } from 'vitest'
import { formatAddress, parseAddress, reachableAddresses } from './addresses.ts'

test.each([
  ['192.168.1.5:4433', { host: '192.168.1.5', port: 4_433 }],
  ['[fe80::1]:4433', { host: 'fe80::1', port: 4_433 }],
  ['[fe80::1%2]:65535', { host: 'fe80::1%2', port: 65_535 }],
])('%s is an address', (address, parts) => {
  expect(parseAddress(address)).toEqual(parts)
})

test.each([
  '',
  'localhost:1',
  '1.2.3.4',
  '1.2.3.4:0',
  '1.2.3.4:65536',
  '1.2.3.256:1',
  '::1:4433',
  '[::1]',
  '[1.2.3.4]:1',
  '[::1%eth0]:1',
  '1.2.3.4:1\n',
  ' 1.2.3.4:1',
])('%j is none', (address) => {
  expect(parseAddress(address)).toBeNull()
})

test('an address in text has brackets where it needs them', () => {
  expect([formatAddress('::1', 1), formatAddress('1.2.3.4', 2)]).toEqual(['[::1]:1', '1.2.3.4:2'])
})

test('a socket with an address of its own is reached there', () => {
  expect(reachableAddresses(['127.0.0.1:5', '[::1]:6', '127.0.0.1:5'])).toEqual(['127.0.0.1:5', '[::1]:6'])
})

test('loopback is told to others only where the machine has no other address of either family', () => {
  const at = (address: string, family: 'IPv4' | 'IPv6', internal = false): NetworkInterfaceInfo => ({
    address,
    netmask: '',
    mac: '',
    cidr: null,
    internal,
    ...(family === 'IPv6' ? { family, scopeid: 0 } : { family }),
  })
  const lo = [at('127.0.0.1', 'IPv4', true), at('::1', 'IPv6', true)]
  const sockets = ['0.0.0.0:5', '[::]:6']
  const link = at('fe80::1', 'IPv6')
  expect(reachableAddresses(sockets, { lo })).toEqual(['127.0.0.1:5', '[::1]:6'])
  expect(reachableAddresses(sockets, { lo, eth0: [link, at('2001:db8::5', 'IPv6')] })).toEqual(['[2001:db8::5]:6'])
  expect(reachableAddresses(sockets, { lo, eth0: [link, at('192.168.1.5', 'IPv4')] })).toEqual(['192.168.1.5:5'])
})
