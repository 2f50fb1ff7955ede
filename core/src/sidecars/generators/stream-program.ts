import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { CoreError, errorMessage } from '../../util/errors.ts'

export interface ProgramStart {
  /** A path, or a name to look up on PATH. */
  readonly program: string
  /** The program's name in messages. */
  readonly name: string
  readonly args: readonly string[]
  readonly input?: Uint8Array | undefined
  readonly env?: NodeJS.ProcessEnv
}

export interface StreamOptions extends ProgramStart {
  /** Limit on the total time, in milliseconds. Time in which the caller does not wait for output is not counted. */
  readonly deadlineMs?: number
  /** Limit on the time between two outputs, in milliseconds. */
  readonly silenceMs?: number
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
  const { deadlineMs = Infinity, silenceMs = Infinity } = options
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
  let left = deadlineMs
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
  const inTime = async <T>(step: Promise<T>): Promise<T> => {
    stop?.throwIfAborted()
    const begun = performance.now()
    const limit = Math.min(left, silenceMs)
    const { promise: late, reject } = Promise.withResolvers<never>()
    const over = left <= silenceMs ? deadlineMs : silenceMs
    const tooLate = () => reject(new CoreError('Timeout', `${name} did not answer within ${over / 1_000} s`))
    const timer = limit === Infinity ? undefined : setTimeout(tooLate, Math.max(0, limit))
    const onAbort = () => reject(stop!.reason)
    stop?.addEventListener('abort', onAbort, { once: true })
    try {
      return await Promise.race([step, late])
    } finally {
      clearTimeout(timer)
      stop?.removeEventListener('abort', onAbort)
      left -= performance.now() - begun
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
