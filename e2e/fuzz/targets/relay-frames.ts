import assert from 'node:assert/strict'
import { PeerKey } from '../../../core/src/domain/index.ts'
import { authenticate, deniedFrame, KEY_BYTES, kinds, readPacket } from '../../../relay/src/relay-frames.ts'
import type { FuzzTarget } from '../target.ts'

const challenge = Buffer.alloc(16, 5)
const sender = PeerKey.parse('cd'.repeat(32))

export const target: FuzzTarget = {
  reads: 'frames of clients of a relay: proofs of keys, and packets to pass on',
  guides: ['relay/src/relay-frames.ts', 'core/src/network/identity/ed25519.ts'],
  maxBytes: 200,
  seeds: () => [
    Buffer.concat([Buffer.of(kinds.clientAuth), Buffer.alloc(KEY_BYTES, 1), Buffer.of(64), Buffer.alloc(64, 2)]),
    Buffer.concat([Buffer.of(kinds.send), Buffer.alloc(KEY_BYTES, 3), Buffer.from('packet')]),
    Buffer.concat([Buffer.of(kinds.sendBatch), Buffer.alloc(KEY_BYTES, 3), Buffer.from('packets')]),
    deniedFrame('no'),
  ],
  async run(bytes) {
    // Nobody finds a signature by chance.
    assert.equal(await authenticate(bytes, challenge), null)
    const packet = readPacket(bytes)
    if (!packet) return 'short'
    assert.equal(packet.to.length, 2 * KEY_BYTES)
    const forwarded = packet.forwardedFrom(sender)
    assert.equal(forwarded.length, bytes.length)
    assert.equal(readPacket(forwarded)?.to, sender)
    return `packet ${forwarded[0]}`
  },
}
