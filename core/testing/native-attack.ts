import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { numberOn, type Numbers, SystemCalls } from '../src/workers/box/system-call.ts'

/** The targets of a decoder in which native code was taken over: it makes system calls itself. */
export interface NativeTarget {
  /** A file that the decoder was given. */
  readonly own: string
  /** A file of the user that the decoder was not given, and its folder. */
  readonly secret: string
  readonly folder: string
  /** A process of the user. */
  readonly pid: number
  /** A socket that takes packets from anyone. */
  readonly socket: string
  /** Shared memory of the user. */
  readonly sharedMemory: number
}

export interface NativeReport {
  /** `done`, or the error. */
  readonly attempts: Readonly<Record<string, string>>
  /** What its open descriptors lead to. */
  readonly descriptors: readonly string[]
  /** Lines of `/proc/self/status`, by name. */
  readonly status: Readonly<Record<string, string>>
  readonly oomScore: string
  /** The signal that the system sends when the parent ends. */
  readonly deathSignal: number
}

const NUMBERS = {
  bpf: { x64: 321, arm64: 280 },
  io_uring_setup: { x64: 425, arm64: 425 },
  keyctl: { x64: 250, arm64: 219 },
  perf_event_open: { x64: 298, arm64: 241 },
  process_vm_readv: { x64: 310, arm64: 270 },
  ptrace: { x64: 101, arm64: 117 },
  userfaultfd: { x64: 323, arm64: 282 },
  adjtimex: { x64: 159, arm64: 171 },
  clone: { x64: 56, arm64: 220 },
  clone3: { x64: 435, arm64: 435 },
  execveat: { x64: 322, arm64: 281 },
  exit_group: { x64: 231, arm64: 94 },
  fcntl: { x64: 72, arm64: 25 },
  inotify_add_watch: { x64: 254, arm64: 27 },
  inotify_init1: { x64: 294, arm64: 26 },
  ioctl: { x64: 16, arm64: 29 },
  lgetxattr: { x64: 192, arm64: 9 },
  memfd_create: { x64: 319, arm64: 279 },
  mknodat: { x64: 259, arm64: 33 },
  openat: { x64: 257, arm64: 56 },
  pidfd_open: { x64: 434, arm64: 434 },
  prctl: { x64: 157, arm64: 167 },
  prlimit64: { x64: 302, arm64: 261 },
  sched_setaffinity: { x64: 203, arm64: 122 },
  sendmsg: { x64: 46, arm64: 211 },
  setpgid: { x64: 109, arm64: 154 },
  setpriority: { x64: 141, arm64: 140 },
  setsid: { x64: 112, arm64: 157 },
  shmat: { x64: 30, arm64: 196 },
  socketpair: { x64: 53, arm64: 199 },
  syslog: { x64: 103, arm64: 116 },
  truncate: { x64: 76, arm64: 45 },
} satisfies Record<string, Numbers>

const calls = new SystemCalls()

/** Makes a system call. Throws with the error of the system. */
export function call(name: keyof typeof NUMBERS, ...given: readonly (number | bigint | Buffer | string)[]): number {
  const texts = given.map((each) => (typeof each === 'string' ? Buffer.from(`${each}\0`) : each))
  const values = texts.map((each) => (Buffer.isBuffer(each) ? calls.addressOf(each) : each))
  return calls.call('call', numberOn(NUMBERS[name])!, ...values.map((each) => BigInt.asUintN(64, BigInt(each))))
}

const AT_CURRENT = -100
const SIGCHLD = 17
const NEW_USER = 0x10000000
const DATAGRAM = 2
const UNIX = 1
const MAKE_BLOCK = 0o060600
const MAKE_PIPE = 0o010600
const READ_AND_TRUNCATE = 0o1000
const SET_FLAGS = 0x40086602
const SET_LEASE = 1024
const CORE = 4
const LEAST = 19
const DEATH_SIGNAL = 1
const GET_DEATH_SIGNAL = 2

/** Tries every attack. */
export function nativeAttack({ folder, own, pid, secret, sharedMemory, socket }: NativeTarget): NativeReport {
  const attempts: Record<string, () => unknown> = {
    'watch a folder': () => call('inotify_add_watch', call('inotify_init1', 0), folder, 0x100),
    'read an attribute of a secret': () => call('lgetxattr', secret, 'user.origin', Buffer.alloc(100), 100),
    'change flags of what it was given': () =>
      withFile(own, (fd) => call('ioctl', fd, SET_FLAGS, Buffer.alloc(8, 0x40))),
    'truncate what it was given': () => call('truncate', own, 0),
    'truncate what it reads': () => call('openat', AT_CURRENT, own, READ_AND_TRUNCATE),
    'lock what it was given': () => withFile(own, (fd) => call('fcntl', fd, SET_LEASE, 0)),
    'make a device': () => call('mknodat', AT_CURRENT, join(tmpdir(), 'device'), MAKE_BLOCK, 0x700),
    'make a pipe': () => call('mknodat', AT_CURRENT, join(tmpdir(), 'pipe'), MAKE_PIPE, 0),
    'limit another process': () => call('prlimit64', pid, CORE, Buffer.alloc(16)),
    'slow down another process': () => call('setpriority', 0, pid, LEAST),
    'bind another process to a processor': () =>
      call('sched_setaffinity', pid, 8, Buffer.from([1, 0, 0, 0, 0, 0, 0, 0])),
    'hold another process': () => call('pidfd_open', pid, 0),
    'attach to another process': () => call('ptrace', 16, pid, 0, 0),
    'read the memory of another process': () => call('process_vm_readv', pid, 0, 0, 0, 0),
    'use io_uring': () => call('io_uring_setup', 1, Buffer.alloc(120)),
    'use keys': () => call('keyctl', 0, -3, 0),
    'load a program into the kernel': () => call('bpf', 0, Buffer.alloc(120), 120),
    'count events': () => call('perf_event_open', Buffer.alloc(120), 0, -1, -1, 0),
    'handle page faults': () => call('userfaultfd', 1),
    'send to a socket': () => sendTo(socket),
    'use shared memory': () => call('shmat', sharedMemory, 0, 0),
    'make a namespace': () => fork(NEW_USER),
    'start a process': () => fork(0),
    'start a process by another call': () => call('clone3', Buffer.alloc(88), 88),
    'leave the group': () => call('setpgid', 0, 0),
    'leave the session': () => call('setsid'),
    'outlive the parent': () => call('prctl', DEATH_SIGNAL, 0),
    'make a program in memory': () => call('memfd_create', 'program', 0),
    'start a program by its descriptor': () => call('execveat', -1, '', 0, 0, 0x1000),
    'start Node': () => startNode(),
    'read the log of the kernel': () => call('syslog', 3, Buffer.alloc(1_000), 1_000),
    'ask for the adjustment of the clock': () => call('adjtimex', Buffer.alloc(208)),
  }
  const deathSignal = Buffer.alloc(4)
  call('prctl', GET_DEATH_SIGNAL, deathSignal)
  return {
    deathSignal: deathSignal.readInt32LE(),
    descriptors: readdirSync('/proc/self/fd').flatMap(linkOf),
    oomScore: readFileSync('/proc/self/oom_score_adj', 'latin1').trim(),
    status: Object.fromEntries(
      readFileSync('/proc/self/status', 'latin1')
        .split('\n')
        .map((line) => line.split(/:\s*/, 2) as [string, string]),
    ),
    attempts: Object.fromEntries(Object.entries(attempts).map(([name, attempt]) => [name, resultOf(attempt)])),
  }
}

function resultOf(attempt: () => unknown): string {
  try {
    attempt()
    return 'done'
  } catch (err) {
    return (err as NodeJS.ErrnoException).code ?? (err as Error).message.replace('call: ', '')
  }
}

function withFile(path: string, use: (fd: number) => void): void {
  const fd = openSync(path, 'r')
  try {
    use(fd)
  } finally {
    closeSync(fd)
  }
}

/** The copy ends at once. */
function fork(flags: number): void {
  if (call('clone', flags | SIGCHLD, 0, 0, 0, 0) === 0) call('exit_group', 0)
}

function startNode(): void {
  const { error } = spawnSync(process.execPath, ['--version'])
  if (error) throw error
}

/** Sends a packet by a socket that is connected to another one. */
function sendTo(path: string): void {
  const pair = Buffer.alloc(8)
  call('socketpair', UNIX, DATAGRAM, 0, pair)
  const address = Buffer.concat([Buffer.from([UNIX, 0]), Buffer.from(`${path}\0`)])
  const text = Buffer.from('x')
  const vector = Buffer.alloc(16)
  vector.writeBigUInt64LE(calls.addressOf(text), 0)
  vector.writeBigUInt64LE(1n, 8)
  const message = Buffer.alloc(56)
  message.writeBigUInt64LE(calls.addressOf(address), 0)
  message.writeUInt32LE(address.length, 8)
  message.writeBigUInt64LE(calls.addressOf(vector), 16)
  message.writeBigUInt64LE(1n, 24)
  call('sendmsg', pair.readInt32LE(0), message, 0)
}

/** Empty for the descriptor of the list itself. */
function linkOf(fd: string): string[] {
  try {
    return [readlinkSync(`/proc/self/fd/${fd}`)]
  } catch {
    return []
  }
}
