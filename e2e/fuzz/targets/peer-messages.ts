import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import { browse } from '../../../core/src/network/browse/protocol.ts'
import { membership } from '../../../core/src/network/membership/protocol.ts'
import { jobActivity, JobEvent, JobEventsAsked, messages } from '../../../core/src/network/messaging/protocol.ts'
import { Answer, First, Reveal } from '../../../core/src/network/nearby/protocol.ts'
import { Challenge, PairingRequest, Response } from '../../../core/src/network/pairing/protocol.ts'
import { ControlMessage, Hello } from '../../../core/src/network/sessions/hello.ts'
import {
  DigestAsked,
  DigestChunk,
  DigestHead,
  sidecars,
  TransferSpec,
} from '../../../core/src/network/sidecars/protocol.ts'
import { spacedropRpc } from '../../../core/src/network/spacedrop/protocol.ts'
import { Chosen, Meeting, Offered, TransferItem, Wanted } from '../../../core/src/network/transfer/protocol.ts'
import { packMessage, unpackMessage } from '../../../core/src/network/wire/message-pack.ts'
import { type FuzzTarget, readOrRefuse, shapeOf } from '../target.ts'

const rpcs = [browse, membership, messages, jobActivity, sidecars, spacedropRpc]
const schemas: readonly z.ZodType[] = [
  Hello,
  ControlMessage,
  PairingRequest,
  Challenge,
  Response,
  First,
  Answer,
  Reveal,
  Offered,
  Wanted,
  TransferItem,
  Chosen,
  Meeting,
  DigestAsked,
  DigestHead,
  DigestChunk,
  TransferSpec,
  JobEvent,
  JobEventsAsked,
  ...rpcs.flatMap(({ questions }) =>
    Object.values(questions as Record<string, { input: z.ZodType; output: z.ZodType }>).flatMap((each) => [
      each.input,
      each.output,
    ]),
  ),
]

const uuid = '01900000-0000-7000-8000-000000000001'
const hex = 'ab'.repeat(32)
const bytes32 = Buffer.alloc(32, 7)

export const target: FuzzTarget = {
  reads: 'messages of every protocol between devices, by their schemas',
  guides: ['core/src/network/', 'core/src/domain/', 'node_modules/zod/v4/core/'],
  maxBytes: 1_200,
  tokens: [uuid, hex],
  seeds: () =>
    [
      { version: '0.1.0', boot: 'ab'.repeat(8), device: details, whereabouts, clock: 1, protocols: { browse: 1 } },
      { ping: 1 },
      { type: 'request', session: Buffer.alloc(16), ephemeral: bytes32, commitment: bytes32, device: card },
      {
        type: 'challenge',
        ephemeral: bytes32,
        challenge: bytes32,
        device: card,
        signature: Buffer.alloc(64),
        mac: bytes32,
        unattended: false,
      },
      { type: 'greeting', name: 'ann', os: 'linux', offer: uuid, commitment: bytes32, nonce: bytes32 },
      { kind: 'paths', spec: { paths: ['/a'] }, preserve: 'times' },
      { addresses: ['192.168.1.2:5'] },
      { library: uuid, since: { epoch: 'ab'.repeat(8), version: 3 } },
      {
        epoch: 'ab'.repeat(8),
        version: 1,
        full: true,
        groups: [{ kind: 'thumb', form: 'records', count: 1, bytes: 40 }],
      },
      {
        path: '/home/ann',
        thumbs: true,
        limit: 10,
        offset: 0,
        all: false,
        sort: 'name',
        reverse: false,
        foldersFirst: true,
      },
      { library: uuid, statements: [statement] },
      { id: uuid, sender: null, items: 1, bytes: 2, names: ['a.txt'], expiresInMs: 60_000 },
      { id: uuid, state: 'failed', reason: null, failures: [{ path: 'a', code: 'EACCES', message: 'no' }] },
      { library: uuid, items: [{ content: uuid, kind: 'thumb', variant: 'grid@2x' }] },
      { id: uuid, contentType: 'text/plain', payload: Buffer.from('hi') },
    ].map(packMessage),
  async run(bytes) {
    const read = await readOrRefuse(() => unpackMessage(bytes), { codes: ['InvalidInput'] })
    if ('refused' in read) return read.refused
    const accepted = schemas.flatMap((schema, index) => {
      const parsed = schema.safeParse(read.value)
      if (!parsed.success) return []
      // What was accepted once is sent on, stored and read again: it must stay the same.
      const again = schema.safeParse(unpackMessage(Uint8Array.from(packMessage(parsed.data))))
      assert.ok(again.success, `schema ${index} refuses what it has made of a message`)
      assert.ok(
        isDeepStrictEqual(plain(again.data), plain(parsed.data)),
        `schema ${index} reads its own message otherwise`,
      )
      return [index]
    })
    return accepted.length === 0 ? undefined : `${accepted.join()} ${shapeOf(read.value, 2)}`
  },
}

const details = { id: uuid, name: 'ann', os: 'linux', capabilities: { transfer: true } }
const whereabouts = { addresses: ['192.168.1.2:5'], relay: null }
const card = { ...details, ...whereabouts, key: hex }
const statement = {
  kind: 'add',
  library: uuid,
  device: uuid,
  key: hex,
  name: 'ann',
  by: hex,
  counter: 1,
  at: 2,
  kept: [],
  signature: 'ab'.repeat(64),
}

/** What the wire keeps of it: -0 becomes 0, and a field without a value is left out. */
function plain(value: unknown): unknown {
  if (typeof value === 'number') return value + 0
  if (value instanceof Uint8Array) return [...value]
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(plain)
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) => (field === undefined ? [] : [[key, plain(field)]])),
  )
}
