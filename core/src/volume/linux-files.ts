import { open, readFile, readdir, readlink } from 'node:fs/promises'
import { runCommand } from './run-command.ts'

/**
 * Access to the files that detection reads: `/proc`, `/sys`, `/dev` and `/run`. If a file is missing or forbidden, the
 * result is null or empty.
 */
export interface LinuxFiles {
  read(path: string): Promise<Buffer | null>
  readLink(path: string): Promise<string | null>
  list(path: string): Promise<readonly string[]>
  /** The first `length` bytes of a device. */
  readStart(path: string, length: number): Promise<Buffer | null>
  /** `f_fsid` of a mounted file system, as `stat -f -c %i` prints it. */
  filesystemId(mountPoint: string): Promise<string | null>
}

export const systemFiles: LinuxFiles = {
  read: (path) => readFile(path).catch(() => null),
  readLink: (path) => readlink(path).catch(() => null),
  list: (path) => readdir(path).catch(() => []),
  readStart: async (path, length) => {
    try {
      await using file = await open(path, 'r')
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0)
      return buffer.subarray(0, bytesRead)
    } catch {
      return null
    }
  },
  filesystemId: async (mountPoint) => {
    try {
      const id = await runCommand('stat', ['-f', '-c', '%i', mountPoint], new AbortController().signal)
      return id.trim() || null
    } catch {
      return null
    }
  },
}

/** The trimmed text of a small file of `/sys`; null if it is missing or empty. */
export async function readText(files: LinuxFiles, path: string): Promise<string | null> {
  return (await files.read(path))?.toString('utf8').trim() || null
}
