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
