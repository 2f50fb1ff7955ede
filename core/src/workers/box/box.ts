import { closeSync, existsSync, openSync, readdirSync, readSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram, isProgram } from '../../util/find-program.ts'
import { nameBytes, type RawName } from '../../util/file-name.ts'

/** The files of a user that a process may reach. */
export interface Reach {
  /** Files and folders that it may read. */
  readonly read: readonly RawName[]
  /** Folders that it may also write to. */
  readonly write: readonly RawName[]
  /** Whether it may connect to servers; false by default. */
  readonly network?: boolean
  /** Variables of the environment that it is told beside those that programs go by. */
  readonly variables?: readonly string[]
}

/** What a boxed process is started with. Paths are base64: names of files need not be text. */
export interface BoxStart {
  readonly read: readonly string[]
  readonly write: readonly string[]
  readonly execute: readonly string[]
  readonly network: boolean
}

/** Where the channel to the parent is told: a process that read it before it is boxed would lose a request. */
export const CHANNEL_VARIABLE = 'SPACEDRIVE_CHANNEL_FD'

/** Where a boxed process finds the version of Landlock that closes it. */
export const VERSION_VARIABLE = 'SPACEDRIVE_LANDLOCK_VERSION'

/** What the system's libraries, Node and fonts are read from, and the devices that all programs use. */
const SYSTEM_READ = [
  '/lib',
  '/lib32',
  '/lib64',
  '/usr/lib',
  '/usr/lib32',
  '/usr/lib64',
  '/usr/libexec',
  '/usr/share',
  '/usr/local/lib',
  '/usr/local/share',
  '/etc/ld.so.cache',
  '/etc/ssl/openssl.cnf',
  '/etc/fonts',
  '/etc/alternatives',
  '/etc/localtime',
  '/var/cache/fontconfig',
  '/sys/devices/system/cpu',
  '/proc/cpuinfo',
  '/proc/meminfo',
  '/proc/self',
  '/dev/urandom',
]
/** How names of servers are found, and whom they are vouched for by. */
const NETWORK_READ = [
  '/etc/resolv.conf',
  '/etc/hosts',
  '/etc/nsswitch.conf',
  '/etc/host.conf',
  '/etc/gai.conf',
  '/etc/ssl/certs',
  '/run/systemd/resolve',
]
const SYSTEM_WRITE = ['/dev/null']
/** What loads programs. */
const LOADERS = [
  '/lib64/ld-linux-x86-64.so.2',
  '/lib/ld-linux-aarch64.so.1',
  '/lib/ld-musl-x86_64.so.1',
  '/lib/ld-musl-aarch64.so.1',
]

const ENTER_BOX = fileURLToPath(new URL('enter-box.ts', import.meta.url))

/** Arguments that Node takes before its own, to enter the box by Landlock and seccomp. */
export function boxArgs(start: BoxStart): string[] {
  return [ENTER_BOX, JSON.stringify(start)]
}

/** How to start a process that reaches those files, itself, and programs of those names. */
export function boxStart({ network = false, read, write }: Reach, programs: readonly string[]): BoxStart {
  const found = programs.flatMap(findAll)
  return {
    network,
    read: [...[...SYSTEM_READ, ...(network ? NETWORK_READ : []), ...ownFolders()].map(encode), ...read.map(encode)],
    write: [...SYSTEM_WRITE.map(encode), ...write.map(encode)],
    execute: [process.execPath, ...LOADERS, ...found].map(encode),
  }
}

function encode(path: RawName): string {
  return Buffer.from(nameBytes(path)).toString('base64')
}

/** The package that this is, and the packages that Node looks for from here. */
function ownFolders(): string[] {
  const above: string[] = []
  for (let at = import.meta.dirname; ; at = dirname(at)) {
    above.push(at)
    if (dirname(at) === at) break
  }
  const own = above.find((folder) => existsSync(join(folder, 'package.json'))) ?? import.meta.dirname
  const beside = above.flatMap((folder) => [join(folder, 'node_modules'), join(folder, 'package.json')])
  const there = beside.filter((path) => existsSync(path))
  return [own, ...there, ...new Set(there.filter((path) => path.endsWith('node_modules')).flatMap(linkedPackages))]
}

/** Where the packages of a folder lie that are links, as package managers make them: with those that lie beside them. */
function linkedPackages(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && entry.name.startsWith('@')) return linkedPackages(path)
    if (!entry.isSymbolicLink() || !existsSync(path)) return []
    const real = realpathSync(path)
    const at = real.lastIndexOf(`${sep}node_modules${sep}`)
    return [at < 0 ? real : real.slice(0, at + `${sep}node_modules`.length)]
  })
}

/** A program on PATH or at an absolute path, the file that it leads to, and what runs it if it is a script. */
function findAll(program: string): string[] {
  const path = isAbsolute(program) ? program : findProgram(program)
  if (path === null || !isProgram(path)) return []
  const file = realpathSync(path)
  return [path, file, ...interpreterOf(file)]
}

/** The longest first line of a script that Linux looks at, in bytes. */
const MAX_SHEBANG = 256

function interpreterOf(file: string): string[] {
  const [, program, name] = /^#![ \t]*(\S+)(?:[ \t]+(\S+))?/.exec(firstBytes(file)) ?? []
  if (program === undefined) return []
  const isLookedFor = program.endsWith('/env') && name !== undefined
  return [program, ...(isLookedFor ? findAll(name) : [])]
}

/** Nothing of a program that can be run, but not read. */
function firstBytes(file: string): string {
  const head = Buffer.alloc(MAX_SHEBANG)
  try {
    const fd = openSync(file, 'r')
    try {
      readSync(fd, head)
    } finally {
      closeSync(fd)
    }
  } catch {
    return ''
  }
  return head.toString('latin1')
}
