import assert from 'node:assert/strict'
import { formatInvitation, parseInvitation } from '../../../core/src/network/pairing/invitation.ts'
import { codeOf, parseCode } from '../../../core/src/network/pairing/pairing-code.ts'
import { textOf } from '../pieces.ts'
import { type FuzzTarget, readOrRefuse } from '../target.ts'

const code = codeOf(Buffer.alloc(16, 3))

export const target: FuzzTarget = {
  reads: 'what a person types or scans to pair: twelve words, or the text of a QR code',
  guides: ['core/src/network/pairing/pairing-code.ts', 'core/src/network/pairing/invitation.ts'],
  maxBytes: 1_100,
  tokens: ['abandon', 'about', 'zoo', '%2C', 'é', '１', ...code.split(' ')],
  seeds: () => [
    Buffer.from(code),
    Buffer.from(code.replaceAll(' ', ', ').toUpperCase()),
    Buffer.from(
      formatInvitation({ words: code, addresses: ['192.168.1.5:4433', '[fe80::1]:5'], relay: 'https://relay.example' }),
    ),
  ],
  async run(bytes) {
    const invited = await readOrRefuse(() => parseInvitation(textOf(bytes)), { codes: ['InvalidInput'] })
    if ('refused' in invited) return invited.refused
    const { addresses, relay, words } = invited.value
    const read = await readOrRefuse(() => parseCode(words), { codes: ['InvalidInput'] })
    if ('refused' in read) return read.refused
    assert.deepEqual(parseCode(codeOf(read.value)), read.value)
    const invitation = { words: codeOf(read.value), addresses, relay }
    const again = parseInvitation(formatInvitation(invitation))
    assert.deepEqual({ ...again, words: codeOf(parseCode(again.words)) }, invitation)
    return `code ${addresses.length > 0} ${relay !== null}`
  },
}
