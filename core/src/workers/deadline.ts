import { readdir, readFile } from 'node:fs/promises'

/** The processor time of the threads of some processes, by thread id, in milliseconds. */
type ProcessorTimes = ReadonlyMap<string, { readonly ran: number; readonly waited: number }>

/** A deadline is extended at most this many times, each time by half of its length. */
const MAX_EXTENSIONS = 20
/** Limit of threads whose times are read: a process that was taken over may have thousands. */
const MAX_THREADS = 256

/**
 * The deadline of a process with low priority, which may get hardly any processor time on a busy machine. If it has
 * waited for a processor for most of the second half of its time, it gets another half, up to ten times the deadline.
 * Only Linux tells how long a process waits; elsewhere the deadline is never extended.
 */
export class Deadline implements Disposable {
  readonly #pid: number | undefined
  readonly #halfMs: number
  readonly #onExpired: () => void
  /** Counts restarts, so that a reading that began before one has no effect after it. */
  #round = 0
  #timer: NodeJS.Timeout | undefined

  /** `pid`: the process that is waited for; the times of its child processes count as well. */
  constructor(ms: number, { pid, onExpired }: { readonly pid: number | undefined; readonly onExpired: () => void }) {
    this.#pid = pid
    this.#halfMs = ms / 2
    this.#onExpired = onExpired
    this.restart()
  }

  /** Starts the time again. */
  restart(): void {
    this[Symbol.dispose]()
    const round = this.#round
    this.#timer = setTimeout(() => this.#watchHalf(round, 0), this.#halfMs)
  }

  [Symbol.dispose](): void {
    this.#round++
    clearTimeout(this.#timer)
  }

  #watchHalf(round: number, extensions: number): void {
    const before = processorTimes(this.#pid)
    this.#timer = setTimeout(() => void this.#judge(before, { round, extensions }), this.#halfMs)
  }

  async #judge(
    before: Promise<ProcessorTimes>,
    { round, extensions }: { readonly round: number; readonly extensions: number },
  ): Promise<void> {
    const [was, is] = await Promise.all([before, processorTimes(this.#pid)])
    if (round !== this.#round) return
    if (extensions < MAX_EXTENSIONS && isStarved(was, is, this.#halfMs)) this.#watchHalf(round, extensions + 1)
    else this.#onExpired()
  }
}

/** Whether a thread has waited for a processor for most of this time, and all of them together ran for less. */
function isStarved(before: ProcessorTimes, now: ProcessorTimes, ms: number): boolean {
  let [ran, waited] = [0, 0]
  for (const [id, times] of now) {
    const first = before.get(id) ?? { ran: 0, waited: 0 }
    ran += times.ran - first.ran
    waited = Math.max(waited, times.waited - first.waited)
  }
  return waited > ms / 2 && ran < ms / 2
}

/** Reads the times of a process and its descendants. Threads that cannot be read are left out. */
async function processorTimes(pid: number | undefined): Promise<ProcessorTimes> {
  const times = new Map<string, { ran: number; waited: number }>()
  if (process.platform !== 'linux' || pid === undefined) return times
  const pids = [String(pid)]
  for (const id of pids) {
    for (const thread of await readdir(`/proc/${id}/task`).catch(() => [])) {
      if (times.size >= MAX_THREADS) return times
      const folder = `/proc/${id}/task/${thread}`
      // Nanoseconds on a processor, and nanoseconds of waiting for one; see proc(5) and sched-stats in the kernel's
      // documentation.
      const [ran, waited] = (await readOrEmpty(`${folder}/schedstat`)).split(' ').map((ns) => Number(ns) / 1_000_000)
      if (ran !== undefined && waited !== undefined) times.set(thread, { ran, waited })
      pids.push(...(await readOrEmpty(`${folder}/children`)).split(' ').filter(Boolean))
    }
  }
  return times
}

function readOrEmpty(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}
