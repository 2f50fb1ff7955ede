import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { CoreError, errorMessage } from '../../util/errors.ts'

export interface ProgramStart {
  /** A path, or a name that is looked for on PATH. */
  readonly program: string
  /** What it is called in messages. */
  readonly name: string
  readonly args: readonly string[]
  readonly input?: Uint8Array | undefined
  readonly env?: NodeJS.ProcessEnv
}

export interface StreamOptions extends ProgramStart {
  /** Milliseconds it may take in all, but for those in which nobody waits for it. */
  readonly deadlineMs?: number
  /** Milliseconds in which it must print something. */
  readonly silenceMs?: number
  /** Aborting ends it, and throws what it was aborted with. */
  readonly signal?: AbortSignal
  /**
   * What is thrown where it fails, made from the last lines it complained with and from how it ended (`ended with 1`); null
   * for `Unavailable`. `crashed`: it did not end by itself.
   */
  readonly failure?: (complaint: string, how: string, crashed: boolean) => Error | null
}

export interface CollectOptions extends ProgramStart {
  readonly deadlineMs: number
  /** Bytes it may print. */
  readonly maxBytes: number
}

/** What is kept of what a program complains about, in characters: its end says why it gave up. */
const KEPT_COMPLAINT = 2_000

/**
 * Runs a program without a shell and hands out what it prints, no faster than it is taken. However much the program
 * complains, it is gone when this ends, also where nobody takes the rest; so it is when this process is ended, being of its
 * group.
 *
 * Throws `Timeout`; what the signal was aborted with; `Unavailable` where it cannot be started, and where it fails or crashes
 * unless `failure` says otherwise.
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
    // The box of a pool without programs refuses every start.
    throw notStarted(err)
  }
  const { stdin, stdout, stderr } = child as ChildProcess & { stdout: Readable; stderr: Readable }
  let left = deadlineMs
  let complaint = ''
  stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(-KEPT_COMPLAINT)
  })
  // A program that does not read to the end says itself why.
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
      // Where nothing can be read of it any more, it says itself why.
      const next = chunks.next().catch((err: unknown) => ended.then(() => Promise.reject(err)))
      // Where it is given up, the stream is closed under it.
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
    // What it has started may hold them open.
    stdout.destroy()
    stderr.destroy()
  }
}

/** Runs a program to its end and returns what it printed. Throws as `streamProgram` does, and where it prints too much. */
export async function collectProgram({ maxBytes, ...start }: CollectOptions): Promise<Buffer> {
  const tooMuch = new CoreError('Unavailable', `${start.name} prints without end`)
  return collect(streamProgram(start), { maxBytes, tooMuch })
}

/** All that is printed. Throws `tooMuch` where that is more than `maxBytes`. */
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
