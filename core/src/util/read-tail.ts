import { open } from 'node:fs/promises'
import { systemCode } from './errors.ts'

/** Bytes read from the end of a file: some thousand lines of a log. */
const TAIL_BYTES = 4 * 1_048_576

/** The last lines of a text file; none where there is no file. */
export async function readTail(path: string, lines: number): Promise<string[]> {
  try {
    await using file = await open(path, 'r')
    const { size } = await file.stat()
    const start = Math.max(0, size - TAIL_BYTES)
    const buffer = Buffer.alloc(size - start)
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start)
    const all = buffer
      .toString('utf8', 0, bytesRead)
      .split('\n')
      .filter((line) => line !== '')
    // The first line may have begun before what was read.
    return (start > 0 ? all.slice(1) : all).slice(-lines)
  } catch (err) {
    if (systemCode(err) === 'ENOENT') return []
    throw err
  }
}
