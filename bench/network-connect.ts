import { join } from 'node:path'
import { EngineProcess } from './engine/engine-process.ts'
import { magicWormhole } from './engine/magic-wormhole.ts'
import { defineBenchmark, OURS } from './harness/benchmark.ts'
import { quantile } from './harness/statistics.ts'

const CONNECTS = 20

export const networkConnect = defineBenchmark({
  name: 'network-connect',
  title: 'two devices of one machine connect, and pair',
  runs: 5,
  figures: [
    {
      id: 'connect',
      what: `a known device: from the request to the first answer, 95 % of ${CONNECTS}`,
      unit: 'ms',
      goal: { atMost: 100 },
    },
    { id: 'question', what: 'one more question to it', unit: 'ms', goal: null },
    {
      id: 'pairing',
      what: 'pairing, from the words until both have stored each other',
      unit: 's',
      goal: { atMost: 1.8 },
    },
  ],
  remarks: [
    'Connecting is the dial, both hellos, the question and its answer. Pairing begins with looking for the inviter by multicast; nobody compares numbers.',
    'magic-wormhole sends one line of text, with a mailbox server and a transit relay of its own on this machine: the time from the start of `wormhole receive` to its end, of which most is the start of Python. It leaves nothing that connects again.',
  ],
  async setup({ parts, scratch }) {
    const dir = scratch('network-connect')
    const start = async (name: string) => parts.use(await EngineProcess.start(join(dir, name), { sidecars: false }))
    const [alice, bob, carol] = [await start('alice'), await start('bob'), await start('carol')]
    const bobs = await bob.ask('networkStart', { name: 'bob', discovery: false })
    const alices = await alice.ask('networkStart', { name: 'alice', discovery: true })
    await carol.ask('networkStart', { name: 'carol', discovery: true })
    await bob.ask('networkKnow', { cards: [{ ...alices, addresses: [] }] })
    await alice.ask('networkKnow', { cards: [bobs] })
    await alice.ask('networkConnected', { count: 1 })
    return [
      {
        name: OURS,
        async measure() {
          const { first, next } = await alice.ask('networkReconnect', { device: bobs.id, times: CONNECTS })
          const { words } = await alice.ask('pairingGenerate', {})
          const ms = await carol.ask('pairingJoin', { words })
          return { connect: quantile(first, 0.95), question: quantile(next, 0.5), pairing: ms / 1_000 }
        },
      },
      magicWormhole(parts, dir),
    ]
  },
})
