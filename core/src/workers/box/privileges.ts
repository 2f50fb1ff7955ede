import { readFileSync } from 'node:fs'
import { ITSELF, numberOn, PRCTL, PRLIMIT64, SET_PARENT_DEATH_SIGNAL, type SystemCalls } from './system-call.ts'

const SIGKILL = 9
const SET_NO_NEW_PRIVS = 38

/** Ensures that programs which this thread starts gain no privileges. Both Landlock and seccomp require this. */
export function gainNoRights(calls: SystemCalls): void {
  calls.call('prctl', numberOn(PRCTL)!, SET_NO_NEW_PRIVS, 1)
}

/** Makes the system end this process when its parent ends. The filter of a box makes this final. */
export function endWithParent(calls: SystemCalls): void {
  calls.call('prctl', numberOn(PRCTL)!, SET_PARENT_DEATH_SIGNAL, SIGKILL)
}

const CAPGET = { x64: 125, arm64: 90 }
const CAPSET = { x64: 126, arm64: 91 }
/** `_LINUX_CAPABILITY_VERSION_3`. */
const VERSION = 0x20080522
/** Two blocks of 32 capabilities each: effective, permitted, inheritable. */
const SETS_BYTES = 24
/**
 * The right to read files of other users: a daemon of root may have to decode them. The box still limits which files.
 */
const DAC_READ_SEARCH = 1 << 2

/**
 * Gives up the rights that root has, except reading files, for this thread and everything it starts. Other users have
 * none to give up. `gainNoRights` makes this final.
 */
export function dropCapabilities(calls: SystemCalls): void {
  const header = Buffer.alloc(8)
  header.writeUInt32LE(VERSION, 0)
  const held = Buffer.alloc(SETS_BYTES)
  calls.call('capget', numberOn(CAPGET)!, calls.addressOf(header), calls.addressOf(held))
  const kept = Buffer.alloc(SETS_BYTES)
  for (const at of [0, 4]) kept.writeUInt32LE((held.readUInt32LE(at) & DAC_READ_SEARCH) >>> 0, at)
  calls.call('capset', numberOn(CAPSET)!, calls.addressOf(header), calls.addressOf(kept))
}

const TASKS = 6
/**
 * Number of additional processes and threads. Programs with many threads start some hundred. The limit is for all
 * processes of the user together.
 */
const MORE_TASKS = 4_000

/**
 * Limits the user to `MORE_TASKS` more processes and threads than the system has now. The limit applies to this process
 * and everything it starts, so that they cannot use up all process ids. The system exempts root.
 */
export function limitTasks(calls: SystemCalls): void {
  const limits = Buffer.alloc(16)
  calls.call('prlimit64', numberOn(PRLIMIT64)!, ITSELF, TASKS, 0, calls.addressOf(limits))
  // See proc_loadavg(5): running and existing tasks.
  const existing = Number(/\/(\d+)/.exec(readFileSync('/proc/loadavg', 'utf8'))![1])
  const most = BigInt(existing + MORE_TASKS)
  for (const at of [0, 8]) if (limits.readBigUInt64LE(at) > most) limits.writeBigUInt64LE(most, at)
  calls.call('prlimit64', numberOn(PRLIMIT64)!, ITSELF, TASKS, calls.addressOf(limits))
}
