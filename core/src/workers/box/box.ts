import { closeSync, existsSync, openSync, readdirSync, readSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram, isProgram } from '../../util/find-program.ts'
import { nameBytes, type RawName } from '../../util/file-name.ts'
import { callsFilter } from './seccomp.ts'

/** The user's files, the network access and the variables that a process may have. */
export interface Reach {
  /** Files and folders that the process may read. */
  readonly read: readonly RawName[]
  /** The folder in which the process gets a folder for its results. By default, results are temporary files. */
  readonly results?: string
  /** Whether the process may connect to servers; false by default. */
  readonly network?: boolean
  /** Environment variables that the process gets in addition to the usual ones. */
  readonly variables?: readonly string[]
}

/** The start parameters of a boxed process. Paths are in base64, because file names need not be valid text. */
export interface BoxStart {
  readonly read: readonly string[]
  readonly write: readonly string[]
  readonly execute: readonly string[]
  readonly network: boolean
  /** Whether it may start programs after its start. */
  readonly programs: boolean
}

/**
 * The argument of `enter-box`: the start parameters, the descriptors that stay open, and the filter of system calls.
 */
export interface BoxEntry extends BoxStart {
  readonly descriptors: readonly number[]
  readonly filter: string
}

/** Paths of the system's libraries, Node and fonts, and of devices that all programs use. */
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
/** Configuration for name resolution, and the certificates that servers are checked against. */
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
/** The dynamic loaders of programs. */
const LOADERS = [
  '/lib64/ld-linux-x86-64.so.2',
  '/lib/ld-linux-aarch64.so.1',
  '/lib/ld-musl-x86_64.so.1',
  '/lib/ld-musl-aarch64.so.1',
]

const ENTER_BOX = fileURLToPath(new URL('enter-box.ts', import.meta.url))

/** Arguments that come before the arguments of Node. They make Node enter the box through Landlock and seccomp. */
export function boxArgs(start: BoxStart, descriptors: readonly number[] = []): string[] {
  const filter = callsFilter(start).toString('base64')
  return [ENTER_BOX, JSON.stringify({ ...start, descriptors, filter } satisfies BoxEntry)]
}

/** The access that a box allows, in addition to files of the system and of this program. */
export interface BoxAccess {
  /** Files and folders that may be read. */
  readonly read: readonly RawName[]
  /** Folders that may be read and written. */
  readonly write: readonly RawName[]
  readonly network: boolean
}

/** Start parameters for a process that can access the files in `BoxAccess`, its own program, and the named programs. */
export function boxStart({ network, read, write }: BoxAccess, programs: readonly string[]): BoxStart {
  const found = programs.flatMap(findAll)
  return {
    network,
    read: [...[...SYSTEM_READ, ...(network ? NETWORK_READ : []), ...ownFolders()].map(encode), ...read.map(encode)],
    write: [...SYSTEM_WRITE.map(encode), ...write.map(encode)],
    execute: [process.execPath, ...LOADERS, ...found].map(encode),
    programs: found.length > 0,
  }
}

function encode(path: RawName): string {
  return Buffer.from(nameBytes(path)).toString('base64')
}

let own: readonly string[] | undefined

/** This package, and the packages that Node searches for from here. Read once, not at the start of each process. */
function ownFolders(): readonly string[] {
  return (own ??= findOwnFolders())
}

function findOwnFolders(): string[] {
  const above: string[] = []
  for (let at = import.meta.dirname; ; at = dirname(at)) {
    above.push(at)
    if (dirname(at) === at) break
  }
  const top = above.find((folder) => existsSync(join(folder, 'package.json'))) ?? import.meta.dirname
  const beside = above.flatMap((folder) => [join(folder, 'node_modules'), join(folder, 'package.json')])
  const there = beside.filter((path) => existsSync(path))
  return [top, ...there, ...new Set(there.filter((path) => path.endsWith('node_modules')).flatMap(linkedPackages))]
}

/** If packages are links, as some package managers create them: their targets, and the packages beside each target. */
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

/**
 * The files that belong to a program on PATH or at an absolute path: the program, the file to which it links, and the
 * interpreter if it is a script.
 */
function findAll(program: string): string[] {
  const path = isAbsolute(program) ? program : findProgram(program)
  if (path === null || !isProgram(path)) return []
  const file = realpathSync(path)
  return [path, file, ...interpreterOf(file)]
}

/** Linux reads at most this many bytes of a script's first line. */
const MAX_SHEBANG = 256

function interpreterOf(file: string): string[] {
  const [, program, name] = /^#![ \t]*(\S+)(?:[ \t]+(\S+))?/.exec(firstBytes(file)) ?? []
  if (program === undefined) return []
  const isLookedFor = program.endsWith('/env') && name !== undefined
  return [program, ...(isLookedFor ? findAll(name) : [])]
}

/** The first bytes of a file; empty for a program that can be run but not read. */
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
