import { spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { connect, createServer, type NetConnectOpts } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTempDir } from './temp-dir.ts'

/** An environment variable that holds a key. */
const KEY_VARIABLE = 'SPACEDRIVE_TEST_KEY'

/** The targets of a hostile decoder. */
export interface Target {
  /** A file that the decoder was given. */
  readonly own: string
  /** A file that the decoder was not given. */
  readonly secret: string
  /** The folder of the secret. */
  readonly folder: string
  readonly port: number
  readonly socket: string
  /** A process outside the box. */
  readonly pid: number
  /** Paths of other files, by what they are. */
  readonly others: Readonly<Record<string, string>>
}

/** Tries every attack and returns a result for each: `done`, or the error code. */
export async function attack({
  folder,
  others,
  own,
  pid,
  port,
  secret,
  socket,
}: Target): Promise<Record<string, string>> {
  const attempts: Record<string, () => unknown> = {
    'read what it was given': () => readFileSync(own),
    'write a temporary file': () => writeFileSync(join(tmpdir(), 'own'), ''),
    'read a secret': () => readFileSync(secret),
    'read a secret in another thread': () => readFile(secret),
    'list its folder': () => readdirSync(folder),
    'write into its folder': () => writeFileSync(join(folder, 'planted'), ''),
    'change what it was given': () => writeFileSync(own, 'changed'),
    'change rights': () => chmodSync(own, 0o777),
    'change times': () => utimesSync(own, 1, 1),
    'connect by TCP': () => connectTo({ port, host: '127.0.0.1' }),
    'connect to a socket': () => connectTo({ path: socket }),
    'ask by UDP': () => askByUdp(port),
    'start a shell': () => start('/bin/sh'),
    'start a program': () => start('/usr/bin/env'),
    'end another process': () => process.kill(pid, 0),
    'learn a key of the environment': () => {
      if (process.env[KEY_VARIABLE] === undefined) throw Object.assign(new Error(), { code: 'ENOENT' })
    },
  }
  for (const [name, path] of Object.entries(others)) attempts[`read ${name}`] = () => readFileSync(path)
  const results: Record<string, string> = {}
  for (const [name, attempt] of Object.entries(attempts)) {
    try {
      await attempt()
      results[name] = 'done'
    } catch (err) {
      results[name] = (err as NodeJS.ErrnoException).code ?? String(err)
    }
  }
  return results
}

async function connectTo(to: NetConnectOpts): Promise<void> {
  const socket = connect(to)
  try {
    await once(socket, 'connect')
  } finally {
    socket.destroy()
  }
}

/** Waits for an answer. In an empty network the packet is refused instead. */
async function askByUdp(port: number): Promise<void> {
  const socket = createSocket('udp4')
  try {
    socket.connect(port, '127.0.0.1')
    await once(socket, 'connect')
    const answered = once(socket, 'message')
    socket.send('x')
    await answered
  } finally {
    socket.close()
  }
}

function start(program: string): void {
  const { error } = spawnSync(program, ['-c', 'true'])
  if (error) throw error
}

/** System calls that seccomp refuses in each layer. */
const REFUSED_CALLS = {
  'change rights': 'EPERM',
  'change times': 'EPERM',
  'connect by TCP': 'EPERM',
  'connect to a socket': 'EPERM',
  'ask by UDP': 'EPERM',
  'start a shell': 'EPERM',
  'start a program': 'EPERM',
  'end another process': 'EPERM',
  'learn a key of the environment': 'ENOENT',
} as const

/** The expected results in a box without programs: Landlock and seccomp refuse access, bubblewrap hides files. */
export const REFUSED = {
  landlock: {
    'read what it was given': 'done',
    'write a temporary file': 'done',
    'read a secret': 'EACCES',
    'read a secret in another thread': 'EACCES',
    'list its folder': 'EACCES',
    'write into its folder': 'EACCES',
    'change what it was given': 'EACCES',
    ...REFUSED_CALLS,
  },
  bwrap: {
    'read what it was given': 'done',
    'write a temporary file': 'done',
    'read a secret': 'ENOENT',
    'read a secret in another thread': 'ENOENT',
    'list its folder': 'ENOENT',
    'write into its folder': 'ENOENT',
    'change what it was given': 'EROFS',
    ...REFUSED_CALLS,
  },
} as const

/** What differs in a box with programs: a program that is not named, and a process that does not exist there. */
export const REFUSED_WITH_PROGRAMS = {
  landlock: { 'start a shell': 'EACCES', 'start a program': 'EACCES' },
  bwrap: { 'start a shell': 'ENOENT', 'start a program': 'ENOENT', 'end another process': 'ESRCH' },
} as const

/** A user's folder with a secret, a file to decode, and servers on this machine. */
export async function prey() {
  const parts = new AsyncDisposableStack()
  const dir = parts.use(createTempDir('box'))
  process.env[KEY_VARIABLE] = 'secret'
  parts.defer(() => void delete process.env[KEY_VARIABLE])
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
  const udp = createSocket('udp4', (message, from) => udp.send(message, from.port, from.address))
  udp.bind(port, '127.0.0.1')
  await once(udp, 'listening')
  parts.defer(() => void udp.close())
  const target: Target = { own, secret, folder, socket, port, pid: process.pid, others: {} }
  return { target, given, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}
