import { readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { systemCode } from '../util/errors.ts'

/** The system's facts about a thread. */
export interface ThreadTimes {
  /** Processor time since its start, in milliseconds. */
  readonly ran: number
  /** Whether it is running or waiting for a processor at this moment. */
  readonly isRunnable: boolean
}

/** The times of threads, by thread id. */
export type ProcessorTimes = ReadonlyMap<string, ThreadTimes>

/** Limit on the threads that are read: a process that an attacker controls may have thousands. */
const MAX_THREADS = 256
/** The unit of times in `/proc`, which is the same on every processor that Node supports (proc(5), `USER_HZ`). */
const TICK_MS = 10
/** The positions of times in `/proc/<pid>/stat`, counted from the state; see proc(5). */
const [USER_TIME, SYSTEM_TIME, CHILDREN_USER_TIME, CHILDREN_SYSTEM_TIME] = [11, 12, 13, 14]

/**
 * Reads the times of a process and its descendants; threads that cannot be read are left out. In a box, only the total
 * of the process itself can be read. It then counts as that of one of `sharedBy` threads which share the work. Null if
 * the system does not tell the times, as on systems other than Linux. Never rejects.
 */
export async function processorTimes(pid: number | undefined, sharedBy = 1): Promise<ProcessorTimes | null> {
  if (process.platform !== 'linux' || pid === undefined) return null
  const times = new Map<string, ThreadTimes>()
  const pids = [String(pid)]
  let isRefused = false
  for (const id of pids) {
    const threads = await readdir(`/proc/${id}/task`).catch((err: unknown) => {
      isRefused ||= systemCode(err) === 'EACCES'
      return []
    })
    for (const thread of threads) {
      if (times.size >= MAX_THREADS) return times
      const [stat, children] = await Promise.all(
        ['stat', 'children'].map((name) => readFile(`/proc/${id}/task/${thread}/${name}`, 'utf8').catch(() => '')),
      )
      const read = parseStat(stat!)
      if (read) times.set(thread, read)
      for (const child of children!.split(' ')) if (child !== '' && pids.length < MAX_THREADS) pids.push(child)
    }
  }
  if (times.size > 0) return times
  return isRefused ? partOf(pid, sharedBy) : null
}

/**
 * The processor time, in milliseconds, of all programs that this process has started and that have ended. It is 0 where
 * the system does not tell it.
 */
export function programsMs(): number {
  if (process.platform !== 'linux') return 0
  try {
    const fields = fieldsOf(readFileSync('/proc/self/stat', 'latin1'))
    return (Number(fields[CHILDREN_USER_TIME]) + Number(fields[CHILDREN_SYSTEM_TIME])) * TICK_MS
  } catch {
    return endedChildrenMs()
  }
}

/** The fields from the state on. The name of the program before it may contain anything, and ends in a parenthesis. */
function fieldsOf(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function parseStat(stat: string): ThreadTimes | null {
  const fields = fieldsOf(stat)
  const ran = (Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) * TICK_MS
  return Number.isFinite(ran) ? { ran, isRunnable: fields[0] === 'R' } : null
}

/** The kind of a clock that counts the time that a process has run; see clock_getcpuclockid(3). */
const PROCESS_CLOCK = 2

/** The share of a thread in the total of a process. Unlike files in `/proc`, a clock can also be read in a box. */
function partOf(pid: number, sharedBy: number): ProcessorTimes | null {
  const time = Buffer.alloc(16)
  if (!callC((library) => library.clock_gettime((~pid << 3) | PROCESS_CLOCK, pointerTo(time)))) return null
  const total = Number(time.readBigInt64LE(0)) * 1_000 + Number(time.readBigInt64LE(8)) / 1_000_000
  return new Map([[String(pid), { ran: total / sharedBy, isRunnable: false }]])
}

/** See getrusage(2). */
const ENDED_CHILDREN = -1
const USAGE_BYTES = 256

function endedChildrenMs(): number {
  const usage = Buffer.alloc(USAGE_BYTES)
  if (!callC((library) => library.getrusage(ENDED_CHILDREN, pointerTo(usage)))) return 0
  const [userS, userUs, systemS, systemUs] = [0, 8, 16, 24].map((at) => Number(usage.readBigInt64LE(at)))
  return (userS! + systemS!) * 1_000 + (userUs! + systemUs!) / 1_000
}

let library: Library | undefined

interface Library {
  clock_gettime(clock: number, into: bigint): number
  getrusage(who: number, into: bigint): number
}

/** Calls a function of the C library. Returns whether it succeeded; this Node or this box may refuse such calls. */
function callC(call: (library: Library) => number): boolean {
  if (!isBuiltin('node:ffi')) return false
  try {
    const signature = { arguments: ['int32', 'pointer'], return: 'int32' } as const
    library ??= process
      .getBuiltinModule('node:ffi')
      .dlopen(null, { clock_gettime: signature, getrusage: signature }).functions
    return call(library) === 0
  } catch {
    return false
  }
}

function pointerTo(bytes: Buffer): bigint {
  return process.getBuiltinModule('node:ffi').getRawPointer(bytes)
}
