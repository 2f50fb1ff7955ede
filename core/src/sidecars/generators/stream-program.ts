import { spawn } from 'node:child_process'
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
  /** What is thrown where it fails, made from the last lines it complained with. */
  readonly failure?: (complaint: string) => Error
}

export interface CollectOptions extends ProgramStart {
  readonly deadlineMs: number
  /** Bytes it may print. */
  readonly maxBytes: number
}

/** What is kept of what a program complains about, in characters: its end says why it gave up. */
const KEPT_COMPLAINT = 2_000

/**
 * Runs a program without a shell and hands out what it prints, no faster than it is taken. Throws `Timeout`; `Unavailable`
 * where it cannot be started, fails or crashes. However much it complains, it is gone when this ends, also where nobody
 * takes the rest; so it is when this process is ended, being of its group.
 */
export async function* streamProgram(options: StreamOptions): AsyncGenerator<Buffer> {
  const { program, name, args, input, env, failure } = options
  const { deadlineMs = Infinity, silenceMs = Infinity } = options
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], ...(env && { env }) })
  let left = deadlineMs
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(-KEPT_COMPLAINT)
  })
  // A program that does not read to the end says itself why.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.on('error', (cause) =>
      reject(new CoreError('Unavailable', `${name} could not be started: ${errorMessage(cause)}`, { cause })),
    )
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  ended.catch(() => {})
  const inTime = async <T>(step: Promise<T>): Promise<T> => {
    const begun = performance.now()
    const limit = Math.min(left, silenceMs)
    const { promise: late, reject } = Promise.withResolvers<never>()
    const over = left <= silenceMs ? deadlineMs : silenceMs
    const tooLate = () => reject(new CoreError('Timeout', `${name} did not answer within ${over / 1_000} s`))
    const timer = limit === Infinity ? undefined : setTimeout(tooLate, Math.max(0, limit))
    try {
      return await Promise.race([step, late])
    } finally {
      clearTimeout(timer)
      left -= performance.now() - begun
    }
  }
  try {
    const chunks = child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    for (;;) {
      const next = chunks.next()
      // Where it is given up, the stream is closed under it.
      next.catch(() => {})
      const { done, value } = await inTime(next)
      if (done) break
      yield value
    }
    const { code, signal } = await inTime(ended)
    if (code === 0) return
    if (failure && code !== null) throw failure(complaint.trim())
    const last = complaint.trim().split('\n').at(-1)
    const how = signal ? `was ended by ${signal}` : `ended with ${code}`
    throw new CoreError('Unavailable', last ? `${name} ${how}: ${last}` : `${name} ${how}`)
  } finally {
    child.kill('SIGKILL')
    // What it has started may hold them open.
    child.stdout.destroy()
    child.stderr.destroy()
  }
}

/** Runs a program to its end and returns what it printed. Throws as `streamProgram` does, and where it prints too much. */
export async function collectProgram({ maxBytes, ...start }: CollectOptions): Promise<Buffer> {
  const printed: Buffer[] = []
  let bytes = 0
  for await (const chunk of streamProgram(start)) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new CoreError('Unavailable', `${start.name} prints without end`)
    printed.push(chunk)
  }
  return Buffer.concat(printed)
}
