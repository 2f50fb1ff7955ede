import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { getCompileCacheDir } from 'node:module'
import { constants } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setNiceness } from './set-niceness.ts'

/** The environment variable that sets the folder of Node's compile cache. */
export const CACHE_VARIABLE = 'NODE_COMPILE_CACHE'

const COMPILE_MODULES = fileURLToPath(new URL('compile-modules.ts', import.meta.url))
/** Time limit for compiling. The whole engine is compiled in a few seconds. */
const COMPILE_MS = 120_000
/** Mode bits that let other users change a folder, and that give them any access to it. */
const OTHERS_WRITE = 0o022
const OTHERS_ANYTHING = 0o077

/**
 * The folder of this process's compile cache. Null if there is none, or if another user can change it, because Node
 * executes the files in it.
 */
export function compileCache(own = getCompileCacheDir()): string | null {
  // Node creates a subfolder for its version and for the user in the given folder.
  if (own === undefined) return null
  const folder = dirname(own)
  return isSafe(folder, own) ? folder : null
}

function isSafe(folder: string, inner: string): boolean {
  const uid = process.getuid?.()
  if (uid === undefined) return true
  try {
    const [outer, own] = [statSync(folder), statSync(inner)]
    if (outer.uid !== uid || own.uid !== uid) return false
    // Node creates the inner folder with the umask's permissions, which may let a group write to it. In that case,
    // other users must have no access to the outer folder.
    const isClosed = (outer.mode & OTHERS_ANYTHING) === 0
    return isClosed || ((outer.mode | own.mode) & OTHERS_WRITE) === 0
  } catch {
    return false
  }
}

/** The current compilations, by cache and folder. Each promise resolves to whether the compilation finished. */
const compiling = new Map<string, Promise<boolean>>()

/**
 * Compiles the modules in the given folders into the cache, in a separate process that reads only the program. Several
 * callers share a process. Never rejects: without the cache, processes compile their modules themselves.
 */
export async function compileModules(cache: string, folders: readonly string[], signal: AbortSignal): Promise<void> {
  for (const folder of folders) await compileFolder(cache, folder, signal)
}

async function compileFolder(cache: string, folder: string, signal: AbortSignal): Promise<void> {
  const key = JSON.stringify([cache, folder])
  while (!signal.aborted) {
    const other = compiling.get(key)
    if (other === undefined) {
      const own = compile(cache, folder, signal).finally(() => compiling.delete(key))
      compiling.set(key, own)
      await own
      return
    }
    // The other caller may abort before the compilation is finished; then continue here.
    if (await Promise.race([other, aborted(signal)])) return
  }
}

/** Compiles a folder. Returns false if the signal ended the compilation. */
async function compile(cache: string, folder: string, signal: AbortSignal): Promise<boolean> {
  const child = spawn(process.execPath, [COMPILE_MODULES, folder], {
    stdio: 'ignore',
    env: { ...process.env, [CACHE_VARIABLE]: cache },
    timeout: COMPILE_MS,
    killSignal: 'SIGKILL',
    signal,
  })
  // This process must not keep the current process alive.
  child.unref()
  setNiceness(child, constants.priority.PRIORITY_LOW)
  await once(child, 'exit').catch(() => {})
  return !signal.aborted
}

async function aborted(signal: AbortSignal): Promise<false> {
  await once(signal, 'abort')
  return false
}
