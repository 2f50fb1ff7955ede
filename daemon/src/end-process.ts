import { existsSync } from 'node:fs'
import { flushCompileCache } from 'node:module'

/** On every POSIX system. */
const SHELL = '/bin/sh'

/**
 * Ends this process now. `process.exit` waits for every thread, and one that is in a call to a file system that never
 * answers does not end; where another program takes the place of this one, its threads are gone.
 */
export function endProcess(code: number): never {
  if (process.execve === undefined || process.platform === 'win32' || !existsSync(SHELL)) process.exit(code)
  // Otherwise the exit handlers of Node and of libraries would not run.
  process.emit('exit', code)
  flushCompileCache()
  return process.execve(SHELL, ['sh', '-c', `exit ${code}`], {})
}
