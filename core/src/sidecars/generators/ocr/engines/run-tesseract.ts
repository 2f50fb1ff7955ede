import { spawn } from 'node:child_process'
import { CoreError, errorMessage } from '../../../../util/errors.ts'

export interface TesseractRun {
  readonly args: readonly string[]
  readonly input?: Uint8Array
  /** The program is killed after so long. */
  readonly deadlineMs: number
}

/** More is no table of words of one page. */
const MAX_OUTPUT_BYTES = 64 * 2 ** 20
/** What is kept of what a program complains about: its end says why it gave up. */
const KEPT_COMPLAINT = 2_000

const PROGRAM = 'tesseract'

/**
 * Runs the `tesseract` on the PATH to its end and returns what it printed. Throws `Timeout`; `Unavailable` where it cannot
 * be started, fails, or prints without end: what it is given can be read, so that the file is not to blame. However much
 * it complains, and whatever it has started, it is gone when this returns.
 */
export async function runTesseract({ args, input, deadlineMs }: TesseractRun): Promise<string> {
  // OpenMP makes Tesseract several times slower on a busy machine: pages and strips run side by side instead.
  const env = { ...process.env, OMP_THREAD_LIMIT: '1' }
  const child = spawn(PROGRAM, args, { stdio: ['pipe', 'pipe', 'pipe'], env })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const deadline = setTimeout(
    () => reject(new CoreError('Timeout', `${PROGRAM} did not answer within ${deadlineMs / 1_000} s`)),
    deadlineMs,
  )
  const printed: Buffer[] = []
  let bytes = 0
  let complaint = ''
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    printed.push(chunk)
    if (bytes > MAX_OUTPUT_BYTES) reject(new CoreError('Unavailable', `${PROGRAM} prints without end`))
  })
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('latin1')).slice(-KEPT_COMPLAINT)
  })
  // A program that does not read to the end says itself why.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  child.on('error', (cause) =>
    reject(new CoreError('Unavailable', `${PROGRAM} could not be started: ${errorMessage(cause)}`, { cause })),
  )
  child.on('close', (code, signal) => {
    if (code === 0) return resolve(Buffer.concat(printed).toString('utf8'))
    const how = signal ? `was ended by ${signal}` : `ended with ${code}`
    const why = complaint.trim().split('\n').at(-1)
    reject(new CoreError('Unavailable', why ? `${PROGRAM} ${how}: ${why}` : `${PROGRAM} ${how}`))
  })
  try {
    return await promise
  } finally {
    clearTimeout(deadline)
    child.kill('SIGKILL')
    // What it has started may hold them open.
    child.stdout.destroy()
    child.stderr.destroy()
  }
}
