import { expect, test } from 'vitest'
import type { PeerKey } from '../../domain/index.ts'
import { commitmentTo, type Said, shortNumber } from './greet.ts'

const senderNonce = Buffer.alloc(32, 0x15)
const said: Said = {
  senderKey: '0a'.repeat(32) as PeerKey,
  receiverKey: '0b'.repeat(32) as PeerKey,
  offer: '00000000-0000-7000-8000-000000000010',
  sender: { name: 'alice', os: 'linux' },
  receiver: { name: 'Bób', os: 'darwin' },
  commitment: commitmentTo(senderNonce),
  receiverNonce: Buffer.alloc(32, 0x16),
  senderNonce,
}

// The vectors of docs/protocols/spacedrop.md.
test('what is fixed, and the number', () => {
  expect({ commitment: Buffer.from(said.commitment).toString('hex'), number: shortNumber(said) })
    .toMatchInlineSnapshot(`
    {
      "commitment": "d106ab69963f8bc41dca8a0402afdfb80027a7e5d5f31b5a266d0ea6d32e46aa",
      "number": "715494",
    }
  `)
})

test('each field of what was said changes the number', () => {
  const changed = [
    { senderKey: said.receiverKey, receiverKey: said.senderKey },
    { receiverKey: said.senderKey },
    { offer: '00000000-0000-7000-8000-000000000011' },
    { sender: { name: 'alicf', os: 'linux' } },
    { sender: { name: 'alice', os: 'linus' } },
    { sender: said.receiver, receiver: said.sender },
    { receiver: { name: 'Bob', os: 'darwin' } },
    { commitment: Buffer.alloc(32) },
    { receiverNonce: Buffer.alloc(32) },
    { senderNonce: Buffer.alloc(32) },
  ].map((change) => shortNumber({ ...said, ...change }))
  expect(new Set([...changed, shortNumber(said)]).size).toBe(changed.length + 1)
})
