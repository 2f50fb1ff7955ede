import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { type Device, hasTcpdump, Namespaces, noNamespaces } from './support/namespaces.ts'

// Real daemons on machines of their own: each in a network namespace, with routers of nftables between them.

const skipped = noNamespaces === null ? '' : ` (skipped: ${noNamespaces})`
const relay = 'http://203.0.113.1:3340'
/** So that a transfer is seen while it runs. */
const slowly = { 'network.maxBytesPerSecond': String(1_048_576) }
const FILE_BYTES = 3 * 1_048_576
/** The time in which a machine whose cable is pulled must be shown as away, with the time of the question. */
const GONE_MS = 11_000
/** Nine seconds are left of a file then, and a silent connection is given up sooner than after thirty. */
const MOVED_MS = 36_000
/** A busy machine may come too late to see one of those. */
const TRIES = 4

/** No datagrams come in, not even answers: two that dial each other at once would come through. */
const closed = `table inet filter { chain input {
  type filter hook input priority 0; policy drop;
  iifname "lo" accept
  tcp dport 0-65535 ct state established accept
}; }`

interface Diagnosis {
  readonly checks: readonly {
    readonly name: string
    readonly state: string
    readonly detail: string
    readonly fix: string | null
  }[]
}

interface Transfer {
  readonly via: string | null
  readonly bytes: { readonly done: number }
}

test.skipIf(skipped !== '')(
  `two machines on one network find each other and send files, and nothing of it is in the clear${skipped}`,
  { concurrent: true },
  async () => {
    await using net = await Namespaces.create()
    await Promise.all([net.machine('alice', '192.168.7.2'), net.machine('bob', '192.168.7.3')])
    const recorded = hasTcpdump ? await net.record() : null
    const [alice, bob] = await Promise.all([net.daemon('alice', slowly), receiver(net, 'bob')])
    const code = await alice.pairingCode()
    await bob.pairWith(code)
    await alice.until(({ path, state }) => state === 'connected' && path === 'direct', 'connected straight')
    const secret = await send(alice, bob)
    expect(secret.via).toBe('tcp')
    // Some are lost on a busy machine.
    const packets = await recorded?.(FILE_BYTES / 2)
    if (!packets) return
    // Three letters are in noise, too.
    const words = code.split(' ').filter(({ length }) => length > 5)
    const inTheClear = [secret.name, ...words, 'alice'].filter((text) => packets.includes(text))
    expect(inTheClear).toEqual([])
    expect(packets.includes(secret.marker)).toBe(false)
  },
)

test.skipIf(skipped !== '')(
  `two machines behind routers that hide them pair, talk and send files through the relay${skipped}`,
  { concurrent: true },
  async () => {
    await using net = await Namespaces.create()
    const { alice, bob } = await behindRouters(net, 'random')
    expect(await alice.json('network', 'ping', 'bob')).toMatchObject({ device: { path: 'relay' } })
    expect((await send(alice, bob)).via).toBe('stream')
  },
)

test.skipIf(skipped !== '')(
  `two machines behind routers that keep ports find the straight way, and so do their files${skipped}`,
  { concurrent: true },
  async () => {
    await using net = await Namespaces.create()
    const { alice, bob } = await behindRouters(net, 'kept')
    await alice.until(({ path }) => path === 'direct', 'connected straight')
    expect(await bob.json('network', 'ping', 'alice')).toMatchObject({ device: { state: 'connected' } })
    await until(async () => (await Promise.all([alice, bob].map(outside))).every((address) => address !== null))
    expect((await send(alice, bob)).via).toBe('tcp')
  },
)

test.skipIf(skipped !== '')(
  `a machine that gets another address stays connected, and one whose cable is pulled is gone within 10 s${skipped}`,
  { concurrent: true },
  async () => {
    await using net = await Namespaces.create()
    await Promise.all([net.machine('alice', '192.168.7.2'), net.machine('bob', '192.168.7.3')])
    const [alice, bob] = await Promise.all([net.daemon('alice'), net.daemon('bob')])
    await bob.pairWith(await alice.pairingCode())
    await alice.until(({ state }) => state === 'connected', 'connected')
    await net.ip('bob', 'addr del 192.168.7.3/24 dev eth0')
    await net.ip('bob', 'addr add 192.168.7.9/24 dev eth0')
    await until(async () => (await alice.run('network', 'ping', 'bob')).code === 0)
    let took = Infinity
    for (let n = 0; took >= GONE_MS && n < TRIES; n++) {
      await net.ip('bob', 'link set eth0 down')
      took = await alice.until(({ state }) => state === 'disconnected', 'disconnected')
      await net.ip('bob', 'link set eth0 up')
      await alice.until(({ state }) => state === 'connected', 'connected again')
    }
    expect(took).toBeLessThan(GONE_MS)
  },
)

test.skipIf(skipped !== '')(
  `a machine whose interface has gone is found on the one that comes, at another address${skipped}`,
  { concurrent: true },
  async () => {
    await using net = await Namespaces.create()
    await Promise.all([net.machine('alice', '192.168.7.2'), net.machine('bob', '192.168.7.3')])
    const [alice, bob] = await Promise.all([net.daemon('alice'), net.daemon('bob')])
    await bob.pairWith(await alice.pairingCode())
    await alice.until(({ state }) => state === 'connected', 'connected')
    await net.ip('bob', 'link del eth0')
    await alice.until(({ state }) => state === 'disconnected', 'disconnected')
    await net.plug('bob', { device: 'eth1', address: '192.168.7.9' })
    await alice.until(({ state }) => state === 'connected', 'connected again')
    expect(await alice.json('network', 'ping', 'bob')).toMatchObject({ device: { path: 'direct' } })
  },
)

test.skipIf(skipped !== '').each(['alice', 'bob'] as const)(
  `a file goes on when %s gets another address in the middle of it${skipped}`,
  { concurrent: true },
  async (moving) => {
    await using net = await Namespaces.create()
    const addresses = { alice: '192.168.7.2', bob: '192.168.7.3' }
    await Promise.all([net.machine('alice', addresses.alice), net.machine('bob', addresses.bob)])
    const [alice, bob] = await Promise.all([net.daemon('alice', slowly), receiver(net, 'bob')])
    await bob.pairWith(await alice.pairingCode())
    await alice.until(({ path, state }) => state === 'connected' && path === 'direct', 'connected straight')
    await bob.json('config', 'set', 'network.receiveFolder', bob.folder)
    let took = Infinity
    for (let n = 0; took >= MOVED_MS && n < TRIES; n++) {
      const name = `long ${n}.bin`
      const bytes = randomBytes(4 * FILE_BYTES)
      await writeFile(join(alice.folder, name), bytes)
      const before = await transfersOf(bob)
      const sending = alice.json('network', 'spacedrop', 'bob', name)
      await until(async () => {
        const all = await transfersOf(bob)
        return all.length > before.length && all[0]!.bytes.done > FILE_BYTES
      })
      const since = performance.now()
      const next = `192.168.7.${9 + n}`
      await net.ip(moving, `addr del ${addresses[moving]}/24 dev eth0`)
      await net.ip(moving, `addr add ${next}/24 dev eth0`)
      addresses[moving] = next
      await sending
      took = performance.now() - since
      expect((await readFile(join(bob.folder, name))).equals(bytes)).toBe(true)
    }
    expect(took).toBeLessThan(MOVED_MS)
  },
)

test.skipIf(skipped !== '')(
  `network diagnose names the firewall that keeps two machines apart, with the command that mends it${skipped}`,
  { concurrent: true },
  async () => {
    await using net = await Namespaces.create()
    const names = ['alice', 'bob'] as const
    await Promise.all([net.machine('alice', '192.168.7.2'), net.machine('bob', '192.168.7.3')])
    const devices = await Promise.all(names.map((name) => net.daemon(name)))
    const [alice, bob] = devices as [Device, Device]
    await bob.pairWith(await alice.pairingCode())
    await alice.until(({ state }) => state === 'connected', 'connected')
    await bob.json('network', 'stop')
    await Promise.all(names.map((name) => net.exec(name, 'nft', closed)))
    await bob.json('network', 'start')
    const { checks } = await diagnose(alice, 'bob')
    expect(checks.at(-1)).toMatchObject({ name: 'connection', state: 'error' })
    for (const [at, name] of names.entries()) {
      const found = await diagnose(devices[at]!)
      const firewall = found.checks.find((check) => check.name === 'firewall')
      expect(firewall).toMatchObject({
        state: 'error',
        fix: expect.stringContaining('sudo nft insert rule inet filter'),
      })
      await net.exec(name, 'sh', '-c', firewall!.fix!.replaceAll('sudo ', ''))
    }
    await alice.until(({ state }) => state === 'connected', 'connected again')
  },
)

/** Whatever it ends with: a fault that was found ends it with code 1. */
async function diagnose(device: Device, ...of: string[]): Promise<Diagnosis> {
  const { stdout } = await device.run('network', 'diagnose', ...of, '--json')
  return JSON.parse(stdout) as Diagnosis
}

/** Two machines that are connected, and then something is done to one of them. */
async function connectedPair(net: Namespaces): Promise<{ alice: Device; bob: Device }> {
  await Promise.all([net.machine('alice', '192.168.7.2'), net.machine('bob', '192.168.7.3')])
  const [alice, bob] = await Promise.all([net.daemon('alice'), net.daemon('bob')])
  await bob.pairWith(await alice.pairingCode())
  await alice.until(({ state }) => state === 'connected', 'connected')
  return { alice, bob }
}

interface Cause {
  readonly name: string
  /** Done to the machines. */
  readonly make: (net: Namespaces, devices: { alice: Device; bob: Device }) => Promise<void>
  /** The check that names it. */
  readonly check: string
  readonly detail: string
  readonly fix: string
}

const causes: readonly Cause[] = [
  {
    name: 'networking that is off here',
    make: async (_net, { alice }) => void (await alice.json('network', 'stop')),
    check: 'connection',
    detail: 'bob was not tried: networking is off here',
    fix: 'spacedrive network start',
  },
  {
    name: 'networking that is off there',
    make: async (_net, { bob }) => void (await bob.json('network', 'stop')),
    check: 'connection',
    detail: 'networking is off at bob',
    fix: 'on bob: `spacedrive network start`',
  },
  {
    name: 'a wrong subnet',
    make: async (net) => {
      await net.ip('alice', 'addr flush dev eth0')
      await net.ip('alice', 'addr add 192.168.9.2/24 dev eth0')
    },
    check: 'connection',
    detail: 'bob is in another network',
    fix: 'connect both to the same network',
  },
  {
    name: 'IPv6 alone',
    make: async (net) => {
      await net.ip('alice', 'addr flush dev eth0')
      await net.ip('alice', '-6 addr add 2001:db8::2/64 dev eth0 nodad')
    },
    check: 'multicast',
    detail: 'this machine has IPv6 alone',
    fix: 'give this machine an IPv4 address',
  },
  {
    name: 'a cable that is pulled here',
    make: async (net) => {
      // The other end of the cable, which is all that a switch does.
      await net.ip('switch', 'link set p0 down')
      await net.ip('switch', 'link set p1 down')
    },
    check: 'interfaces',
    detail: 'nothing is connected to eth0: the cable is pulled',
    fix: 'plug the cable of eth0 in',
  },
  {
    name: 'a machine there that is off',
    make: (net) => net.ip('bob', 'link set eth0 down'),
    check: 'connection',
    detail: 'no machine answers at 192.168.7.3',
    fix: 'start bob',
  },
]

test.skipIf(skipped !== '').each(causes)(
  `network diagnose names $name, with its remedy, and ends with code 1${skipped}`,
  { concurrent: true },
  async ({ check: name, detail, fix, make }) => {
    await using net = await Namespaces.create()
    const devices = await connectedPair(net)
    const { alice } = devices
    await make(net, devices)
    // What was connected is held until it is known to be lost.
    await until(async () => {
      const [bob] = await alice.json<{ state: string }[]>('network', 'devices')
      return bob?.state !== 'connected'
    })
    const { code, stdout } = await alice.run('network', 'diagnose', 'bob', '--json')
    const { checks } = JSON.parse(stdout) as Diagnosis
    const found = checks.find((check) => check.name === name)
    expect(found).toMatchObject({
      state: 'error',
      detail: expect.stringContaining(detail),
      fix: expect.stringContaining(fix),
    })
    expect(code).toBe(1)
  },
)

test.skipIf(skipped !== '')(
  `a pairing code is answered on the local network alone, and beyond it where a person asks for that${skipped}`,
  { concurrent: true },
  async () => {
    await using net = await Namespaces.create()
    // Two networks of the internet, with a router between them that lets all through.
    await Promise.all([net.machine('alice', '203.0.113.2'), net.machine('bob', '198.51.100.2')])
    await net.ip('alice', 'route add 198.51.100.0/24 dev eth0')
    await net.ip('bob', 'route add 203.0.113.0/24 dev eth0')
    const [alice, bob] = await Promise.all([net.daemon('alice'), net.daemon('bob')])
    const joinBeyond = async () => {
      const args = ['network', 'pair', 'generate', '--auto-accept'] as const
      const { addresses, code } = await alice.json<{ code: string; addresses: string[] }>(...args)
      const joined = await bob.run('network', 'pair', 'join', code, '--auto-accept', '--address', addresses[0]!)
      await alice.json('network', 'pair', 'cancel')
      return joined.code
    }
    expect(await joinBeyond()).not.toBe(0)
    await alice.json('config', 'set', 'network.strangers', 'anywhere')
    // A changed setting of the network restarts it.
    const isOn = async () => (await alice.json<{ state: string }>('network', 'status')).state === 'running'
    await until(isOn)
    expect(await joinBeyond()).toBe(0)
  },
)

/** A router that forwards any port, and writes each search and request into a file. */
const router = (log: string) => `
import { appendFileSync } from 'node:fs'
import { createSocket } from 'node:dgram'
import { UpnpRouter } from ${JSON.stringify(new URL('../core/testing/upnp-router.ts', import.meta.url).href)}
const address = '192.168.7.1'
const onAsked = (what) => appendFileSync(${JSON.stringify(log)}, what + '\\n')
// Routers may wait for some seconds. The decoy is a thread on a machine that may be busy with other tests.
await UpnpRouter.open({ address, answerAfterMs: 100, onAsked })
// The port of NAT-PMP and PCP.
createSocket('udp4').on('message', (message) => onAsked('PCP ' + message.toString('hex'))).bind(5351, address)
console.log('open')`

test.skipIf(skipped !== '')(
  `the router is asked to forward no port, by no endpoint${skipped}`,
  { concurrent: true },
  async () => {
    await using net = await Namespaces.create()
    const { asked, untilSearched } = await withRouter(net)
    const alice = await net.daemon('alice')
    await untilSearched(1)
    await alice.pairingCode()
    await untilSearched(2)
    expect(await mappingOf(alice)).toEqual({ state: 'off', address: null, reason: null })
    await alice.json('network', 'pair', 'cancel')
    await alice.json('network', 'stop')
    expect(new Set(await asked())).toEqual(new Set(['search']))
  },
)

test.skipIf(skipped !== '')(
  `with port mappings switched on, the router forwards the port of paired devices alone, until networking stops${skipped}`,
  { concurrent: true },
  async () => {
    await using net = await Namespaces.create()
    const { asked, untilSearched } = await withRouter(net)
    const alice = await net.daemon('alice', { 'network.portMapping': 'on' })
    const { address, port } = await mapped(alice)
    const { addresses } = await alice.json<{ addresses: string[] }>('network', 'status')
    expect(addresses).toEqual(expect.arrayContaining([address, `192.168.7.2:${port}`]))
    expect((await alice.run('network', 'status')).stdout).toContain(`the router forwards ${address}`)
    const searches = (await asked()).filter((what) => what === 'search').length
    await alice.pairingCode()
    await untilSearched(searches + 1)
    await alice.json('network', 'pair', 'cancel')
    const changes = async () => (await asked()).filter((what) => /^(Add|Delete)|PCP/.test(what))
    const added = `AddPortMapping UDP ${port} 192.168.7.2:${port} 3600`
    expect(await changes()).toEqual([added])
    await alice.json('network', 'stop')
    expect(await changes()).toEqual([added, `DeletePortMapping UDP ${port}`])
    expect(await mappingOf(alice)).toEqual({ state: 'off', address: null, reason: null })
  },
)

test.skipIf(skipped !== '')(
  `switching port mappings off removes the mapping, and so does the end of the daemon${skipped}`,
  { concurrent: true },
  async () => {
    await using net = await Namespaces.create()
    const { asked } = await withRouter(net)
    const removed = async () => (await asked()).filter((what) => what.startsWith('Delete')).length
    const alice = await net.daemon('alice', { 'network.portMapping': 'on' })
    await mapped(alice)
    await alice.json('config', 'set', 'network.portMapping', 'off')
    await until(async () => (await removed()) === 1)
    await alice.json('config', 'set', 'network.portMapping', 'on')
    await mapped(alice)
    const { dataDir } = await alice.json<{ dataDir: string }>('status')
    await alice.run('stop')
    expect(await removed()).toBe(2)
    const records = (await readFile(join(dataDir, 'run', 'http-audit.jsonl'), 'utf8')).trim().split('\n')
    const once = ['port-mapped', 'port-unmapped']
    expect(records.map((line) => (JSON.parse(line) as { what: string }).what)).toEqual([...once, ...once])
  },
)

test.skipIf(skipped !== '')(
  `a port mapping that a killed daemon left is removed by the next one, with the setting off${skipped}`,
  { concurrent: true },
  async () => {
    await using net = await Namespaces.create()
    const { asked } = await withRouter(net)
    const alice = await net.daemon('alice', { 'network.portMapping': 'on' })
    const { port } = await mapped(alice)
    const { dataDir, pid } = await alice.json<{ dataDir: string; pid: number }>('status')
    process.kill(pid, 'SIGKILL')
    const file = join(dataDir, 'config.json')
    const config = JSON.parse(await readFile(file, 'utf8')) as { network: object }
    await writeFile(file, JSON.stringify({ ...config, network: { ...config.network, portMapping: 'off' } }))
    await until(async () => (await alice.run('start', '--http-port', 'off')).code === 0)
    await until(async () => (await asked()).includes(`DeletePortMapping UDP ${port}`))
    expect((await asked()).filter((what) => what.startsWith('Add'))).toHaveLength(1)
    expect(await mappingOf(alice)).toEqual({ state: 'off', address: null, reason: null })
  },
)

test.skipIf(skipped !== '')(
  `network diagnose and network status say what the router forwards, and why it does not${skipped}`,
  { concurrent: true },
  async () => {
    await using net = await Namespaces.create()
    const { asked } = await withRouter(net)
    const alice = await net.daemon('alice')
    const check = async () => (await diagnose(alice)).checks.find(({ name }) => name === 'port mapping')
    expect(await check()).toBeUndefined()
    await alice.json('config', 'set', 'network.portMapping', 'on')
    const { address } = await mapped(alice)
    expect(await check()).toEqual({
      name: 'port mapping',
      state: 'ok',
      detail: `the router forwards ${address}`,
      fix: null,
    })
    // The router is gone, and with it the chance to remove the mapping.
    await net.ip('router', 'link set eth0 down')
    await alice.json('network', 'stop')
    const left = `the router at 192.168.7.1 may still forward ${address} to this device: the mapping is not removed yet`
    expect(await mappingOf(alice)).toEqual({ state: 'off', address, reason: left })
    expect((await alice.run('network', 'status')).stdout).toContain(`may still forward ${address}`)
    await alice.json('network', 'start')
    await until(async () => (await mappingOf(alice)).state === 'failed')
    const fix = expect.stringContaining('spacedrive config set network.portMapping off')
    const reason = 'the router at 192.168.7.1 does not answer; UPnP may be off there'
    expect(await check()).toEqual({ name: 'port mapping', state: 'warning', detail: reason, fix })
    await alice.json('config', 'set', 'network.portMapping', 'off')
    await until(async () => (await check())?.detail === left)
    await net.ip('router', 'link set eth0 up')
    // Each stop tries it once; the machines need a moment to find each other again.
    await until(async () => {
      await alice.json('network', 'start')
      await alice.json('network', 'stop')
      return (await asked()).some((what) => what.startsWith('DeletePortMapping UDP '))
    })
    expect(await mappingOf(alice)).toEqual({ state: 'off', address: null, reason: null })
  },
)

/** Takes the port of searches for routers for itself, as any user of a machine can. */
const squatter = `require('node:dgram').createSocket('udp4').bind(1900, '0.0.0.0', () => console.log('open'))`

test.skipIf(skipped !== '')(
  `network diagnose says so when the router may be asked to forward ports against the settings${skipped}`,
  { concurrent: true },
  async () => {
    await using net = await Namespaces.create()
    await net.machine('alice', '192.168.7.2')
    await net.serve('alice', process.execPath, '-e', squatter)
    const alice = await net.daemon('alice')
    const { checks } = await diagnose(alice)
    expect(checks.find(({ name }) => name === 'router')).toEqual({
      name: 'router',
      state: 'warning',
      detail: expect.stringContaining('another program has UDP port 1900 for itself'),
      fix: 'switch UPnP off in the settings of the router',
    })
  },
)

/** A machine `alice` behind a router that forwards ports; `asked` is all that the router was asked for. */
async function withRouter(net: Namespaces) {
  await Promise.all([net.machine('router', '192.168.7.1'), net.machine('alice', '192.168.7.2')])
  await net.ip('alice', 'route add default via 192.168.7.1')
  const log = join(await net.folder(), 'asked')
  await net.serve('router', process.execPath, '--input-type=module', '-e', router(log))
  const asked = async () => (await readFile(log, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '')
  const untilSearched = (times: number) =>
    until(async () => (await asked()).filter((what) => what === 'search').length >= times)
  return { asked, untilSearched }
}

interface Mapping {
  readonly state: string
  readonly address: string | null
  readonly reason: string | null
}

async function mappingOf(device: Device): Promise<Mapping> {
  return (await device.json<{ portMapping: Mapping }>('network', 'status')).portMapping
}

/** Waits until the router forwards a port to `alice`. */
async function mapped(device: Device): Promise<{ address: string; port: number }> {
  await until(async () => (await mappingOf(device)).state === 'mapped')
  const { address } = await mappingOf(device)
  const port = Number(/^203\.0\.113\.9:(\d+)$/.exec(address ?? '')?.[1])
  return { address: address!, port }
}

/** What the relay has told a device of itself; null until then. */
async function outside(device: Device): Promise<string | null> {
  const { addresses } = await device.json<{ addresses: string[] }>('network', 'status')
  return addresses.find((address) => address.startsWith('203.0.113.')) ?? null
}

async function behindRouters(net: Namespaces, ports: 'kept' | 'random'): Promise<{ alice: Device; bob: Device }> {
  await net.machine('internet', '203.0.113.1')
  await Promise.all([
    net.behindNat('alice', { net: '10.0.1', outside: '203.0.113.11', ports }),
    net.behindNat('bob', { net: '10.0.2', outside: '203.0.113.12', ports }),
    net.relay('internet'),
  ])
  const settings = { 'network.relay': relay }
  const [alice, bob] = await Promise.all([
    net.daemon('alice', { ...settings, ...slowly }),
    receiver(net, 'bob', settings),
  ])
  for (const device of [alice, bob])
    await until(async () => (await device.json<{ relay: string | null }>('network', 'status')).relay !== null)
  await bob.pairWith(await alice.pairingCode())
  await alice.until(({ state }) => state === 'connected', 'connected')
  return { alice, bob }
}

/** A device that takes every file it is offered. */
async function receiver(
  net: Namespaces,
  name: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Device> {
  return net.daemon(name, { ...settings, 'network.receive': 'trusted', 'network.receiveFolder': '/tmp' })
}

async function send(from: Device, to: Device) {
  const marker = randomBytes(32)
  const name = `holiday-${randomBytes(6).toString('hex')}.bin`
  const bytes = Buffer.concat(Array.from({ length: FILE_BYTES / marker.length }, () => marker))
  await writeFile(join(from.folder, name), bytes)
  await to.json('config', 'set', 'network.receiveFolder', to.folder)
  const sending = from.json('network', 'spacedrop', 'bob', name)
  const via = await viaOf(to)
  await sending
  expect((await readFile(join(to.folder, name))).equals(bytes)).toBe(true)
  return { name, marker, via }
}

/** How the files come, while they do. */
async function viaOf(device: Device): Promise<string> {
  let via: string | null = null
  await until(async () => {
    via = (await transfersOf(device))[0]?.via ?? null
    return via !== null
  })
  return via!
}

/** The latest first. */
function transfersOf(device: Device): Promise<Transfer[]> {
  return device.json<Transfer[]>('network', 'transfers')
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  await vi.waitFor(async () => expect(await isSo()).toBe(true))
}
