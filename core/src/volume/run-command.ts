import { execFile } from 'node:child_process'
import { CoreError } from '../util/errors.ts'

/** Runs a program of the system, and returns its standard output. */
export type RunCommand = (command: string, args: readonly string[], signal: AbortSignal) => Promise<string>

/** Time limit. On a cold machine, loading PowerShell and its storage module takes several seconds. */
const TIMEOUT_MS = 20_000
/** Limit on the output. A machine with thousands of mounts prints about a megabyte. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024

/**
 * Kills the program after 20 s, or when `signal` aborts. The promise settles only when the program has ended. This may
 * never happen, because a program that waits for a dead file server cannot always be killed; so callers need a
 * deadline. Throws `Unavailable`.
 */
export const runCommand: RunCommand = (command, args, signal) =>
  new Promise((resolve, reject) => {
    const options = {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      killSignal: 'SIGKILL',
      maxBuffer: MAX_OUTPUT_BYTES,
      signal,
      timeout: TIMEOUT_MS,
      windowsHide: true,
    } as const
    const child = execFile(command, args, options, (err, stdout) => {
      if (err) reject(new CoreError('Unavailable', `${command} failed: ${err.message}`, { cause: err }))
      else resolve(stdout)
    })
    // A program that cannot be killed must not prevent this process from exiting.
    signal.addEventListener('abort', () => child.unref(), { once: true })
  })
