import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir } from '../../../testing/temp-dir.ts'
import { DeviceId } from '../../domain/index.ts'
import { silentLogger } from '../../util/logger.ts'
import { isSignedBy, peerKeyOf, signWith } from './ed25519.ts'
import { NetworkIdentity } from './network-identity.ts'

const ALICE = DeviceId.parse('0199c0de-0000-7000-8000-00000000000a')
const BOB = DeviceId.parse('0199c0de-0000-7000-8000-00000000000b')

function opener(dataDir: string) {
  return (device = ALICE) => NetworkIdentity.open({ dataDir, device, log: silentLogger, now: () => 0 })
}

test('the key is made once, is for its user alone, and signs', async () => {
  using dir = createTempDir()
  const open = opener(dir.path)
  const first = await open()
  expect([first.key, first.isLocked]).toEqual([null, false])
  const seed = await first.unlock(null)
  const second = await open()
  expect(await second.unlock(null)).toEqual(seed)
  expect(second.key).toBe(peerKeyOf(seed))
  expect(statSync(join(dir.path, 'network-key.json')).mode & 0o777).toBe(0o600)
  const message = Buffer.from('hello')
  expect(isSignedBy(second.key!, message, signWith(seed, message))).toBe(true)
  expect(isSignedBy(second.key!, Buffer.from('hallo'), signWith(seed, message))).toBe(false)
})

test('a wrapped key is not in the file, and comes back with its password only', async () => {
  using dir = createTempDir()
  const open = opener(dir.path)
  const seed = await (await open()).unlock('naïve horse')
  expect(readFileSync(join(dir.path, 'network-key.json'), 'utf8')).not.toContain(Buffer.from(seed).toString('hex'))
  const locked = await open()
  expect(locked.isLocked).toBe(true)
  await expect(locked.unlock(null)).rejects.toMatchObject({ code: 'NotAuthorised' })
  await expect(locked.unlock('naive horse')).rejects.toMatchObject({ code: 'NotAuthorised' })
  await expect(locked.rewrap(null)).rejects.toMatchObject({ code: 'NotAuthorised' })
  // The same letters, as another system types them.
  expect(await locked.unlock('naïve horse'.normalize('NFD'))).toEqual(seed)
  await locked.rewrap(null)
  expect(await (await open()).unlock(null)).toEqual(seed)
})

test.each([
  ['broken', '{ half', /^network-key\.json\.broken-/],
  ['of another key', null, /^network-key\.json\.broken-/],
])('a file that is %s is set aside with its content', async (_what, text, name) => {
  using dir = createTempDir()
  const open = opener(dir.path)
  await (await open()).unlock(null)
  const file = join(dir.path, 'network-key.json')
  const other = text ?? readFileSync(file, 'utf8').replace(/"seed": "..../, '"seed": "0000')
  writeFileSync(file, other)
  const identity = await open()
  expect([identity.key, identity.notice]).toEqual([null, expect.stringContaining('set aside')])
  const aside = readdirSync(dir.path).find((each) => name.test(each))
  expect(readFileSync(join(dir.path, aside!), 'utf8')).toBe(other)
})

test('a key that came with a copied data folder is not taken over', async () => {
  using dir = createTempDir()
  const open = opener(dir.path)
  const seed = await (await open()).unlock(null)
  const copy = await open(BOB)
  expect([copy.key, copy.notice]).toEqual([null, expect.stringContaining('copied')])
  expect(await copy.unlock(null)).not.toEqual(seed)
})

test('a file of a newer version is left alone', async () => {
  using dir = createTempDir()
  writeFileSync(join(dir.path, 'network-key.json'), '{"version":2}')
  await expect(opener(dir.path)()).rejects.toMatchObject({ code: 'VersionMismatch' })
})
