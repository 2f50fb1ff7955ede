import { expect, test } from 'vitest'
import { z } from 'zod'
import { createMemoryNetwork, type MemoryNetwork } from '../../../testing/memory-network/index.ts'
import { seededRandom } from '../../../testing/memory-network/random.ts'
import { answering, ask, type Question, type Rpc } from '../wire/rpc.ts'
import { DEAD_MS, MAX_RETRY_MS } from './limits.ts'
import { pairedDevices, type SessionDevice } from './test/session-devices.ts'

/** How many worlds are lived through; each is another one with the same end. `SIMULATIONS=1000` for more. */
const RUNS = Number(process.env['SIMULATIONS'] ?? 60)
const STEPS = 12
const NAMES = ['alice', 'bob', 'carol']

const echo = {
  name: 'echo',
  version: 1,
  maxFrameBytes: 4_096,
  maxStreams: 4,
  questions: { say: { input: z.string(), output: z.string() } },
} satisfies Rpc<Record<string, Question>>

const { signal } = new AbortController()

interface World {
  readonly network: MemoryNetwork
  readonly devices: readonly SessionDevice[]
  readonly running: Set<SessionDevice>
  readonly random: () => number
  groups: readonly (readonly string[])[]
}

test('whatever is cut, killed, stopped and lost, those that can reach each other are connected in the end, and only those', async () => {
  for (let seed = 1; seed <= RUNS; seed++) {
    const world = await live(seed)
    expect(connectionsOf(world), `in the end, seed ${seed}`).toEqual(possible(world))
    await askAll(world, seed)
    for (const device of world.devices) await toggle(world, device)
  }
})

async function live(seed: number): Promise<World> {
  const random = seededRandom(seed)
  const network = createMemoryNetwork({
    seed,
    latencyMs: 1 + random() * 100,
    jitterMs: random() * 200,
    loss: random() * 0.2,
  })
  const devices = await pairedDevices(network, NAMES, random)
  for (const { sessions } of devices)
    sessions.handle(answering(echo, { say: async (text, peer) => `${peer.name}: ${text}` }))
  const world: World = { network, devices, random, running: new Set(), groups: [] }
  for (const device of devices) await toggle(world, device)
  for (let step = 0; step < STEPS; step++) {
    await disturb(world)
    await network.advance(random() * 15_000)
  }
  await network.advance(DEAD_MS + 1_000)
  expect(connectionsOf(world), `after a cut, seed ${seed}`).toEqual(possible(world, { orFewer: true }))
  network.heal()
  world.groups = []
  for (const device of devices) if (!world.running.has(device)) await toggle(world, device)
  // The longest wait, a dial that fails meanwhile, and the one that does not.
  await network.advance(2 * MAX_RETRY_MS)
  return world
}

/** Every connection carries questions and answers. */
async function askAll({ devices, network }: World, seed: number): Promise<void> {
  for (const one of devices)
    for (const peer of one.sessions.connected()) {
      const answer = ask(peer, { rpc: echo, verb: 'say', input: 'hello' }, signal)
      expect(await network.resolved(answer), `seed ${seed}`).toBe(`${one.name}: hello`)
    }
}

/** One thing that goes wrong, or is set right. */
async function disturb(world: World): Promise<void> {
  const { devices, network, random } = world
  const device = devices[Math.floor(random() * devices.length)]!
  const kind = random()
  if (kind < 0.3) {
    const first = devices.filter(() => random() < 0.5)
    const second = devices.filter((each) => !first.includes(each))
    world.groups = [first, second].map((group) => group.map(({ name }) => name))
    network.partition(world.groups)
  } else if (kind < 0.5) {
    world.groups = []
    network.heal()
  } else if (kind < 0.65) await toggle(world, device)
  else if (kind < 0.8) {
    if (!world.running.has(device)) return
    await network.resolved(device.kill())
    world.running.delete(device)
    if (random() < 0.5) await toggle(world, device)
  } else if (kind < 0.9) network.drop(device.name, NAMES[Math.floor(random() * NAMES.length)]!)
  else network.set({ latencyMs: 1 + random() * 300 })
}

async function toggle({ network, running }: World, device: SessionDevice): Promise<void> {
  if (running.delete(device)) await network.resolved(device.stop())
  else {
    running.add(device)
    device.start()
  }
}

/** `alice-bob`, as each of the two sees it. */
function connectionsOf({ devices }: World): string[] {
  return devices.flatMap(({ connected, name }) => connected().map((other) => `${name}-${other}`)).toSorted()
}

/** The connections that the network allows; `orFewer`: only those that exist now. */
function possible(world: World, { orFewer = false }: { orFewer?: boolean } = {}): string[] {
  const { devices, groups, running } = world
  const isApart = (one: string, other: string) =>
    groups.some((group) => group.includes(one)) && !groups.some((group) => group.includes(one) && group.includes(other))
  const all = devices.flatMap((one) =>
    devices
      .filter((other) => other !== one && running.has(one) && running.has(other) && !isApart(one.name, other.name))
      .map((other) => `${one.name}-${other.name}`),
  )
  const there = new Set(connectionsOf(world))
  return (orFewer ? all.filter((each) => there.has(each)) : all).toSorted()
}
