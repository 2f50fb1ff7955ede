import { numberOn, REFUSED, type SystemCalls } from './system-call.ts'

/**
 * System calls that no decoder needs, by processor. Landlock limits files and programs. This list adds the network,
 * access to other processes, changes to the system, and the gaps that Landlock leaves: permissions, owners and times of
 * files. `io_uring` could bypass all of this; if it is refused from the start, Node works without it.
 */
const refused = {
  socket: { x64: 41, arm64: 198 },
  connect: { x64: 42, arm64: 203 },
  bind: { x64: 49, arm64: 200 },
  listen: { x64: 50, arm64: 201 },
  io_uring_setup: { x64: 425, arm64: 425 },
  io_uring_register: { x64: 427, arm64: 427 },
  ptrace: { x64: 101, arm64: 117 },
  process_vm_readv: { x64: 310, arm64: 270 },
  process_vm_writev: { x64: 311, arm64: 271 },
  pidfd_getfd: { x64: 438, arm64: 438 },
  mount: { x64: 165, arm64: 40 },
  umount2: { x64: 166, arm64: 39 },
  pivot_root: { x64: 155, arm64: 41 },
  unshare: { x64: 272, arm64: 97 },
  setns: { x64: 308, arm64: 268 },
  bpf: { x64: 321, arm64: 280 },
  perf_event_open: { x64: 298, arm64: 241 },
  add_key: { x64: 248, arm64: 217 },
  request_key: { x64: 249, arm64: 218 },
  keyctl: { x64: 250, arm64: 219 },
  userfaultfd: { x64: 323, arm64: 282 },
  name_to_handle_at: { x64: 303, arm64: 264 },
  open_by_handle_at: { x64: 304, arm64: 265 },
  chmod: { x64: 90 },
  fchmod: { x64: 91, arm64: 52 },
  fchmodat: { x64: 268, arm64: 53 },
  fchmodat2: { x64: 452, arm64: 452 },
  chown: { x64: 92 },
  fchown: { x64: 93, arm64: 55 },
  lchown: { x64: 94 },
  fchownat: { x64: 260, arm64: 54 },
  utime: { x64: 132 },
  utimes: { x64: 235 },
  futimesat: { x64: 261 },
  utimensat: { x64: 280, arm64: 88 },
  setxattr: { x64: 188, arm64: 5 },
  lsetxattr: { x64: 189, arm64: 6 },
  fsetxattr: { x64: 190, arm64: 7 },
  removexattr: { x64: 197, arm64: 14 },
  lremovexattr: { x64: 198, arm64: 15 },
  fremovexattr: { x64: 199, arm64: 16 },
  mq_open: { x64: 240, arm64: 180 },
  shmget: { x64: 29, arm64: 194 },
  init_module: { x64: 175, arm64: 105 },
  finit_module: { x64: 313, arm64: 273 },
  delete_module: { x64: 176, arm64: 106 },
  kexec_load: { x64: 246, arm64: 104 },
  reboot: { x64: 169, arm64: 142 },
} satisfies Record<string, { readonly x64?: number; readonly arm64?: number }>

const SECCOMP = { x64: 317, arm64: 277 }
const PRCTL = { x64: 157, arm64: 167 }
const AUDIT_ARCH = { x64: 0xc000003e, arm64: 0xc00000b7 }
const SET_NO_NEW_PRIVS = 38
const SET_MODE_FILTER = 1
/** System calls of the x32 interface have this bit in their numbers. */
const X32_BIT = 0x40000000

/** Constants of bpf(4) and seccomp(2). */
const LOAD_WORD = 0x20
const JUMP_IF_EQUAL = 0x15
const JUMP_IF_AT_LEAST = 0x35
const RETURN = 0x06
const ALLOW = 0x7fff0000
const KILL_PROCESS = 0x80000000
const FAIL_WITH = 0x50000
const NUMBER_AT = 0
const ARCH_AT = 4
const FIRST_ARGUMENT_AT = 16

/** Address families. */
const IPV4 = 2
const IPV6 = 10

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number]

const REFUSE: Instruction = [RETURN, 0, 0, FAIL_WITH | REFUSED]

/** Whether the system call numbers of this processor are known. */
export function knowsProcessor(): boolean {
  return numberOn(AUDIT_ARCH) !== undefined
}

/** From now on, programs that this thread starts gain no privileges. Both Landlock and seccomp require this. */
export function gainNoRights(calls: SystemCalls): void {
  calls.call('prctl', numberOn(PRCTL)!, SET_NO_NEW_PRIVS, 1)
}

/**
 * Blocks the system calls in `refused` for this thread and everything it starts: they fail with `EPERM`. This cannot be
 * undone. With `network`, the process may connect to servers by IP, but use no other kind of socket.
 */
export function closeCalls(calls: SystemCalls, { network }: { network: boolean }): void {
  const program = filter(network)
  const header = Buffer.alloc(16)
  header.writeUInt16LE(program.length / 8, 0)
  header.writeBigUInt64LE(calls.addressOf(program), 8)
  calls.call('seccomp', numberOn(SECCOMP)!, SET_MODE_FILTER, 0, calls.addressOf(header))
}

function filter(network: boolean): Buffer {
  const { socket, connect, ...others } = refused
  const all = [...Object.values(others), ...(network ? [] : [socket, connect])].map(numberOn)
  return Buffer.concat(
    [
      [LOAD_WORD, 0, 0, ARCH_AT] as const,
      [JUMP_IF_EQUAL, 1, 0, numberOn(AUDIT_ARCH)!] as const,
      [RETURN, 0, 0, KILL_PROCESS] as const,
      [LOAD_WORD, 0, 0, NUMBER_AT] as const,
      [JUMP_IF_AT_LEAST, 0, 1, X32_BIT] as const,
      REFUSE,
      ...all.flatMap((number) => (number === undefined ? [] : [[JUMP_IF_EQUAL, 0, 1, number] as const, REFUSE])),
      ...(network ? onlyByIp(numberOn(socket)!) : []),
      [RETURN, 0, 0, ALLOW] as const,
    ].map(instruction),
  )
}

/** Refuses sockets of other families, such as Unix sockets and those that configure the system. */
function onlyByIp(socket: number): Instruction[] {
  return [
    [JUMP_IF_EQUAL, 0, 4, socket],
    [LOAD_WORD, 0, 0, FIRST_ARGUMENT_AT],
    [JUMP_IF_EQUAL, 2, 0, IPV4],
    [JUMP_IF_EQUAL, 1, 0, IPV6],
    REFUSE,
  ]
}

function instruction([code, ifTrue, ifFalse, value]: Instruction): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt16LE(code, 0)
  bytes.writeUInt8(ifTrue, 2)
  bytes.writeUInt8(ifFalse, 3)
  bytes.writeUInt32LE(value >>> 0, 4)
  return bytes
}
