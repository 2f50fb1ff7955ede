import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createTempDir } from './temp-dir.ts'

/** Why nothing can be mounted here, as a test says when it is skipped; null where it can. */
export const NO_MOUNTS: string | null = tryMount()

/** A small file system of its own at `path`, which is made; unmounted when it is disposed. */
export function mountTmpfs(path: string, size: `${number}${'k' | 'm'}`): Disposable {
  mkdirSync(path, { recursive: true })
  return mount(path, ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs'])
}

/** Shows the folder or file `source` at `path` too, where one of its kind must be. */
export function mountBind(source: string, path: string): Disposable {
  return mount(path, ['--bind', source])
}

/** Shows `path` at its own place read-only, which holds even for root. */
export function mountReadOnly(path: string): Disposable {
  const bind = mount(path, ['--bind', path])
  execFileSync('mount', ['-o', 'remount,ro,bind', path], { stdio: 'pipe' })
  return bind
}

function mount(path: string, args: readonly string[]): Disposable {
  execFileSync('mount', [...args, path], { stdio: 'pipe' })
  // Lazily: whoever still has a file open there must not fail the test that comes next.
  return { [Symbol.dispose]: () => void execFileSync('umount', ['-l', path], { stdio: 'pipe' }) }
}

function tryMount(): string | null {
  if (process.platform !== 'linux') return 'mounts file systems with the commands of Linux'
  using temp = createTempDir('mount')
  try {
    using _ = mountTmpfs(temp.path, '64k')
    return null
  } catch {
    return 'needs the right to mount: run it as root, or in `unshare -rm`'
  }
}
