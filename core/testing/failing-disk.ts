import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { NO_MOUNTS } from './mount.ts'
import { createTempDir } from './temp-dir.ts'

const BLOCK = 1_024
const BLOCKS = 1_024
/** Where the list of names of the folder that will fail is put: behind all that the file system has written. */
const LAST_BLOCK = BLOCKS - 4

/** A small disk on which one folder can no longer be listed once it is broken. */
export interface FailingDisk extends Disposable {
  /** From now on reading the list of names in `folder` fails with EIO; all else can be read. */
  break(): void
}

/** Why no such disk can be made here; null where it can. */
export const NO_FAILING_DISK: string | null = NO_MOUNTS ?? tryDisk()

/** Mounts a disk at `path`, which is made, with some `files` on it, one of whose folders, `folder`, can be broken. */
export function mountFailingDisk(path: string, { files, folder }: { files: string[]; folder: string }): FailingDisk {
  const temp = createTempDir('disk')
  const image = join(temp.path, 'image')
  const mount = (...options: string[]) => run('mount', '-t', 'ext2', '-o', ['loop', ...options].join(','), image, path)
  const unmount = () => void run('umount', path)
  mkdirSync(path, { recursive: true })
  writeFileSync(image, '')
  truncateSync(image, BLOCK * BLOCKS)
  run('mke2fs', '-q', '-t', 'ext2', '-b', String(BLOCK), image)
  mount()
  for (const file of files) {
    mkdirSync(join(path, file, '..'), { recursive: true })
    writeFileSync(join(path, file), file)
  }
  unmount()
  moveNames(image, `/${folder}`)
  mount('ro')
  return {
    break() {
      unmount()
      // What the kernel has read of the disk it has in memory: mounted anew it has to read it.
      mount('ro')
      truncateSync(image, LAST_BLOCK * BLOCK)
    },
    [Symbol.dispose]() {
      run('umount', '-l', path)
      temp[Symbol.dispose]()
    },
  }
}

/** Puts the names of a folder into a block of their own at the end of the disk, which is cut off to break it. */
function moveNames(image: string, folder: string): void {
  const block = Number(run('debugfs', '-R', `blocks ${folder}`, image).trim())
  const fd = openSync(image, 'r+')
  const names = Buffer.alloc(BLOCK)
  readSync(fd, names, 0, BLOCK, block * BLOCK)
  writeSync(fd, names, 0, BLOCK, LAST_BLOCK * BLOCK)
  closeSync(fd)
  run('debugfs', '-w', '-R', `set_inode_field ${folder} block[0] ${LAST_BLOCK}`, image)
}

function tryDisk(): string | null {
  using temp = createTempDir('disk')
  try {
    using _ = mountFailingDisk(temp.path, { files: ['a/b'], folder: 'a' })
    return null
  } catch {
    return 'needs mke2fs, debugfs, and the right to mount a file as a disk (a loop device)'
  }
}

function run(command: string, ...args: string[]): string {
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` }
  return execFileSync(command, args, { stdio: 'pipe', encoding: 'utf8', env })
}
