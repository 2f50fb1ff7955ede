import { randomBytes } from 'node:crypto'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type Device, Namespaces, noNamespaces } from '../e2e/support/namespaces.ts'
import { defineBenchmark, OURS } from './harness/benchmark.ts'

const MIB = 1_048_576
const BYTES_PER_GB = 1_000_000_000

/** What the wire between the two machines does. */
const links = {
  gigabit: { rate: '1gbit', burst: '512kb', lossPerThousand: 0, mib: 512 },
  lossy: { rate: '100mbit', burst: '64kb', lossPerThousand: 5, mib: 48 },
} as const
type LinkName = keyof typeof links

const Iperf = z.object({ end: z.object({ sum_received: z.object({ bits_per_second: z.number() }) }) })

export const networkLink = defineBenchmark({
  name: 'network-link',
  title: 'a file goes to another machine over a wire of a known rate',
  runs: 3,
  figures: [
    {
      id: 'gigabit',
      what: `${links.gigabit.mib} MiB over 1 Gbit/s`,
      unit: 'GB/s',
      // 93 % of the wire.
      goal: { atLeast: 0.11625 },
    },
    {
      id: 'lossy',
      what: `${links.lossy.mib} MiB over 100 Mbit/s, 0.5 % of the packets lost each way`,
      unit: 'GB/s',
      goal: { atLeast: 0.95, ratioTo: 'iperf3' },
    },
  ],
  remarks: [
    'Two network namespaces on a bridge, each sending through a token bucket of the kernel; nftables loses packets at random. Delay is not measured: that needs netem, which not every kernel has.',
    'Of spacedrive the whole transfer: from the moment it is taken until the file is checked and has its name. iperf3 sends zeros from memory, unencrypted, and writes nothing.',
  ],
  async setup({ parts, scratch }) {
    // A program that cannot be there: the report says why.
    const program = noNamespaces === null ? 'ip' : `network namespaces (${noNamespaces})`
    if (noNamespaces !== null)
      return [OURS, 'iperf3'].map((name) => ({ name, program, measure: () => Promise.resolve({}) }))
    const dir = scratch('network-link')
    const net = parts.use(await Namespaces.create())
    await net.machine('alice', '192.168.7.2')
    await net.machine('bob', '192.168.7.3')
    const [alice, bob] = [await net.daemon('alice'), await net.daemon('bob', settings(dir))]
    await bob.pairWith(await alice.pairingCode())
    await alice.until(({ path, state }) => state === 'connected' && path === 'direct', 'connected straight')
    return [
      {
        name: OURS,
        async measure() {
          return onEach(net, (name) => send({ alice, bob, dir, mib: links[name].mib }))
        },
      },
      {
        name: 'iperf3',
        program: 'iperf3',
        async measure() {
          return onEach(net, (name) => iperf(net, links[name].mib))
        },
      },
    ]
  },
})

function settings(dir: string): Record<string, string> {
  return { 'network.receive': 'trusted', 'network.receiveFolder': join(dir, 'received') }
}

async function onEach(
  net: Namespaces,
  measure: (name: LinkName) => Promise<number>,
): Promise<Record<LinkName, number>> {
  await shape(net, 'gigabit')
  const gigabit = await measure('gigabit')
  await shape(net, 'lossy')
  return { gigabit, lossy: await measure('lossy') }
}

async function shape(net: Namespaces, name: LinkName): Promise<void> {
  const { burst, lossPerThousand, rate } = links[name]
  for (const machine of ['alice', 'bob']) {
    const bucket = `tc qdisc replace dev eth0 root tbf rate ${rate} burst ${burst} latency 50ms`
    const losing = `numgen random mod 1000 < ${lossPerThousand} drop`
    const chain = `chain input { type filter hook input priority 0; ${lossPerThousand > 0 ? `iifname "eth0" ${losing};` : ''} }`
    await net.exec(machine, 'sh', '-c', bucket)
    await net.exec(machine, 'nft', `flush ruleset; table inet wire { ${chain}; }`)
  }
}

/** Gigabytes a second, as the receiving side has it. */
async function send({
  alice,
  bob,
  dir,
  mib,
}: {
  alice: Device
  bob: Device
  dir: string
  mib: number
}): Promise<number> {
  const name = `${randomBytes(6).toString('hex')}.bin`
  const file = join(dir, name)
  writeRandom(file, mib)
  await alice.json('network', 'spacedrop', 'bob', file)
  const [latest] = (await bob.json<{ createdAt: string; endedAt: string | null }[]>('network', 'transfers')).toSorted(
    (a, b) => b.createdAt.localeCompare(a.createdAt),
  )
  if (!latest?.endedAt) throw new Error('the transfer has not ended')
  rmSync(file)
  rmSync(join(dir, 'received', name))
  const seconds = (Date.parse(latest.endedAt) - Date.parse(latest.createdAt)) / 1_000
  return (mib * MIB) / BYTES_PER_GB / seconds
}

async function iperf(net: Namespaces, mib: number): Promise<number> {
  await net.serve('bob', 'iperf3', '--server', '--one-off', '--forceflush')
  const said = await net.exec('alice', 'iperf3', '--client', '192.168.7.3', '--bytes', `${mib}M`, '--json')
  return Iperf.parse(JSON.parse(said)).end.sum_received.bits_per_second / 8 / BYTES_PER_GB
}

function writeRandom(file: string, mib: number): void {
  const to = openSync(file, 'w')
  for (let written = 0; written < mib; written++) writeSync(to, randomBytes(MIB))
  closeSync(to)
}
