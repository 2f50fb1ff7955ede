import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type DaemonProcess, startDaemon } from './engine/daemon-process.ts'
import { type FileCopiers, startFileCopiers } from './engine/file-copiers.ts'
import { defineBenchmark, OURS, type Variant } from './harness/benchmark.ts'
import { timeProgram } from './harness/program.ts'

const MIB = 1_048_576
const LARGE_MIB = 1_024
const FILES = 10_000
const FILE_BYTES = 10_240
const SCP = 'scp, aes128-gcm'

export const transfer = defineBenchmark({
  name: 'transfer',
  title: 'files from one device to another, over the loopback interface',
  runs: 3,
  figures: [
    { id: 'large', what: 'one file of 1 GiB', unit: 's', goal: { atMost: 1, ratioTo: SCP } },
    { id: 'small', what: `${FILES} files of 10 KiB`, unit: 's', goal: { atMost: 1 / 1.5, ratioTo: SCP } },
    { id: 'cpu', what: 'processor time for the 1 GiB, both sides together', unit: 's', goal: null },
  ],
  remarks: [
    'Ours is from the offer, which is accepted by itself, until the receiving device says that all is there: every chunk and the whole file checked with BLAKE3, encrypted by TLS 1.3.',
    'scp and rsync start a connection for each run; rsync by its own daemon is not encrypted.',
  ],
  async setup({ parts, scratch }) {
    const dir = scratch('transfer')
    const from = join(dir, 'from')
    const to = join(dir, 'to')
    mkdirSync(from)
    makeFiles(from)
    const alice = parts.use(await startDaemon(join(dir, 'alice')))
    const bob = parts.use(await startDaemon(join(dir, 'bob')))
    await pair(alice, bob, to)
    const copiers = await startFileCopiers(parts, { dir: join(dir, 'keys'), folder: from })
    const clean = () => {
      rmSync(to, { recursive: true, force: true })
      mkdirSync(to)
    }
    return [
      {
        name: OURS,
        async measure() {
          clean()
          const before = cpuSeconds(alice.pid) + cpuSeconds(bob.pid)
          const large = await send(alice, { to: bob, path: join(from, 'large.bin') })
          const cpu = cpuSeconds(alice.pid) + cpuSeconds(bob.pid) - before
          return { large, cpu, small: await send(alice, { to: bob, path: join(from, 'small') }) }
        },
      },
      ...peers(copiers, { from, to, clean }),
    ]
  },
})

function peers(
  { host, rsyncUrl, scp, ssh }: FileCopiers,
  { clean, from, to }: { from: string; to: string; clean: () => void },
): Variant[] {
  const measured = (program: string, name: string, args: (path: string) => readonly string[]): Variant => ({
    name,
    program,
    async measure() {
      clean()
      return { large: await timeProgram(program, args('large.bin')), small: await timeProgram(program, args('small')) }
    },
  })
  return [
    measured('scp', SCP, (path) => [...scp, '-r', `${host}:${join(from, path)}`, to]),
    measured('rsync', 'rsync, ssh', (path) => ['-a', '-e', ssh, `${host}:${join(from, path)}`, to]),
    measured('rsync', 'rsync, own daemon', (path) => ['-a', `${rsyncUrl}${path}`, to]),
  ]
}

function makeFiles(folder: string): void {
  const fd = openSync(join(folder, 'large.bin'), 'w')
  for (let n = 0; n < LARGE_MIB; n++) writeSync(fd, randomBytes(MIB))
  closeSync(fd)
  for (let n = 0; n < FILES; n++) {
    const below = join(folder, 'small', String(n % 100))
    mkdirSync(below, { recursive: true })
    writeFileSync(join(below, `${n}.bin`), randomBytes(FILE_BYTES))
  }
}

/** Both reach each other, and bob takes whatever alice offers into `folder`. */
async function pair(alice: DaemonProcess, bob: DaemonProcess, folder: string): Promise<void> {
  for (const [{ client }, name] of [
    [alice, 'alice'],
    [bob, 'bob'],
  ] as const) {
    await client.action('devices.rename', { name })
    await client.action('config.set', { key: 'network.address', value: '127.0.0.1' })
    await client.action('network.start', {})
  }
  await bob.client.action('config.set', { key: 'network.receive', value: 'trusted' })
  await bob.client.action('config.set', { key: 'network.receiveFolder', value: folder })
  const { addresses, code } = await alice.client.action('pairing.generate', { autoAccept: true })
  await bob.client.action('pairing.join', { code, address: addresses[0], autoAccept: true })
}

/** Seconds from the offer until all is there. */
async function send({ client }: DaemonProcess, { path, to }: { path: string; to: DaemonProcess }): Promise<number> {
  const begun = performance.now()
  const { id } = await client.action('offers.send', { device: 'bob', paths: [path] })
  for (;;) {
    const { reason, state } = await to.client.query('offers.info', { id })
    if (state === 'completed') return (performance.now() - begun) / 1_000
    if (state !== 'accepted' && state !== 'waiting') throw new Error(`the offer is ${state}: ${reason}`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

const LOOK_MS = 5
/** Of the fields of /proc/<pid>/stat behind the name: the time in the program, and in the kernel for it. */
const USER_TIME = 11
const SYSTEM_TIME = 12
const TICKS_PER_SECOND = 100

function cpuSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) / TICKS_PER_SECOND
}
