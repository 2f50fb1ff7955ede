import { join } from 'node:path'
import type { PairingStatus } from '@spacedrive/core/domain'
import { createTempDir, createTestCore } from '@spacedrive/core/testing'
import { expect, test } from 'vitest'
import { auditEvents } from './audit-events.ts'
import { AuditLog } from './audit-log.ts'

const status: PairingStatus = {
  state: 'waiting',
  role: 'inviter',
  session: 'a',
  device: null,
  number: null,
  confirmed: false,
  unattended: false,
  expiresAt: null,
  attemptsLeft: 5,
  reason: null,
}
const device = { id: '01900000-0000-7000-8000-000000000000' as never, name: 'laptop', os: 'linux' }

async function createWorld() {
  const t = await createTestCore()
  const folder = createTempDir('audit')
  const log = new AuditLog({ file: join(folder.path, 'audit.jsonl'), now: Date.now })
  const recording = auditEvents(t.core, log)
  return {
    events: t.core.events,
    records: () => log.list(100).map(({ detail, from, what }) => [what, from, detail]),
    async [Symbol.asyncDispose]() {
      recording[Symbol.dispose]()
      folder[Symbol.dispose]()
      await t[Symbol.asyncDispose]()
    },
  }
}

test('each wrong attempt at a pairing code, and each pairing that fails, is recorded as a refusal', async () => {
  await using world = await createWorld()
  const changes: Partial<PairingStatus>[] = [
    { state: 'code-issued', attemptsLeft: null },
    {},
    { state: 'challenge-issued' },
    { attemptsLeft: 4 },
    { state: 'challenge-issued', attemptsLeft: 4 },
    { attemptsLeft: 3 },
    { attemptsLeft: 0 },
    { state: 'failed', attemptsLeft: 0, reason: 'the pairing code was withdrawn after too many wrong attempts' },
    // Nobody came.
    { session: 'b' },
    { session: 'b', state: 'expired', reason: 'the time of the code is over' },
    { session: 'c', state: 'awaiting-confirmation', device, number: '123456' },
    { session: 'c', state: 'cancelled', device, reason: 'the pairing was cancelled on this device' },
    { session: 'd', role: 'joiner', attemptsLeft: null, state: 'failed', reason: 'it could not prove the code' },
    { session: 'e', state: 'completed', device },
  ]
  for (const change of changes) world.events.emit('pairing.changed', { ...status, ...change })
  const stranger = 'a device that is not paired'
  expect(world.records().toReversed()).toEqual([
    ['refused', stranger, 'it did not prove the pairing code; 4 attempts are left'],
    ['refused', stranger, 'it did not prove the pairing code; 3 attempts are left'],
    ['refused', stranger, 'it did not prove the pairing code; 0 attempts are left'],
    ['refused', stranger, 'pairing: the pairing code was withdrawn after too many wrong attempts'],
    ['refused', 'laptop', 'pairing: the pairing was cancelled on this device'],
    ['refused', 'the device with the code', 'pairing: it could not prove the code'],
  ])
})

test('a record of a grant names its folders, or says that it is for everything', async () => {
  await using world = await createWorld()
  const grant = { device, what: 'browse', requestedAt: null, requestedPath: null, wasEverything: false } as const
  const change = (of: { allowed: boolean; everything: boolean; folders: string[] }) =>
    world.events.emit('network.grant-changed', { ...grant, ...of })
  change({ allowed: true, everything: true, folders: [] })
  change({ allowed: true, everything: false, folders: ['/photos', '/music'] })
  change({ allowed: true, everything: false, folders: Array.from({ length: 8 }, (_, n) => `/${n}`) })
  change({ allowed: false, everything: false, folders: [] })
  expect(world.records().toReversed()).toEqual([
    ['granted', 'laptop', 'browse: allowed, every file that this user can read'],
    ['granted', 'laptop', 'browse: allowed, /photos, /music'],
    ['granted', 'laptop', 'browse: allowed, /0, /1, /2, /3, /4, and 3 more'],
    ['granted', 'laptop', 'browse: not allowed'],
  ])
})
