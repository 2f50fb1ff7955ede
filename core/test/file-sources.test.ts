import { vi } from 'vitest'
import { describeFileSource, type FileSourceWorld } from '../testing/file-source-suite.ts'
import { createTestCore } from '../testing/index.ts'
import { createTestNetwork } from '../testing/test-network.ts'
import { until } from '../testing/until.ts'

vi.setConfig({ testTimeout: 120_000 })

describeFileSource('this device’s disk, without an index', () => openDisk({ indexed: false }), {
  isLocal: true,
  canWatch: true,
})
describeFileSource('this device’s disk, with a library', () => openDisk({ indexed: true }), {
  isLocal: true,
  canWatch: true,
})
describeFileSource('a paired device, over Iroh', openPairedDevice, { isLocal: false, canWatch: false })

async function openDisk({ indexed }: { indexed: boolean }): Promise<FileSourceWorld> {
  const t = await createTestCore()
  const { source } = t.core.sources.folder(t.root, indexed ? t.library : null)
  return { source, root: t.root, [Symbol.asyncDispose]: () => t[Symbol.asyncDispose]() }
}

/** Bob’s files, as Alice sees them. */
async function openPairedDevice(): Promise<FileSourceWorld> {
  const network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  for (const what of ['browse', 'read'] as const)
    bob.core.network.grants.allow(network.idOf('alice'), what, { everything: true })
  return {
    source: alice.core.sources.device('bob'),
    root: bob.root,
    async goOffline() {
      await bob.core.network.stop()
      await until(() => alice.core.network.sessions.connected().length === 0)
    },
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  }
}
