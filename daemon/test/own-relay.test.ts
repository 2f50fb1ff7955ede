import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { connectTo } from '@spacedrive/client/node'
import { createTempDir } from '@spacedrive/core/testing'
import { createTestDevice } from '@spacedrive/core/testing/network'
import { expect, test, vi } from 'vitest'
import { DaemonProcess } from './daemon-process.ts'

const { signal } = new AbortController()

test('a daemon with a relay port runs a relay that devices with its token use', async () => {
  using folder = createTempDir('relay')
  const port = await freePort()
  const settings = { SPACEDRIVE_RELAY_PORT: `${port}`, SPACEDRIVE_RELAY_HOST: '127.0.0.1' }
  await using daemon = new DaemonProcess({
    dataDir: folder.path,
    env: { ...settings, SPACEDRIVE_RELAY_TOKEN: 'secret' },
  })
  expect(await daemon.ready).toEqual({ ready: true })
  expect((await fetch(`http://127.0.0.1:${port}/ping`)).status).toBe(200)

  await using device = await createTestDevice('alice')
  const { config, network } = device.core
  const relay = async () => (await network.diagnose(null, signal)).checks.find(({ name }) => name === 'relay')
  await config.set('network.relay', `http://127.0.0.1:${port}/wrong`)
  await network.restart()
  expect(await relay()).toMatchObject({ state: 'error' })
  await config.set('network.relay', `http://127.0.0.1:${port}/secret`)
  await network.restart()
  await vi.waitUntil(() => network.roaming.outside !== null)
  expect(await relay()).toMatchObject({ state: 'ok' })

  daemon.kill('SIGTERM')
  expect(await daemon.exit).toMatchObject({ code: 0 })
  expect(await relay()).toMatchObject({ state: 'error', detail: expect.stringContaining('is not reached') })
})

test('a daemon whose relay port is taken starts without a relay, and says so', async () => {
  using folder = createTempDir('relay')
  await using other = createServer()
  await once(other.listen(0, '127.0.0.1'), 'listening')
  const { port } = other.address() as AddressInfo
  const env = { SPACEDRIVE_RELAY_PORT: `${port}`, SPACEDRIVE_RELAY_HOST: '127.0.0.1' }
  await using daemon = new DaemonProcess({ dataDir: folder.path, env })
  expect(await daemon.ready).toEqual({ ready: true })
  using client = (await connectTo(daemon.paths))!
  const { notices } = await client.query('system.status', {})
  expect(notices).toEqual([
    `cannot run the relay: port ${port} is taken by another program; choose another port with \`spacedrive config set relay.port <n>\``,
  ])
})

async function freePort(): Promise<number> {
  await using server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}
