import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { PeerKey } from '../../domain/index.ts'
import { pairedId } from '../discovery/blinded-id.ts'
import { open, seal } from './notice.ts'
import { NOTICE_BYTES } from './protocol.ts'

const id = 'ab'.repeat(16)
const addresses = ['192.0.2.7:4433', '[2001:db8::7]:4433']

test('who has the secret reads it, and all are of one length', () => {
  const secret = randomBytes(32)
  const longest = Array.from({ length: 16 }, () => 'x'.repeat(100))
  for (const each of [[], addresses, longest]) {
    const notice = seal(secret, id, each)
    expect(notice).toHaveLength(NOTICE_BYTES)
    expect(open(secret, { id, notice })).toEqual(each)
    expect(notice.includes('192.0.2.7')).toBe(false)
  }
})

test('it is as docs/protocols/rendezvous.md says', () => {
  const secret = Buffer.from(Array.from({ length: 32 }, (_, at) => at))
  const key = '11'.repeat(32) as PeerKey
  const named = pairedId(secret, { key, slot: 1_976_000 })
  expect(named).toBe('88bc6ea76f1ec9749647c69afc98edfa')
  const cipher = createCipheriv(
    'aes-256-gcm',
    Buffer.from('926f9f4e52133542832362caeaf9d345df528204e62736614c4adf142352a82b', 'hex'),
    Buffer.alloc(12, 7),
  ).setAAD(Buffer.from(named, 'hex'))
  const text = '["192.0.2.7:4433"]'.padEnd(2_048)
  const sealed = Buffer.concat([Buffer.alloc(12, 7), cipher.update(text), cipher.final(), cipher.getAuthTag()])
  expect(createHash('sha256').update(sealed).digest('hex')).toBe(
    '69a1c8d4f09f8a0decb45e2078db8ad7b6310bcde6e37698fd446b753df203c6',
  )
  expect(open(secret, { id: named, notice: sealed })).toEqual(['192.0.2.7:4433'])
})

test('who has not, or finds it by another id, or altered, does not', () => {
  const secret = randomBytes(32)
  const notice = seal(secret, id, addresses)
  const altered = Buffer.from(notice)
  altered[100]! ^= 1
  expect(() => open(randomBytes(32), { id, notice })).toThrow(/not from the expected device/)
  expect(() => open(secret, { id: 'cd'.repeat(16), notice })).toThrow(/not from the expected device/)
  expect(() => open(secret, { id, notice: altered })).toThrow(/not from the expected device/)
})
