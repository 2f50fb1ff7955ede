import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { DeviceId } from '../src/domain/index.ts'
import type { CoreOptions } from '../src/core.ts'
import { IrohTransport } from '../src/network/index.ts'
import { createTestCore, type TestCore } from './test-core.ts'

/** Devices in this process, paired with each other and connected by real Iroh on the loopback interface. */
export interface TestNetwork extends AsyncDisposable {
  readonly devices: readonly TestCore[]
  /** By the name it was made with. */
  device(name: string): TestCore
  /** The id of a device, as the others know it. */
  idOf(name: string): DeviceId
  /** Resolves once every device is connected with every other. */
  connected(): Promise<void>
}

export interface TestNetworkOptions {
  /** The same for every device, or by its name. */
  readonly core?: Partial<CoreOptions> | ((name: string) => Partial<CoreOptions>)
  /** False: the devices are there, and know nothing of each other. */
  readonly paired?: boolean
}

/** `await using network = await createTestNetwork(['alice', 'bob'])` */
export async function createTestNetwork(
  names: readonly string[],
  { core = {}, paired = true }: TestNetworkOptions = {},
): Promise<TestNetwork> {
  await using parts = new AsyncDisposableStack()
  const byName = new Map<string, TestCore>()
  for (const name of names) {
    const own = typeof core === 'function' ? core(name) : core
    byName.set(name, parts.use(await createTestDevice(name, own)))
  }
  const devices = [...byName.values()]
  if (paired)
    for (const [at, one] of devices.entries()) for (const other of devices.slice(at + 1)) pairDirectly(one, other)
  const device = (name: string) => {
    const found = byName.get(name)
    if (!found) throw new Error(`there is no ${name} in this network`)
    return found
  }
  const network: TestNetwork = {
    devices,
    device,
    idOf: (name) => device(name).core.device.info().id,
    async connected() {
      await Promise.all(devices.map((each) => untilConnected(each, devices.length - 1)))
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
  if (paired) await network.connected()
  const all = parts.move()
  return network
}

/** A device with networking on, reached on the loopback interface only. */
export async function createTestDevice(name: string, options: Partial<CoreOptions> = {}): Promise<TestCore> {
  const test = await createTestCore({
    makeTransport: (endpoint) => IrohTransport.open({ ...endpoint, bind: ['127.0.0.1', '::1'] }),
    ...options,
  })
  try {
    await test.core.renameDevice(name)
    await test.core.config.set('network.discovery', 'false')
    await test.core.network.start()
    await test.core.config.set('network.enabled', 'true')
    return test
  } catch (err) {
    await test[Symbol.asyncDispose]()
    throw err
  }
}

/** Writes each into the other's list, as pairing does once two people have confirmed. */
export function pairDirectly(one: TestCore, other: TestCore): void {
  const [first, second] = [one.core.network.card(), other.core.network.card()]
  one.core.network.registry.add(second)
  other.core.network.registry.add(first)
}

/** Resolves once a device is connected with so many others. */
export async function untilConnected({ core }: TestCore, count: number): Promise<void> {
  const { sessions } = core.network
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const look = () => {
    if (sessions.connected().length >= count) resolve()
  }
  using _listening = sessions.onConnected(look)
  const timer = setTimeout(() => {
    const errors = core.network
      .devices()
      .map(({ id, name, state }) => `${name} ${state} ${sessions.lastError(id) ?? ''}`)
    reject(new Error(`not connected within ${CONNECT_MS} ms: ${errors.join('; ')}`))
  }, CONNECT_MS)
  look()
  try {
    await promise
  } finally {
    clearTimeout(timer)
  }
}

/** Stops all devices, gives each another port, and waits until they have found each other without an old address. */
export async function moveAndMeet(devices: readonly TestCore[]): Promise<void> {
  const addresses = () => devices.flatMap(({ core }) => core.network.transport.addresses())
  const before = addresses()
  for (const { core } of devices) await core.network.stop()
  for (const { core } of devices) {
    await core.config.set('network.port', String(await freePort()))
    await core.network.start()
  }
  for (const device of devices) await untilConnected(device, devices.length - 1)
  const kept = addresses().filter((address) => before.includes(address))
  if (kept.length > 0) throw new Error(`addresses that did not change: ${kept.join(', ')}`)
}

/** Over loopback it takes milliseconds; a busy machine may take longer. */
const CONNECT_MS = 60_000

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return port
}
