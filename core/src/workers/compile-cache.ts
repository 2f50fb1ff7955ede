import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { getCompileCacheDir } from 'node:module'
import { constants, setPriority } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Names the folder of Node's compile cache. */
export const CACHE_VARIABLE = 'NODE_COMPILE_CACHE'

const COMPILE_MODULES = fileURLToPath(new URL('compile-modules.ts', import.meta.url))
/** A generous limit: the whole engine is compiled in a few seconds. */
const COMPILE_MS = 120_000
/** Mode bits that let other users change a folder. */
const OTHERS_WRITE = 0o022

/**
 * The folder of this process's compile cache. Null if there is none, or if another user can change it: Node executes
 * what it finds in it.
 */
export function compileCache(own = getCompileCacheDir()): string | null {
  // Node puts a folder for its version and the user into the folder that it is given.
  if (own === undefined) return null
  const folder = dirname(own)
  return [folder, own].every(isSafe) ? folder : null
}

function isSafe(folder: string): boolean {
  const uid = process.getuid?.()
  if (uid === undefined) return true
  try {
    const { mode, uid: owner } = statSync(folder)
    return owner === uid && (mode & OTHERS_WRITE) === 0
  } catch {
    return false
  }
}

/**
 * Compiles the modules in the given folders into the cache, in a process of its own that reads nothing but the program.
 * Never rejects: without the cache, processes compile their modules themselves.
 */
export async function compileModules(cache: string, folders: readonly string[], signal: AbortSignal): Promise<void> {
  const child = spawn(process.execPath, [COMPILE_MODULES, ...folders], {
    stdio: 'ignore',
    env: { ...process.env, [CACHE_VARIABLE]: cache },
    timeout: COMPILE_MS,
    killSignal: 'SIGKILL',
    signal,
  })
  // It must not keep this process alive.
  child.unref()
  try {
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW)
  } catch {
    // It runs at the usual priority then.
  }
  await once(child, 'exit').catch(() => {})
}
