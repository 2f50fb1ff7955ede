import assert from 'node:assert/strict'
import { believable, readAdvert, writeAdvert } from '../../../core/src/network/discovery/advert.ts'
import { type FuzzTarget, shapeOf } from '../target.ts'

const key = 'ab'.repeat(32)
const SEPARATOR = 0

export const target: FuzzTarget = {
  reads: 'what devices on the local network say of themselves: strings of a TXT record',
  guides: ['core/src/network/discovery/advert.ts'],
  maxBytes: 600,
  tokens: ['127.0.0.1:1', '[fe80::1]:443', '[::ffff:10.0.0.1]:9', 'v=1', 'kind=visible'],
  seeds: () =>
    [
      writeAdvert({ kind: 'paired', slot: 7, ids: ['ab'.repeat(16)], addresses: ['192.168.1.2:5', '[fe80::1]:6'] }),
      writeAdvert({ kind: 'visible', key: key as never, name: 'ann', addresses: ['10.0.0.1:9'] }),
      writeAdvert({ kind: 'gone', key: key as never }),
    ].map((texts) => Buffer.from(texts.join('\0'))),
  run(bytes) {
    const advert = readAdvert(split(bytes))
    if (!advert) return undefined
    assert.deepEqual(readAdvert(writeAdvert(advert).map((text) => Buffer.from(text))), advert)
    if (advert.kind === 'gone') return advert.kind
    const found = believable(advert.addresses, '192.0.2.7')
    assert.ok(found.every((address) => advert.addresses.includes(address) && !/^(127\.|\[::1\])/.test(address)))
    return `${shapeOf(advert)} ${found.length}`
  },
}

function split(bytes: Uint8Array): Uint8Array[] {
  const texts: Uint8Array[] = []
  for (let start = 0; start <= bytes.length;) {
    const end = bytes.indexOf(SEPARATOR, start)
    texts.push(bytes.subarray(start, end < 0 ? bytes.length : end))
    start = end < 0 ? bytes.length + 1 : end + 1
  }
  return texts
}
