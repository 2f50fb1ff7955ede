import { execFile } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { CoreError } from '../../util/errors.ts'

export interface RunOptions {
  /** Milliseconds, after which it is ended. */
  readonly timeoutMs: number
  /** Bytes it may print. */
  readonly maxBytes: number
}

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
 * Runs a program without a shell and returns what it printed. Throws `Timeout`, or `Corrupt` with the last line it
 * complained with: programs are run here to read a file.
 */
export function runProgram(path: string, args: readonly string[], options: RunOptions): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const limits = { timeout: options.timeoutMs, maxBuffer: options.maxBytes, killSignal: 'SIGKILL' as const }
  const child = execFile(path, args, { ...limits, encoding: 'buffer' }, (err, stdout, stderr) => {
    if (!err) return resolve(stdout)
    if (err.killed && err.code !== 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
      return reject(new CoreError('Timeout', `${path} was not done after ${options.timeoutMs / 1_000} s`))
    const complaint = stderr.toString('utf8').trim().split('\n').at(-1)
    reject(new CoreError('Corrupt', complaint || err.message, { cause: err }))
  })
  child.stdin?.end()
  return promise
}
