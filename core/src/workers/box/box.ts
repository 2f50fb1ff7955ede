import { execFile } from 'node:child_process'
import { accessSync, closeSync, constants, existsSync, openSync, readSync, realpathSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { errorMessage } from '../../util/errors.ts'
import { nameBytes, type RawName } from '../../util/file-name.ts'
import { knowsProcessor } from './seccomp.ts'

/** The files of a user that a process may reach. */
export interface Reach {
  /** Files and folders that it may read. */
  readonly read: readonly RawName[]
  /** Folders that it may also write to. */
  readonly write: readonly RawName[]
}

/** What a boxed process is started with. Paths are base64: names of files need not be text. */
export interface BoxStart {
  readonly read: readonly string[]
  readonly write: readonly string[]
  readonly execute: readonly string[]
}

export type BoxState =
  | { readonly closed: true }
  | { readonly closed: false; readonly reason: string; readonly fix: string | null }

/** Where the channel to the parent is told: a process that read it before it is boxed would lose a request. */
export const CHANNEL_VARIABLE = 'SPACEDRIVE_CHANNEL_FD'

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
const SYSTEM_WRITE = ['/dev/null']
/** What loads programs. */
const LOADERS = [
  '/lib64/ld-linux-x86-64.so.2',
  '/lib/ld-linux-aarch64.so.1',
  '/lib/ld-musl-x86_64.so.1',
  '/lib/ld-musl-aarch64.so.1',
]

const ENTER_BOX = fileURLToPath(new URL('enter-box.ts', import.meta.url))

/** A start of Node takes some 100 ms. */
const LOOK_MS = 20_000

let looking: Promise<BoxState> | undefined

/** Whether processes can be boxed here: one is, the first time that somebody asks. */
export function boxState(): Promise<BoxState> {
  return (looking ??= look())
}

async function look(): Promise<BoxState> {
  const open = (reason: string, fix: string | null = null) => ({ closed: false as const, reason, fix })
  if (process.platform !== 'linux') return open('only Linux has the means that are used')
  if (!isBuiltin('node:ffi') || process.execve === undefined)
    return open('it takes Node.js 26.1 or later', 'install Node.js 26.1 or later')
  if (!knowsProcessor()) return open(`the system calls of ${process.arch} are not known`)
  const args = [...boxArgs(boxStart({ read: [], write: [] }, [])), '--eval', '']
  const { promise, resolve } = Promise.withResolvers<BoxState>()
  execFile(process.execPath, args, { timeout: LOOK_MS }, (err, _stdout, stderr) => {
    const why = /^Error: (.*)$/m.exec(stderr)?.[1] ?? (err ? errorMessage(err).split('\n')[0]! : '')
    const fix = 'see that the kernel is Linux 5.13 or later, and that it has landlock in its lsm= setting'
    resolve(err ? open(`no process can be closed in (${why})`, fix) : { closed: true })
  })
  return promise
}

/** What Node is started with, before its own arguments, to be boxed. */
export function boxArgs(start: BoxStart): string[] {
  return [ENTER_BOX, JSON.stringify(start)]
}

/** How to start a process that reaches those files, itself, and programs of those names. */
export function boxStart({ read, write }: Reach, programs: readonly string[]): BoxStart {
  const found = programs.flatMap(findAll)
  return {
    read: [...[...SYSTEM_READ, ...ownFolders()].map(encode), ...read.map(encode)],
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
  return [own, ...beside.filter((path) => existsSync(path))]
}

/** A program on PATH, the file it is, and what runs it where it is a script. */
function findAll(name: string): string[] {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      const file = realpathSync(path)
      return [path, file, ...interpreterOf(file)]
    } catch {
      // Not in this folder.
    }
  }
  return []
}

/** The longest first line of a script that Linux looks at, in bytes. */
const MAX_SHEBANG = 256

function interpreterOf(file: string): string[] {
  const head = Buffer.alloc(MAX_SHEBANG)
  const fd = openSync(file, 'r')
  try {
    readSync(fd, head)
  } finally {
    closeSync(fd)
  }
  const [, program, name] = /^#![ \t]*(\S+)(?:[ \t]+(\S+))?/.exec(head.toString('latin1')) ?? []
  if (program === undefined) return []
  const isLookedFor = program.endsWith('/env') && name !== undefined
  return [program, ...(isLookedFor ? findAll(name) : [])]
}
