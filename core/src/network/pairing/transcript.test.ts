import { expect, test } from 'vitest'
import type { DeviceId } from '../../domain/index.ts'
import { peerKeyOf, signWith } from '../identity/ed25519.ts'
import { deriveCode } from './pairing-code.ts'
import { commitmentTo, isProved, pairingKeys, proof, shortNumber, transcriptOf } from './transcript.ts'
import { publicKeyOf } from './x25519.ts'

const bytes = (value: number, length = 32) => Buffer.alloc(length, value)
const card = (name: string, seed: number) => ({
  id: `00000000-0000-7000-8000-0000000000${seed}` as DeviceId,
  key: peerKeyOf(bytes(seed)),
  name,
  os: 'linux',
  capabilities: {},
  addresses: [],
  relay: null,
})
const nonce = bytes(0x15)
const said = {
  code: deriveCode(Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')),
  joinerEndpoint: bytes(0x14),
  inviterEphemeral: publicKeyOf(bytes(0x12)),
  joinerEphemeral: publicKeyOf(bytes(0x13)),
  commitment: commitmentTo(nonce),
  challenge: bytes(0x16),
  inviter: card('alice', 10),
  joiner: card('Bób', 11),
}

// The vectors of docs/protocols/pairing.md.
test('what is said, signed and compared', async () => {
  const transcript = transcriptOf(said)
  const keys = pairingKeys({ code: said.code, secret: bytes(0x12), otherEphemeral: said.joinerEphemeral, transcript })
  const other = pairingKeys({ code: said.code, secret: bytes(0x13), otherEphemeral: said.inviterEphemeral, transcript })
  expect(other).toEqual(keys)
  const sign = async (message: Uint8Array) => signWith(bytes(10), message)
  const { mac, signature } = await proof({ role: 'inviter', keys, transcript, sign })
  const proved = { role: 'inviter' as const, key: said.inviter.key, keys, transcript, signature, mac }
  expect(isProved(proved)).toBe(true)
  expect(isProved({ ...proved, role: 'joiner' })).toBe(false)
  expect(isProved({ ...proved, key: said.joiner.key })).toBe(false)
  expect(isProved({ ...proved, mac: bytes(0) })).toBe(false)
  expect(isProved({ ...proved, transcript: bytes(0) })).toBe(false)
  const hex = (value: Uint8Array) => Buffer.from(value).toString('hex')
  expect({
    commitment: hex(said.commitment),
    inviterEphemeral: hex(said.inviterEphemeral),
    joinerEphemeral: hex(said.joinerEphemeral),
    inviterKey: said.inviter.key,
    joinerKey: said.joiner.key,
    transcript: hex(transcript),
    macInviter: hex(keys.mac.inviter),
    macJoiner: hex(keys.mac.joiner),
    discovery: hex(keys.discovery),
    mac: hex(mac),
    signature: hex(signature),
    number: shortNumber(transcript, nonce),
  }).toMatchInlineSnapshot(`
    {
      "commitment": "ca1aa3269f200488cfc5e184162e014f46c8fa99241f201d6a68241c416ec321",
      "discovery": "ee919bbd5d1af222044639c9b4bf1382ad6cfcdc58ae840c97217367304acff4",
      "inviterEphemeral": "052a50773ac8d91773f2dc9662e12f0defe915e415b8a1c8e20a5a3d6ab2b843",
      "inviterKey": "43a72e714401762df66b68c26dfbdf2682aaec9f2474eca4613e424a0fbafd3c",
      "joinerEphemeral": "197fc2c567dc03ee2aadf0ed86681dac24daa76e83ca555875dd3be7376e5306",
      "joinerKey": "66be7e332c7a453332bd9d0a7f7db055f5c5ef1a06ada66d98b39fb6810c473a",
      "mac": "25588a55b3ca374ece45caf0eef7c9d998da76f206ee1fde2bfdad6d1f020883",
      "macInviter": "0fdd52432aee754aa525896fa06d917052094338d06a8a0e61ead2ffc65e8199",
      "macJoiner": "4152a4102fce2d351d5d482e1f886699c0f81ebd7786b098042edf9e9622e5de",
      "number": "830641",
      "signature": "4e733986d2d4b03544a79cafce1a12b5e85c9e4d44274d2492e0622ed38085b5b927faced0caef679e58259ab2ff0678925e7f8901eeb0f2c45a50a87b6c8a00",
      "transcript": "2ef9239d98d450d536a34a4c4c462f1a1b9cdf9975e18ba8bf2c25fb12442b97",
    }
  `)
})

test('each field of what was said changes all that follows from it', () => {
  const changed = [
    { joinerEndpoint: bytes(0) },
    { inviterEphemeral: bytes(0) },
    { joinerEphemeral: bytes(0) },
    { commitment: bytes(0) },
    { challenge: bytes(0) },
    { inviter: { ...said.inviter, name: 'alicf' } },
    { inviter: { ...said.inviter, os: 'darwin' } },
    { joiner: { ...said.joiner, id: said.inviter.id } },
    { joiner: { ...said.joiner, key: said.inviter.key } },
    { inviter: said.joiner, joiner: said.inviter },
    { code: deriveCode(bytes(1, 16)) },
  ].map((change) => Buffer.from(transcriptOf({ ...said, ...change })).toString('hex'))
  expect(new Set([...changed, Buffer.from(transcriptOf(said)).toString('hex')]).size).toBe(changed.length + 1)
})

test('a key that would leave nothing secret is refused', () => {
  const transcript = transcriptOf(said)
  expect(() => pairingKeys({ code: said.code, secret: bytes(0x12), otherEphemeral: bytes(0), transcript })).toThrow(
    'unsafe key',
  )
})
