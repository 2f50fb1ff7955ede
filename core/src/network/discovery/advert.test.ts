import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PeerKey } from '../../domain/index.ts'
import { type Advert, believable, MAX_ADDRESSES, MAX_IDS, readAdvert, writeAdvert } from './advert.ts'

const paired: Advert = {
  kind: 'paired',
  slot: 1_900_000,
  ids: ['00'.repeat(16), 'ab'.repeat(16)],
  addresses: ['192.168.1.5:4433', '[fd00::2]:4433'],
}
const texts = (advert: Advert) => writeAdvert(advert).map((text) => Buffer.from(text))

test('what one device writes another one reads', () => {
  const visible: Advert = {
    kind: 'visible',
    key: 'ab'.repeat(32) as PeerKey,
    name: 'Bób = bob',
    addresses: ['10.0.0.1:1'],
  }
  expect(readAdvert(texts(paired))).toEqual(paired)
  expect(readAdvert(texts(visible))).toEqual(visible)
  const gone: Advert = { kind: 'gone', key: visible.key }
  expect(readAdvert(texts(gone))).toEqual(gone)
})

test('a packet that is full fits one Ethernet frame', () => {
  const full = {
    ...paired,
    ids: Array<string>(MAX_IDS).fill('ab'.repeat(16)),
    addresses: Array<string>(MAX_ADDRESSES).fill('[fd00:1234:5678:9abc:def0:1234:5678:9abc]:65535'),
  }
  const bytes = texts(full).reduce((sum, text) => sum + 1 + text.length, 0)
  expect(readAdvert(texts(full))).toEqual(full)
  // Minus the bytes of IP, UDP, the DNS header and the two names.
  expect(bytes).toBeLessThan(1_500 - 28 - 12 - 120)
})

test.for([
  ['of another version', [...texts(paired).slice(1), Buffer.from('v=2')]],
  ['with more ids than fit', texts({ ...paired, ids: Array<string>(MAX_IDS + 1).fill('ab'.repeat(16)) })],
  ['with an address that is a name', texts({ ...paired, addresses: ['example.org:80'] })],
  ['with a port that is none', texts({ ...paired, addresses: ['10.0.0.1:70000'] })],
  ['with an id that is none', texts({ ...paired, ids: ['../../etc'] })],
  ['without a slot', [Buffer.from('v=1'), Buffer.from('kind=paired')]],
  ['that is nothing', []],
] as const)('a packet %s is left alone', ([, strings]) => {
  expect(readAdvert(strings)).toBeNull()
})

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 80 }), (strings) => {
      readAdvert(strings)
    }),
  )
  const pieces = fc.constantFrom(
    'v=1',
    'kind=paired',
    'kind=visible',
    'slot=-1',
    'slot=1e400',
    'a=[::]:1',
    'i=',
    'key=',
    'name=\0',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (strings) => {
      readAdvert(strings.map((text) => Buffer.from(text)))
    }),
  )
})

test('a packet makes nobody contact the internet, or a service of its own machine', () => {
  const addresses = [
    '192.168.1.5:1',
    '8.8.8.8:53',
    '127.0.0.1:22',
    '[::1]:22',
    '[2001:db8::1]:1',
    '[fe80::1]:1',
    '203.0.113.7:9',
  ]
  const from = (source: string) => believable(addresses, source)
  expect(from('192.168.1.5')).toEqual(['192.168.1.5:1', '[fe80::1]:1'])
  expect(from('203.0.113.7')).toEqual(['192.168.1.5:1', '[fe80::1]:1', '203.0.113.7:9'])
  expect(from('127.0.0.1')).toEqual(['192.168.1.5:1', '127.0.0.1:22', '[::1]:22', '[fe80::1]:1'])
})
