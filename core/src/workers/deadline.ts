import { readdir, readFile } from 'node:fs/promises'
import { heard } from '../util/heard.ts'

/** The system's facts about a thread: how long it ran and how long it waited for a processor, in milliseconds. */
export interface ThreadTimes {
  readonly ran: number
  readonly waited: number
  /** Whether it is running or waiting for a processor at this moment. */
  readonly isRunnable: boolean
}

/** The times of threads, by thread id. */
export type ProcessorTimes = ReadonlyMap<string, ThreadTimes>

export interface DeadlineOptions {
  /** Called with the number of milliseconds that have passed. */
  readonly onExpired: (ms: number) => void
  /** Returns the times of the process with the deadline, and of its child processes. */
  readonly times: () => Promise<ProcessorTimes>
}

/** A deadline is extended to at most this many times its length. */
const MAX_TIMES = 10
/** It is extended by half of its length each time. */
const MAX_EXTENSIONS = (MAX_TIMES - 1) * 2
/** Limit on the threads that are checked: a process that an attacker controls may have thousands. */
const MAX_THREADS = 256

/**
 * The deadline of a process with low priority, which may get hardly any processor time on a busy machine. If it was
 * waiting for a processor during most of the last half of the deadline, the deadline is extended by another half, up
 * to ten times its length.
 */
export class Deadline implements Disposable {
  readonly #ms: number
  readonly #options: DeadlineOptions
  /** Counts restarts, so that a reading that began before a restart has no effect after it. */
  #round = 0
  #timer: NodeJS.Timeout | undefined

  constructor(ms: number, options: DeadlineOptions) {
    this.#ms = ms
    this.#options = options
    this.restart()
  }

  /** Restarts the deadline. */
  restart(): void {
    this[Symbol.dispose]()
    const round = this.#round
    this.#timer = setTimeout(() => this.#watchHalf(round, 0), this.#ms / 2)
  }

  [Symbol.dispose](): void {
    this.#round++
    clearTimeout(this.#timer)
  }

  #watchHalf(round: number, extensions: number): void {
    const begun = performance.now()
    const before = heard(this.#options.times())
    this.#timer = setTimeout(() => void heard(this.#judge(before, { begun, round, extensions })), this.#ms / 2)
  }

  async #judge(
    before: Promise<ProcessorTimes>,
    { begun, extensions, round }: { readonly begun: number; readonly extensions: number; readonly round: number },
  ): Promise<void> {
    const isExtended = extensions < MAX_EXTENSIONS && (await this.#wasStarved(before, begun).catch(() => false))
    if (round !== this.#round) return
    if (isExtended) this.#watchHalf(round, extensions + 1)
    else this.#options.onExpired(this.#ms * (1 + extensions / 2))
  }

  /**
   * Whether at least one thread waited for a processor for more than half of the time, and all threads together ran
   * for less than half of it.
   */
  async #wasStarved(before: Promise<ProcessorTimes>, begun: number): Promise<boolean> {
    const [was, is] = [await before, await this.#options.times()]
    const elapsed = performance.now() - begun
    let [ran, waited] = [0, 0]
    for (const [id, times] of is) {
      const first = was.get(id)
      ran += times.ran - (first?.ran ?? 0)
      waited = Math.max(waited, first ? waitedBetween(first, times, elapsed) : times.waited)
    }
    const half = this.#ms / 4
    return waited > half && ran < half
  }
}

/**
 * The time that a thread has waited between two readings. The system counts a wait only when it ends, so a thread that
 * never got a processor may still be waiting.
 */
function waitedBetween(first: ThreadTimes, now: ThreadTimes, elapsedMs: number): number {
  const hasHadNoTurn = first.isRunnable && now.isRunnable && now.ran === first.ran
  return hasHadNoTurn ? elapsedMs : now.waited - first.waited
}

/**
 * Reads the times of a process and its descendants; threads that cannot be read are left out. Never rejects. Only
 * Linux reports how long a thread waits; on other systems, the result is empty.
 */
export async function processorTimes(pid: number | undefined): Promise<ProcessorTimes> {
  const times = new Map<string, ThreadTimes>()
  if (process.platform !== 'linux' || pid === undefined) return times
  const pids = [String(pid)]
  let looked = 0
  for (const id of pids) {
    for (const thread of await readdir(`/proc/${id}/task`).catch(() => [])) {
      if (looked++ >= MAX_THREADS) return times
      const folder = `/proc/${id}/task/${thread}`
      const [schedstat, stat, children] = await Promise.all(
        ['schedstat', 'stat', 'children'].map((name) => readFile(`${folder}/${name}`, 'utf8').catch(() => '')),
      )
      // Nanoseconds on a processor, and of waiting for one (scheduler/sched-stats in the documentation of Linux).
      const [ran, waited] = schedstat!.split(' ').map((ns) => Number(ns) / 1_000_000)
      const isRunnable = stat!.slice(stat!.lastIndexOf(')')).startsWith(') R')
      if (ran !== undefined && waited !== undefined) times.set(thread, { ran, waited, isRunnable })
      for (const child of children!.split(' ')) if (child !== '' && pids.length < MAX_THREADS) pids.push(child)
    }
  }
  return times
}
