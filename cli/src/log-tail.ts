import { open } from 'node:fs/promises'
import { instancePaths } from '@spacedrive/client/node'
import type { CliContext } from './context.ts'
import { instanceOf } from './session.ts'

export interface LogTail {
  readonly file: string
  readonly lines: readonly string[]
}

/** More than ten thousand lines of a log; the whole of an old one is never read. */
const MAX_BYTES = 4 * 1024 * 1024

/** The last lines of the daemon's log, read from its file: after a crash, when one wants them, there is no daemon to ask. */
export async function readLogTail(context: CliContext, count: number): Promise<LogTail> {
  const file = instancePaths(instanceOf(context)).logFile
  const text = await lastBytes(file)
  return { file, lines: text.split('\n').filter(Boolean).slice(-count) }
}

async function lastBytes(file: string): Promise<string> {
  try {
    await using handle = await open(file)
    const { size } = await handle.stat()
    const start = Math.max(0, size - MAX_BYTES)
    const buffer = Buffer.alloc(size - start)
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, start)
    return buffer.toString('utf8', 0, bytesRead)
  } catch (err) {
    // A daemon that never ran has no log.
    if (err instanceof Error && 'code' in err && err.code === 'ENOENT') return ''
    throw err
  }
}
