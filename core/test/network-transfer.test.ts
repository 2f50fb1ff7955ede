import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { TestCore } from '../testing/index.ts'
import { createTestNetwork } from '../testing/test-network.ts'

const { signal } = new AbortController()

/** Lets a device send whatever lies below its folder of files. */
function share(device: TestCore): void {
  device.core.network.transfers.resolve({
    kind: 'test',
    spec: z.object({ path: z.string() }),
    resolve: async ({ path }) => ({
      roots: [{ path: Buffer.from(device.path(path)), name: Buffer.from(path) }],
      title: path,
    }),
  })
}

test('a folder comes from another device, over a connection of its own', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  share(alice)
  const large = randomBytes(5_000_000)
  alice.write('trip/large.bin', large)
  for (let n = 0; n < 200; n++) alice.write(`trip/notes/${n}.txt`)
  const folder = bob.path('received')
  mkdirSync(folder)
  const { id } = bob.core.network.transfers.start({
    devices: [network.idOf('alice')],
    kind: 'test',
    spec: { path: 'trip' },
    title: 'trip',
    folder,
    preserve: 'all',
  })
  const transfer = await bob.core.network.transfers.wait(id, signal)
  expect(transfer).toMatchObject({
    state: 'completed',
    device: { name: 'alice' },
    files: { done: 201, total: 201 },
    failures: [],
    error: null,
  })
  expect(readFileSync(join(folder, 'trip/large.bin')).equals(large)).toBe(true)
  expect(readdirSync(join(folder, 'trip/notes'))).toHaveLength(200)
  expect(alice.core.network.transfers.list()).toMatchObject([{ direction: 'out', device: { name: 'bob' } }])
})
