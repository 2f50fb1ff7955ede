import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { NO_MOUNTS } from './mount.ts'
import { createTempDir } from './temp-dir.ts'

/** Why no such file system can be made here; null where it can. */
export const NO_HUNG_MOUNT: string | null = NO_MOUNTS ?? tryHungMount()

/**
 * A file system at `path`, which is made, that never answers, like a network share whose server is gone: its calls wait
 * until it is disposed. It is a FUSE file system for whose requests nobody listens.
 */
export function mountHung(path: string): Disposable {
  mkdirSync(path, { recursive: true })
  const fd = openSync('/dev/fuse', 'r+')
  const options = 'fd=3,rootmode=40000,user_id=0,group_id=0,allow_other'
  const mount = ['-i', '-t', 'fuse.silent', '-o', options, 'silent', path]
  const { error, status, stderr } = spawnSync('mount', mount, { stdio: ['ignore', 'ignore', 'pipe', fd] })
  if (status !== 0) {
    closeSync(fd)
    throw error ?? new Error(String(stderr))
  }
  return {
    [Symbol.dispose]() {
      // Whoever waits is told that the connection is gone.
      closeSync(fd)
      spawnSync('umount', ['-l', path])
    },
  }
}

/** Whether a thread of a process waits for such a file system. */
export function isHeldUp(pid: number): boolean {
  const threads = readdirSync(`/proc/${pid}/task`)
  return threads.some((thread) => /^fuse_|^request_wait/.test(placeOf(`/proc/${pid}/task/${thread}`)))
}

/** Where in the kernel a thread waits; empty for one that has ended. */
function placeOf(thread: string): string {
  try {
    return readFileSync(`${thread}/wchan`, 'utf8')
  } catch {
    return ''
  }
}

function tryHungMount(): string | null {
  using temp = createTempDir('hung')
  try {
    using _ = mountHung(temp.path)
    return null
  } catch {
    return 'needs the right to mount FUSE file systems'
  }
}
