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
/** The positions of user time and system time in `/proc/<pid>/stat`, counted from the state; see proc(5). */
const [USER_TIME, SYSTEM_TIME] = [11, 12]

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

/** The name of the program, which may contain anything, is between the first and the last parenthesis. */
function parseStat(stat: string): ThreadTimes | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ran = (Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) * TICK_MS
  return Number.isFinite(ran) ? { ran, isRunnable: fields[0] === 'R' } : null
}

/** The kind of a clock that counts the time that a process has run; see clock_getcpuclockid(3). */
const PROCESS_CLOCK = 2

/** The share of a thread in the total of a process. Unlike files in `/proc`, a clock can also be read in a box. */
function partOf(pid: number, threads: number): ProcessorTimes | null {
  if (!isBuiltin('node:ffi')) return null
  const time = Buffer.alloc(16)
  try {
    if (clock().read((~pid << 3) | PROCESS_CLOCK, time) !== 0) return null
  } catch {
    // This Node or this box refuses calls into the C library.
    return null
  }
  const total = Number(time.readBigInt64LE(0)) * 1_000 + Number(time.readBigInt64LE(8)) / 1_000_000
  return new Map([[String(pid), { ran: total / threads, isRunnable: false }]])
}

let opened: { read(id: number, into: Buffer): number } | undefined

function clock() {
  const ffi = process.getBuiltinModule('node:ffi')
  if (!opened) {
    const signature = { arguments: ['int32', 'pointer'], return: 'int32' } as const
    const { functions } = ffi.dlopen(null, { clock_gettime: signature })
    opened = { read: (id, into) => Number(functions.clock_gettime(id, ffi.getRawPointer(into))) }
  }
  return opened
}
