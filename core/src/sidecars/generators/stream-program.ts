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
  const { program, name, args, input, env, failure, signal: stop } = options
  const { deadlineMs = Infinity, isProgress = () => true, silenceMs = Infinity, threads } = options
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
  /** Set when the program must stop. Steps that wait then fail at once. */
  const over: { reason: unknown; tell: ((reason: unknown) => void) | null } = { reason: null, tell: null }
  const end = (reason: unknown) => {
    over.reason ??= reason
    over.tell?.(reason)
  }
  const onAbort = () => end(stop!.reason)
  stop?.addEventListener('abort', onAbort, { once: true })
  const limited = (ms: number, done: string) =>
    new Deadline(ms, {
      onExpired: (phrase) => end(new CoreError('Timeout', `${name} ${done} after ${phrase}`)),
      times: () => processorTimes(child.pid, threads),
    })
  const deadline = deadlineMs === Infinity ? null : limited(deadlineMs, 'was not done')
  const silence: { clock: Deadline | null } = { clock: null }
  const inTime = async <T>(step: Promise<T>): Promise<T> => {
    if (over.reason !== null) throw over.reason
    if (silenceMs !== Infinity) silence.clock ??= limited(silenceMs, 'had printed nothing new')
    const { promise, reject } = Promise.withResolvers<never>()
    over.tell = reject
    try {
      return await Promise.race([step, promise])
    } finally {
      over.tell = null
    }
  }
  try {
    const chunks = stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    for (;;) {
      // If the output breaks off, the end of the program gives the reason.
      const next = chunks.next().catch((err: unknown) => ended.then(() => Promise.reject(err)))
      // If the caller stops early, the stream is closed during this read, which then fails.
      next.catch(() => {})
      const { done, value } = await inTime(next)
      if (done) break
      if (isProgress(value)) {
        silence.clock?.[Symbol.dispose]()
        silence.clock = null
      }
      yield value
    }
    const { code, signal } = await inTime(ended)
    if (code === 0) return
    const how = signal ? `was ended by ${signal}` : `ended with ${code}`
    const failed = failure?.(complaint.trim(), how, signal !== null)
    if (failed) throw failed
    const last = complaint.trim().split('\n').at(-1)
    throw new CoreError('Unavailable', last ? `${name} ${how}: ${last}` : `${name} ${how}`)
  } finally {
    for (const clock of [deadline, silence.clock]) clock?.[Symbol.dispose]()
    stop?.removeEventListener('abort', onAbort)
    child.kill('SIGKILL')
    // Child processes of the program may hold the streams open.
    stdout.destroy()
    stderr.destroy()
  }
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
