import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir } from '../../../testing/temp-dir.ts'
import { ProcessPool } from '../process-pool.ts'
import type { Target } from '../test/attack.ts'
import { boxState } from './box.ts'

const soon = { deadlineMs: 60_000 }

const refused = {
  'read what it was given': 'done',
  'write a temporary file': 'done',
  'read a secret': 'EACCES',
  'read a secret in another thread': 'EACCES',
  'list its folder': 'EACCES',
  'write into its folder': 'EACCES',
  'change what it was given': 'EACCES',
  'change rights': 'EPERM',
  'change times': 'EPERM',
  'connect by TCP': 'EPERM',
  'connect to a socket': 'EPERM',
  'send by UDP': 'EPERM',
  'start a shell': 'EACCES',
  'start a program': 'EACCES',
  'end another process': 'EPERM',
}

function attacker(box: { programs: string[] } | null): ProcessPool<Target, Record<string, string>> {
  return new ProcessPool({
    name: 'test',
    entry: new URL('../test/attacking-child.ts', import.meta.url),
    processes: 1,
    memoryMiB: 300,
    box,
  })
}

/** A user's folder with a secret, a file that is decoded, and servers on this machine. */
async function prey() {
  const parts = new AsyncDisposableStack()
  const dir = parts.use(createTempDir('box'))
  const folder = join(dir.path, '.ssh')
  const given = join(dir.path, 'pictures')
  for (const each of [folder, given]) mkdirSync(each)
  const [own, secret, socket] = [join(given, 'a.jpg'), join(folder, 'id_ed25519'), join(dir.path, 'socket')]
  for (const file of [own, secret]) writeFileSync(file, 'content')
  const tcp = createServer((each) => each.destroy()).listen(0, '127.0.0.1')
  const unix = createServer((each) => each.destroy()).listen(socket)
  await Promise.all([tcp, unix].map((server) => once(server, 'listening')))
  parts.defer(() => void [tcp, unix].map((server) => server.close()))
  const { port } = tcp.address() as { port: number }
  const target: Target = { own, secret, folder, socket, port, pid: process.pid }
  return { target, given, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}

test.runIf(boxState().closed)('a boxed process reaches what it was given, and nothing else', async () => {
  await using world = await prey()
  await using pool = attacker({ programs: [] })
  expect(await pool.run(world.target, { ...soon, reach: { read: [world.given], write: [] } })).toEqual(refused)
})

test.runIf(boxState().closed)('a process for another folder is another process', async () => {
  await using world = await prey()
  await using pool = attacker({ programs: [] })
  await pool.run(world.target, { ...soon, reach: { read: [world.given], write: [] } })
  const [first] = pool.pids
  const reach = { read: [world.target.folder], write: [] }
  const results = await pool.run(world.target, { ...soon, reach })
  expect(results).toMatchObject({ 'read what it was given': 'EACCES', 'read a secret': 'done' })
  await pool.run(world.target, { ...soon, reach })
  expect(pool.pids).toHaveLength(1)
  expect(pool.pids).not.toEqual([first])
})

test.runIf(process.platform === 'linux')('the same attacks reach everything where nothing is boxed', async () => {
  await using world = await prey()
  await using pool = attacker(null)
  const results = await pool.run(world.target, soon)
  expect(new Set(Object.values(results))).toEqual(new Set(['done']))
})
