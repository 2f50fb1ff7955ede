import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { CoreError, errorMessage } from '../../util/errors.ts'
import { Deadline, processorTimes } from '../../workers/index.ts'

export interface ProgramStart {
  /** A path, or a name to look up on PATH. */
  readonly program: string
  /** The program's name in messages. */
  readonly name: string
  readonly args: readonly string[]
  /** Number of threads among which the program divides its work; 1 by default. */
  readonly threads?: number
  readonly input?: Uint8Array | undefined
  readonly env?: NodeJS.ProcessEnv
}

export interface StreamOptions extends ProgramStart {
  /** Limit on the processor time of the whole run, in milliseconds; see `Deadline`. The caller must not keep it waiting. */
  readonly deadlineMs?: number
  /** Limit on the processor time between two outputs, in milliseconds. */
  readonly silenceMs?: number
  /** Whether an output is a sign of progress. Without one, `silenceMs` goes on. By default, every output is one. */
  readonly isProgress?: (chunk: Buffer) => boolean
  /** Aborting kills the program, and throws the signal's reason. */
  readonly signal?: AbortSignal
  /**
   * Returns the error to throw if the program fails, from the last lines of its error output and from its end (`ended
   * with 1`); null for the default `Unavailable`. `crashed`: a signal ended the program.
   */
  readonly failure?: (complaint: string, how: string, crashed: boolean) => Error | null
}

export interface CollectOptions extends ProgramStart {
  readonly deadlineMs: number
  /** Limit on output bytes. */
  readonly maxBytes: number
}

/** Characters kept of a program's error output: its last lines tell why it failed. */
const KEPT_COMPLAINT = 2_000

/**
 * Runs a program without a shell and yields its output. If the caller is slow, the program has to wait. When the
 * iteration ends, the program has ended, even if the caller stops early or the program prints many errors. It is in
 * the process group of this process, so it also ends with it.
 *
 * Throws `Timeout`, the signal's reason, and `Unavailable` if the program cannot be started. If the program fails or
 * crashes, throws the error that `failure` returns, or else `Unavailable`.
 */
export async function* streamProgram(options: StreamOptions): AsyncGenerator<Buffer> {
  const { program, name, args, input, env, failure, isProgress = () => true, signal: stop } = options
  stop?.throwIfAborted()
  const notStarted = (cause: unknown) =>
    new CoreError('Unavailable', `${name} could not be started: ${errorMessage(cause)}`, { cause })
  let child: ChildProcess
  try {
    child = spawn(program, args, { stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'], ...(env && { env }) })
  } catch (err) {
    // In a pool without programs, the sandbox refuses every start.
    throw notStarted(err)
  }
  const { stdin, stdout, stderr } = child as ChildProcess & { stdout: Readable; stderr: Readable }
  let complaint = ''
  stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(-KEPT_COMPLAINT)
  })
  // A program that does not read all its input reports the reason itself.
  stdin?.on('error', () => {})
  stdin?.end(input)
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.on('error', (cause) => reject(notStarted(cause)))
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  ended.catch(() => {})
  using limits = new RunLimits(child, options)
  try {
    const chunks = stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    for (;;) {
      // If the output breaks off, the end of the program gives the reason.
      const next = chunks.next().catch((err: unknown) => ended.then(() => Promise.reject(err)))
      // If the caller stops early, the stream is closed during this read, which then fails.
      next.catch(() => {})
      const { done, value } = await limits.wait(next)
      if (done) break
      if (isProgress(value)) limits.restartSilence()
      yield value
    }
    const { code, signal } = await limits.wait(ended)
    if (code === 0) return
    const how = signal ? `was ended by ${signal}` : `ended with ${code}`
    const failed = failure?.(complaint.trim(), how, signal !== null)
    if (failed) throw failed
    const last = complaint.trim().split('\n').at(-1)
    throw new CoreError('Unavailable', last ? `${name} ${how}: ${last}` : `${name} ${how}`)
  } finally {
    child.kill('SIGKILL')
    // Child processes of the program may hold the streams open.
    stdout.destroy()
    stderr.destroy()
  }
}

/** The limits of a program that runs. When one of them is reached, what waits for the program fails. */
class RunLimits implements Disposable {
  readonly #options: StreamOptions
  readonly #child: ChildProcess
  readonly #deadline: Deadline | null
  #silence: Deadline | null = null
  /** Set when the program must stop. */
  #over: Error | null = null
  #tell: ((reason: Error) => void) | null = null

  constructor(child: ChildProcess, options: StreamOptions) {
    this.#child = child
    this.#options = options
    this.#deadline = this.#start(options.deadlineMs, 'was not done')
    options.signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** Waits for a step of the program, as long as the limits allow it. */
  async wait<T>(step: Promise<T>): Promise<T> {
    if (this.#over) throw this.#over
    this.#silence ??= this.#start(this.#options.silenceMs, 'had printed nothing new')
    const { promise, reject } = Promise.withResolvers<never>()
    this.#tell = reject
    try {
      return await Promise.race([step, promise])
    } finally {
      this.#tell = null
    }
  }

  /** Restarts the limit on silence when the next step is waited for. */
  restartSilence(): void {
    this.#silence?.[Symbol.dispose]()
    this.#silence = null
  }

  [Symbol.dispose](): void {
    for (const each of [this.#deadline, this.#silence]) each?.[Symbol.dispose]()
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
  }

  #start(ms: number | undefined, what: string): Deadline | null {
    if (ms === undefined) return null
    const { name, threads } = this.#options
    return new Deadline(ms, {
      onExpired: (phrase) => this.#end(new CoreError('Timeout', `${name} ${what} after ${phrase}`)),
      times: () => processorTimes(this.#child.pid, threads),
    })
  }

  #end(reason: Error): void {
    this.#over ??= reason
    this.#tell?.(reason)
  }

  readonly #onAbort = () => this.#end(this.#options.signal!.reason as Error)
}

/** Runs a program to its end and returns its output. Throws like `streamProgram`, and if there is too much output. */
export async function collectProgram({ maxBytes, ...start }: CollectOptions): Promise<Buffer> {
  const tooMuch = new CoreError('Unavailable', `${start.name} prints without end`)
  return collect(streamProgram(start), { maxBytes, tooMuch })
}

/** Collects all chunks. Throws `tooMuch` if they have more than `maxBytes`. */
export async function collect(
  chunks: AsyncIterable<Buffer>,
  { maxBytes, tooMuch }: { readonly maxBytes: number; readonly tooMuch: Error },
): Promise<Buffer> {
  const printed: Buffer[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > maxBytes) throw tooMuch
    printed.push(chunk)
  }
  return Buffer.concat(printed)
}
