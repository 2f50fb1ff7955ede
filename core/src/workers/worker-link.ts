import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type ResourceLimits, type Transferable, Worker } from 'node:worker_threads'
import { type ProcessorTimes, processorTimes } from './processor-times.ts'

/** A started thread or process. */
export interface WorkerLink {
  /** Whether messages can carry shared memory. */
  readonly sharesMemory: boolean
  /** Sends a message. If the worker has ended, the message is lost. */
  post(message: unknown, transfer?: readonly Transferable[]): void
  /** Sets whether the worker keeps the current process alive; at first, it does. */
  keepAlive(isNeeded: boolean): void
  /** The processor times of the worker; null if the system does not tell them. */
  times(): Promise<ProcessorTimes | null>
  /**
   * Ends the worker, and resolves when it has ended. A thread in a call to a file system ends when the call returns.
   */
  end(): Promise<void>
}

export interface LinkEvents {
  readonly onMessage: (message: unknown) => void
  /** Called once when the worker has ended, by itself or by `end`. */
  readonly onEnd: (end: WorkerEnd) => void
}

/** How a worker ended. */
export interface WorkerEnd {
  /** The error that a thread threw, or the last output of a process; undefined if there is none. */
  readonly error: unknown
  /** The exit code, or the signal that ended a process; null if the process was not started. */
  readonly code: number | string | null
}

/** A description of a worker, with a function that starts it. */
export interface Startable {
  /** The purpose of the worker; used in errors. */
  readonly name: string
  start(events: LinkEvents): WorkerLink
}

export interface ThreadStart {
  /** The module of the thread. */
  readonly entry: URL
  /** The name of the thread, for debuggers. */
  readonly name: string
  /** The data that the thread starts with. */
  readonly data?: unknown
  readonly resourceLimits?: ResourceLimits
  /** Whether the output of the thread is discarded. */
  readonly isSilent?: boolean
}

export interface ProcessStart {
  /** The module of the process. */
  readonly entry: URL
  readonly name: string
  /** Options of Node. */
  readonly execArgv?: readonly string[]
}

/** Maximum number of characters of a process's last output that are kept as its error. */
const MAX_OUTPUT = 2_000

/** Describes a thread of the current process. */
export function inThread({ data, entry, isSilent = false, name, resourceLimits }: ThreadStart): Startable {
  const start = ({ onEnd, onMessage }: LinkEvents): WorkerLink => {
    const worker = new Worker(entry, {
      name,
      workerData: data,
      stdout: isSilent,
      stderr: isSilent,
      ...(resourceLimits && { resourceLimits }),
    })
    if (isSilent) for (const output of [worker.stdout, worker.stderr]) output.resume()
    let error: unknown
    worker.on('message', onMessage)
    worker.on('error', (err) => (error = err))
    // This event always follows an error.
    worker.on('exit', (code) => onEnd({ error, code }))
    return {
      sharesMemory: true,
      post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
      keepAlive: (isNeeded) => (isNeeded ? worker.ref() : worker.unref()),
      times: () => threadTimes(worker),
      end: async () => void (await worker.terminate()),
    }
  }
  return { name, start }
}

/** A thread that has not told its times after this many milliseconds is in a call that does not return. */
const TELL_MS = 1_000

/**
 * The times of a thread, which it tells itself, also in the middle of a computation. Null while it is in a call to the
 * system or to native code that does not return.
 */
async function threadTimes(worker: Worker): Promise<ProcessorTimes | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>()
  const timer = setTimeout(() => resolve(null), TELL_MS).unref()
  try {
    const used = await Promise.race([worker.cpuUsage(), late])
    return used && new Map([['thread', { ran: (used.user + used.system) / 1_000, isRunnable: false }]])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Describes a separate process. Unlike a thread, it can be killed while it waits for a file system that does not
 * answer.
 */
export function inProcess({ entry, execArgv = [], name }: ProcessStart): Startable {
  const start = ({ onEnd, onMessage }: LinkEvents): WorkerLink => {
    const child = fork(fileURLToPath(entry), {
      execArgv: [...execArgv],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let output = ''
    child.stderr?.setEncoding('utf8')
    child.stderr?.on('data', (text: string) => (output = (output + text).slice(-MAX_OUTPUT)))
    child.on('message', onMessage)
    child.on('error', (err) => (output += String(err)))
    child.on('close', (code, signal) => onEnd({ error: output.trim() || undefined, code: signal ?? code }))
    return {
      sharesMemory: false,
      post: (message) => {
        // If the process has just ended, the `close` event follows.
        if (child.connected) child.send(message as object, () => {})
      },
      keepAlive(isNeeded) {
        for (const each of [child, child.channel]) {
          if (isNeeded) each?.ref()
          else each?.unref()
        }
      },
      times: () => processorTimes(child.pid),
      // If the process is in a call to a file system, it ends only when the call returns. So the result is not
      // awaited.
      end: async () => void child.kill('SIGKILL'),
    }
  }
  return { name, start }
}
