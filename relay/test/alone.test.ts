import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('a relay loads nothing of the engine but the protocol and helpers', async () => {
  const child = fileURLToPath(new URL('loaded-modules-child.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [child])
  const { loaded, url } = JSON.parse(stdout) as { loaded: string[]; url: string }
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const ofCore = loaded.filter((file) => !file.startsWith('relay/src/') && !file.startsWith('core/src/util/'))
  expect(ofCore.toSorted()).toEqual([
    'core/src/domain/ids.ts',
    'core/src/network/identity/ed25519.ts',
    'core/src/network/relay-protocol.ts',
    'core/src/network/rendezvous/protocol.ts',
    'core/src/network/transport/addresses.ts',
    'core/src/network/transport/iroh/byte-array.ts',
    'core/src/network/transport/iroh/free-sockets.ts',
    'core/src/network/transport/iroh/iroh-errors.ts',
    'core/src/network/transport/iroh/load-iroh.ts',
    'core/src/network/transport/iroh/reflection.ts',
  ])
})
