import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { systemCode } from './errors.ts'

/** Bytes that are read from the end of a file; they contain some thousand lines of a log. */
const TAIL_BYTES = 4 * 1_048_576
/** A smaller number of bytes, for synchronous reads on the main thread, which then take about a millisecond. */
const SHORT_TAIL_BYTES = 64 * 1_024

/** The last lines of a text file; none if there is no file. */
export async function readTail(path: string, lines: number): Promise<string[]> {
  try {
    await using file = await open(path, 'r')
    const { size } = await file.stat()
    const start = Math.max(0, size - TAIL_BYTES)
    const buffer = Buffer.alloc(size - start)
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start)
    return lastLines(buffer.subarray(0, bytesRead), { isCut: start > 0, lines })
  } catch (err) {
    return noneWhereMissing(err)
  }
}

/** The synchronous version of `readTail`, which reads a shorter part of the file. */
export function readTailSync(path: string, lines: number): string[] {
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch (err) {
    return noneWhereMissing(err)
  }
  try {
    const { size } = fstatSync(fd)
    const start = Math.max(0, size - SHORT_TAIL_BYTES)
    const buffer = Buffer.alloc(size - start)
    const bytesRead = readSync(fd, buffer, 0, buffer.length, start)
    return lastLines(buffer.subarray(0, bytesRead), { isCut: start > 0, lines })
  } finally {
    closeSync(fd)
  }
}

function lastLines(bytes: Buffer, { isCut, lines }: { isCut: boolean; lines: number }): string[] {
  const all = bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
  // The first line may be incomplete, because reading began in its middle.
  return (isCut ? all.slice(1) : all).slice(-lines)
}

function noneWhereMissing(err: unknown): string[] {
  if (systemCode(err) === 'ENOENT') return []
  throw err
}
