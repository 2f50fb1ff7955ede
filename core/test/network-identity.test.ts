import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Core } from '../src/core.ts'
import { openDatabase } from '../src/db/index.ts'
import { IrohTransport } from '../src/network/index.ts'
import { createTempDir } from '../testing/temp-dir.ts'
import { createTestNetwork, untilConnected } from '../testing/test-network.ts'

test('a device whose key is wrapped waits for its password, and connects with it', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  await alice.core.network.init({ password: 'correct horse', current: null })
  await alice.restart()
  expect(alice.core.status()).toMatchObject({
    network: { state: 'locked' },
    notices: [expect.stringContaining('network start --password')],
  })
  await expect(alice.core.network.start('wrong')).rejects.toMatchObject({ code: 'NotAuthorised' })
  expect(alice.core.network.state).toBe('locked')
  await alice.core.network.start('correct horse')
  await untilConnected(alice, 1)
  await untilConnected(bob, 1)
  // One that is wrong is refused also where nothing is left to do, and nothing ends by it.
  const { core } = alice
  await expect(core.network.start('wrong')).rejects.toMatchObject({ code: 'NotAuthorised' })
  await expect(core.network.init({ password: 'another', current: 'wrong' })).rejects.toMatchObject({
    code: 'NotAuthorised',
  })
  await core.network.start('correct horse')
  await core.network.start()
  expect([core.network.state, core.network.devices()[0]?.state]).toEqual(['running', 'connected'])
})

test('a copied data folder gets a key of its own and no paired devices, and the original keeps both', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  using dir = createTempDir('copy')
  const dataDir = join(dir.path, 'data')
  cpSync(alice.dataDir, dataDir, { recursive: true })
  await using copy = await Core.open({
    dataDir,
    generators: [],
    makeTransport: (endpoint) => IrohTransport.open({ ...endpoint, bind: ['127.0.0.1', '::1'] }),
  })
  const [own, original] = [copy.network.status(), alice.core.network.status()]
  expect(own).toMatchObject({ state: 'running', devices: { paired: 0, connected: 0 } })
  expect(own.key).not.toBe(original.key)
  expect(copy.status().notices.filter((notice) => notice.includes('not taken over'))).toHaveLength(1)
  expect(bob.core.network.devices()).toMatchObject([{ name: 'alice', state: 'connected' }])
})

test('a list of devices that is of a newer version keeps networking off, and nothing else', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const alice = network.device('alice')
  const db = openDatabase(join(alice.dataDir, 'network.db'))
  db.exec(`insert into kysely_migration(name, timestamp) values ('999-later', '')`)
  db.close()
  await alice.restart()
  expect(alice.core.network.status()).toMatchObject({
    state: 'failed',
    error: expect.stringContaining('newer version'),
  })
  await expect(alice.core.network.start()).rejects.toMatchObject({ code: 'VersionMismatch' })
  expect(alice.core.libraries.list()).toHaveLength(1)
})
