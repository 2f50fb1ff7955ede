import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { CoreError, errorMessage } from '../../util/errors.ts'

export interface RunOptions {
  /** Milliseconds, after which it is ended. */
  readonly timeoutMs: number
  /** Bytes it may print, where they are kept. */
  readonly maxBytes: number
  /** Given what it prints as it comes; it is not kept then. */
  readonly onPrinted?: (chunk: Buffer) => void
  /** Aborting ends it. */
  readonly signal?: AbortSignal
}

/** What is kept of what a program complains about, in characters: its end says why it gave up. */
const KEPT_COMPLAINT = 2_000

/** The path of a program on PATH; null where there is none. */
export function findProgram(name: string): string | null {
  const names = process.platform === 'win32' ? [`${name}.exe`] : [name]
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)
  return folders.flatMap((folder) => names.map((each) => join(folder, each))).find(isProgram) ?? null
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/**
 * Runs a program without a shell and returns what it printed. Throws `Timeout`; `Corrupt` with the last line it complained
 * with, and as its cause the last of them, since programs are run here to read a file; what the signal was aborted with. However much it complains, it is
 * gone when this returns; so it is when this process is ended, being of its group.
 */
export async function runProgram(path: string, args: readonly string[], options: RunOptions): Promise<Buffer> {
  const { timeoutMs, maxBytes, onPrinted, signal } = options
  signal?.throwIfAborted()
  const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const late = () => reject(new CoreError('Timeout', `${path} was not done after ${timeoutMs / 1_000} s`))
  const deadline = setTimeout(late, timeoutMs)
  const onAbort = () => reject(signal!.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  const printed: Buffer[] = []
  let bytes = 0
  let complaint = ''
  child.stdout.on('data', (chunk: Buffer) => {
    if (onPrinted) return onPrinted(chunk)
    bytes += chunk.length
    printed.push(chunk)
    if (bytes > maxBytes) reject(new CoreError('Corrupt', `${path} prints without end`))
  })
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(-KEPT_COMPLAINT)
  })
  child.on('error', (cause) => reject(new CoreError('Unavailable', `${path}: ${errorMessage(cause)}`, { cause })))
  child.on('close', (code, ended) => {
    if (code === 0) return resolve(Buffer.concat(printed))
    const how = ended ? `was ended by ${ended}` : `ended with ${code}`
    const cause = new Error(complaint.trim() || `${path} ${how}`)
    reject(new CoreError('Corrupt', cause.message.split('\n').at(-1)!, { cause }))
  })
  try {
    return await promise
  } finally {
    clearTimeout(deadline)
    signal?.removeEventListener('abort', onAbort)
    child.kill('SIGKILL')
    // What it has started may hold them open.
    child.stdout.destroy()
    child.stderr.destroy()
  }
}
