import { silentLogger } from '@spacedrive/core'
import { createTestDevice, createTestNetwork, moveAndMeet, untilConnected } from '@spacedrive/core/testing/network'
import { Relay } from '@spacedrive/relay'
import { expect, test, vi } from 'vitest'

const { signal } = new AbortController()

test('where the local network does not reach, they pair and find each other by word left at a rendezvous', async () => {
  await using relay = await Relay.open({ host: '127.0.0.1', port: 0, allow: null, token: 'secret', log: silentLogger })
  await using network = await createTestNetwork(['alice', 'bob'], { paired: false })
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  for (const { core } of network.devices) await core.config.set('network.rendezvous', `${relay.url}/secret`)
  await vi.waitUntil(() => network.devices.every(({ core }) => core.network.meeting.rendezvous))
  const { words } = await alice.core.network.pairing.generate({ autoAccept: true })
  await bob.core.network.pairing.join({ code: words, autoAccept: true }, signal)
  await untilConnected(bob, 1)
  await moveAndMeet(network.devices)
  const left = { name: 'rendezvous', state: 'ok', detail: `word is left at ${relay.url}`, fix: null }
  await vi.waitFor(async () => expect((await alice.core.network.diagnose(null, signal)).checks).toContainEqual(left))
  await relay.close()
  alice.core.network.meeting.look()
  await vi.waitUntil(() => alice.core.network.meeting.rendezvous!.problem !== null)
  const broken = (await alice.core.network.diagnose(null, signal)).checks.find(({ name }) => name === 'rendezvous')
  expect(broken).toMatchObject({ state: 'error', fix: expect.stringContaining('network.rendezvous') })
  expect(JSON.stringify(broken)).not.toContain('secret')
})

test('a relay is asked, tells the address outside, and is missed when it is gone', async () => {
  const relay = await Relay.open({ host: '127.0.0.1', port: 0, allow: null, token: 'secret', log: silentLogger })
  await using device = await createTestDevice('alice')
  const { config, network } = device.core
  await config.set('network.relay', `${relay.url}/secret`)
  await network.restart()
  await vi.waitUntil(() => network.roaming.outside !== null)
  const [port] = /\d+$/.exec(network.status().addresses[0]!)!
  expect(network.roaming.outside).toBe(`127.0.0.1:${port}`)
  const check = async () => (await network.diagnose(null, signal)).checks.find(({ name }) => name === 'relay')!
  expect(await check()).toMatchObject({
    state: 'ok',
    detail: expect.stringContaining(`outside this device is 127.0.0.1`),
  })
  await relay.close()
  const gone = await check()
  expect(gone).toMatchObject({ state: 'error', detail: expect.stringContaining('is not reached') })
  expect(gone.detail).not.toContain('secret')
})
