import { except, filterProgram, lack, only, refuse, type Rule, withoutBits, withoutBitsWhereZero } from './filter.ts'
import { CLONE, FCNTL, ITSELF, type Numbers, PRCTL, PRLIMIT64, SET_PARENT_DEATH_SIGNAL } from './system-call.ts'

/**
 * System calls that no decoder needs. Landlock limits opening and changing files; its older versions do so only
 * partly. This list blocks the rest: attributes and times of files, watching folders, the network, other processes,
 * shared memory, and the system itself. `io_uring` could bypass all of this; if it is refused from the start, Node
 * works without it.
 */
const REFUSED_CALLS: readonly Numbers[] = Object.values({
  // The network. `sendto` is allowed, because without a socket it reaches nothing.
  bind: { x64: 49, arm64: 200 },
  listen: { x64: 50, arm64: 201 },
  io_uring_setup: { x64: 425, arm64: 425 },
  io_uring_register: { x64: 427, arm64: 427 },
  // Other processes of the user: their memory, files, limits, priorities, and signals to them.
  ptrace: { x64: 101, arm64: 117 },
  process_vm_readv: { x64: 310, arm64: 270 },
  process_vm_writev: { x64: 311, arm64: 271 },
  process_madvise: { x64: 440, arm64: 440 },
  process_mrelease: { x64: 448, arm64: 448 },
  pidfd_open: { x64: 434, arm64: 434 },
  pidfd_getfd: { x64: 438, arm64: 438 },
  pidfd_send_signal: { x64: 424, arm64: 424 },
  rt_sigqueueinfo: { x64: 129, arm64: 138 },
  rt_tgsigqueueinfo: { x64: 297, arm64: 240 },
  kcmp: { x64: 312, arm64: 272 },
  migrate_pages: { x64: 256, arm64: 238 },
  move_pages: { x64: 279, arm64: 239 },
  setpriority: { x64: 141, arm64: 140 },
  ioprio_set: { x64: 251, arm64: 30 },
  sched_setparam: { x64: 142, arm64: 118 },
  sched_setscheduler: { x64: 144, arm64: 119 },
  sched_setaffinity: { x64: 203, arm64: 122 },
  sched_setattr: { x64: 314, arm64: 274 },
  // Leaving the process group, because the pool ends the whole group.
  setsid: { x64: 112, arm64: 157 },
  setpgid: { x64: 109, arm64: 154 },
  // Namespaces and mounts.
  mount: { x64: 165, arm64: 40 },
  umount2: { x64: 166, arm64: 39 },
  pivot_root: { x64: 155, arm64: 41 },
  chroot: { x64: 161, arm64: 51 },
  unshare: { x64: 272, arm64: 97 },
  setns: { x64: 308, arm64: 268 },
  open_tree: { x64: 428, arm64: 428 },
  open_tree_attr: { x64: 467, arm64: 467 },
  move_mount: { x64: 429, arm64: 429 },
  fsopen: { x64: 430, arm64: 430 },
  fsconfig: { x64: 431, arm64: 431 },
  fsmount: { x64: 432, arm64: 432 },
  fspick: { x64: 433, arm64: 433 },
  mount_setattr: { x64: 442, arm64: 442 },
  statmount: { x64: 457, arm64: 457 },
  listmount: { x64: 458, arm64: 458 },
  // Parts of the kernel with a large surface.
  bpf: { x64: 321, arm64: 280 },
  perf_event_open: { x64: 298, arm64: 241 },
  add_key: { x64: 248, arm64: 217 },
  request_key: { x64: 249, arm64: 218 },
  keyctl: { x64: 250, arm64: 219 },
  userfaultfd: { x64: 323, arm64: 282 },
  modify_ldt: { x64: 154 },
  personality: { x64: 135, arm64: 92 },
  // Programs without a file, which Landlock does not check.
  execveat: { x64: 322, arm64: 281 },
  memfd_create: { x64: 319, arm64: 279 },
  memfd_secret: { x64: 447, arm64: 447 },
  // Ways to access a file without opening it.
  name_to_handle_at: { x64: 303, arm64: 264 },
  open_by_handle_at: { x64: 304, arm64: 265 },
  mknod: { x64: 133 },
  mknodat: { x64: 259, arm64: 33 },
  truncate: { x64: 76, arm64: 45 },
  inotify_init: { x64: 253 },
  inotify_init1: { x64: 294, arm64: 26 },
  inotify_add_watch: { x64: 254, arm64: 27 },
  fanotify_init: { x64: 300, arm64: 262 },
  // Permissions, owners, times and attributes of files.
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
  setxattrat: { x64: 463, arm64: 463 },
  getxattr: { x64: 191, arm64: 8 },
  lgetxattr: { x64: 192, arm64: 9 },
  fgetxattr: { x64: 193, arm64: 10 },
  getxattrat: { x64: 464, arm64: 464 },
  listxattr: { x64: 194, arm64: 11 },
  llistxattr: { x64: 195, arm64: 12 },
  flistxattr: { x64: 196, arm64: 13 },
  listxattrat: { x64: 465, arm64: 465 },
  removexattr: { x64: 197, arm64: 14 },
  lremovexattr: { x64: 198, arm64: 15 },
  fremovexattr: { x64: 199, arm64: 16 },
  removexattrat: { x64: 466, arm64: 466 },
  file_getattr: { x64: 468, arm64: 468 },
  file_setattr: { x64: 469, arm64: 469 },
  // Shared memory, semaphores and queues of the user.
  shmget: { x64: 29, arm64: 194 },
  shmat: { x64: 30, arm64: 196 },
  shmctl: { x64: 31, arm64: 195 },
  semget: { x64: 64, arm64: 190 },
  semop: { x64: 65, arm64: 193 },
  semtimedop: { x64: 220, arm64: 192 },
  semctl: { x64: 66, arm64: 191 },
  msgget: { x64: 68, arm64: 186 },
  msgsnd: { x64: 69, arm64: 189 },
  msgrcv: { x64: 70, arm64: 188 },
  msgctl: { x64: 71, arm64: 187 },
  mq_open: { x64: 240, arm64: 180 },
  mq_unlink: { x64: 241, arm64: 181 },
  // The system.
  init_module: { x64: 175, arm64: 105 },
  finit_module: { x64: 313, arm64: 273 },
  delete_module: { x64: 176, arm64: 106 },
  kexec_load: { x64: 246, arm64: 104 },
  kexec_file_load: { x64: 320, arm64: 294 },
  reboot: { x64: 169, arm64: 142 },
  swapon: { x64: 167, arm64: 224 },
  swapoff: { x64: 168, arm64: 225 },
  acct: { x64: 163, arm64: 89 },
  quotactl: { x64: 179, arm64: 60 },
  quotactl_fd: { x64: 443, arm64: 443 },
  syslog: { x64: 103, arm64: 116 },
  settimeofday: { x64: 164, arm64: 170 },
  clock_settime: { x64: 227, arm64: 112 },
  adjtimex: { x64: 159, arm64: 171 },
  clock_adjtime: { x64: 305, arm64: 266 },
  sethostname: { x64: 170, arm64: 161 },
  setdomainname: { x64: 171, arm64: 162 },
  iopl: { x64: 172 },
  ioperm: { x64: 173 },
  vhangup: { x64: 153, arm64: 58 },
})

const SOCKET: Numbers = { x64: 41, arm64: 198 }
const CONNECT: Numbers = { x64: 42, arm64: 203 }
/** Address families. */
const IPV4 = 2
const IPV6 = 10

const SOCKETPAIR: Numbers = { x64: 53, arm64: 199 }
/** The type of a socket, without its flags. */
const SOCKET_TYPE = 0xf
const STREAM = 1

/** All `CLONE_NEW…` flags. */
const NEW_NAMESPACES = 0x7e020000
/** Refused as if the kernel did not have this call: its flags are in memory, where a filter cannot check them. */
const CLONE3: Numbers = { x64: 435, arm64: 435 }

const SET_LEASE = 1024
const NOTIFY = 1026

const OPEN: Numbers = { x64: 2 }
const OPENAT: Numbers = { x64: 257, arm64: 56 }
/** Refused as if the kernel did not have this call: its flags are in memory, where a filter cannot check them. */
const OPENAT2: Numbers = { x64: 437, arm64: 437 }
const ACCESS_MODE = 3
const TRUNCATES = 0o1000

const IOCTL: Numbers = { x64: 16, arm64: 29 }
/** Terminal queries, Node's operations on its own descriptors, and sharing the blocks of a copy. */
const IOCTLS = [
  0x5401, // TCGETS
  0x802c542a, // TCGETS2
  0x5413, // TIOCGWINSZ
  0x5421, // FIONBIO
  0x541b, // FIONREAD
  0x5450, // FIONCLEX
  0x5451, // FIOCLEX
  0x40049409, // FICLONE
]

export interface CallsOptions {
  /** Whether the process may connect to servers by IP. Other kinds of sockets are never allowed. */
  readonly network: boolean
}

/**
 * The program of a filter that blocks system calls that no decoder needs: they fail with `EPERM`. The daemon creates
 * it, because a boxed process loads as few modules as possible.
 */
export function callsFilter({ network }: CallsOptions): Buffer {
  // Landlock before version 3 allows truncating a file that is opened for reading only, or for neither reading nor
  // writing.
  const opened = (flags: number) => withoutBitsWhereZero(flags, { bits: TRUNCATES, mask: ACCESS_MODE })
  const rules: [Numbers, Rule][] = [
    [SOCKET, network ? only(0, [IPV4, IPV6]) : refuse],
    ...(network ? [] : [[CONNECT, refuse] as [Numbers, Rule]]),
    // Sockets of other types can send to any socket of this machine without being connected to it.
    [SOCKETPAIR, only(1, [STREAM], SOCKET_TYPE)],
    [CLONE, withoutBits(0, NEW_NAMESPACES)],
    [CLONE3, lack],
    // A process may change only its own limits.
    [PRLIMIT64, only(0, [ITSELF])],
    [PRCTL, except(0, [SET_PARENT_DEATH_SIGNAL])],
    [FCNTL, except(1, [SET_LEASE, NOTIFY])],
    [OPEN, opened(1)],
    [OPENAT, opened(2)],
    [OPENAT2, lack],
    [IOCTL, only(1, IOCTLS)],
  ]
  return filterProgram([...rules, ...REFUSED_CALLS.map((numbers) => [numbers, refuse] as const)])
}
