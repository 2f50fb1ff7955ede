import { spawn } from 'node:child_process'
import { z } from 'zod'

/** The variable by which a restarting daemon tells the next one about the restart. */
const VARIABLE = 'SPACEDRIVE_RESTARTS'
/** A daemon that fails this often within `RESTARTS_MS` ends instead: restarting does not help. */
const MAX_RESTARTS = 3
const RESTARTS_MS = 10 * 60_000

const Restart = z.object({ at: z.iso.datetime(), reason: z.string() })
export type Restart = z.infer<typeof Restart>

/** Restarts that led to this process, oldest first. */
export function restartsBefore(env: Readonly<Record<string, string | undefined>> = process.env): readonly Restart[] {
  try {
    return z.array(Restart).parse(JSON.parse(env[VARIABLE] ?? '[]'))
  } catch {
    return []
  }
}

/** Whether this process may take its own place once more. */
export function mayRestart(before: readonly Restart[], now: number): boolean {
  return before.filter(({ at }) => now - Date.parse(at) < RESTARTS_MS).length < MAX_RESTARTS
}

/**
 * Starts this program again in the place of this process, with the same arguments and the same process id where the
 * system allows it, so that a service manager keeps it. What tidies up at the exit runs before.
 */
export function restartProcess(reason: string, before: readonly Restart[], now: number): never {
  const restarts = [...before, { at: new Date(now).toISOString(), reason }].slice(-MAX_RESTARTS)
  const env = { ...process.env, [VARIABLE]: JSON.stringify(restarts) }
  const args = [...process.execArgv, ...withoutReadyFd(process.argv.slice(1))]
  process.emit('exit', 1)
  if (process.execve && process.platform !== 'win32') process.execve(process.execPath, [process.execPath, ...args], env)
  spawn(process.execPath, args, { detached: true, stdio: 'ignore', env, windowsHide: true }).unref()
  process.exit(1)
}

/** The process that waited for the first start already has its answer. */
function withoutReadyFd(args: readonly string[]): string[] {
  const at = args.indexOf('--ready-fd')
  return at < 0 ? [...args] : args.toSpliced(at, 2)
}
