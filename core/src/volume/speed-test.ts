import { randomBytes } from 'node:crypto'
import { constants, type FileHandle, open, rm, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { CoreError, systemCode } from '../util/errors.ts'
import { orAborted } from './deadline.ts'

/** Speeds in bytes per second. */
export interface VolumeSpeed {
  readonly writeBytesPerSecond: number
  /** Null if the cache cannot be bypassed: the result would be the speed of memory. */
  readonly readBytesPerSecond: number | null
}

export interface SpeedTestInput {
  /** Folders on the volume, in the order in which they are tried. */
  readonly directories: readonly string[]
  /** Whether the volume is in memory, so that there is no cache to bypass. */
  readonly inMemory: boolean
  readonly signal: AbortSignal
}

/** Number of bytes written to measure a volume. */
export const SPEED_TEST_BYTES = 10 * 1024 * 1024
/** Time limit, which users would accept. On a slower volume, the test fails with `Timeout`. */
const LIMIT_MS = 30_000
/** A multiple of the page size and of any sector size, which is required for reading without the cache. */
const CHUNK_BYTES = 1024 * 1024

/**
 * Writes 10 MB of random data to a new file, with `fsync`, and reads it back without the cache. The file has no name
 * during the test (on Windows until it is closed), so nothing is left even if the process is killed. Throws
 * `PermissionDenied`, `DiskFull`, `Timeout` or `Cancelled`.
 */
export async function measureSpeed({ directories, inMemory, signal }: SpeedTestInput): Promise<VolumeSpeed> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)])
  const target = await createFile(directories)
  try {
    // If the volume hangs, the last call is not awaited. The file is closed when that call returns.
    return await orAborted(measureAndDiscard(target, inMemory, limit), limit, 'measuring the volume')
  } catch (err) {
    if (systemCode(err) !== 'ENOSPC') throw err
    throw new CoreError('DiskFull', 'the volume has no room for the 10 MB to measure with', { cause: err })
  }
}

interface Target {
  readonly file: FileHandle
  readonly path: string
}

async function createFile(directories: readonly string[]): Promise<Target> {
  let refusal: unknown
  for (const directory of directories) {
    const path = join(directory, `.spacedrive-speed-test-${randomBytes(8).toString('hex')}`)
    try {
      const file = await open(path, 'wx+', 0o600)
      if (process.platform !== 'win32') await unlink(path)
      return { file, path }
    } catch (err) {
      refusal = err
    }
  }
  throw new CoreError('PermissionDenied', 'the volume has no writable folder', { cause: refusal })
}

async function measureAndDiscard(target: Target, inMemory: boolean, signal: AbortSignal): Promise<VolumeSpeed> {
  try {
    return await measure(target, inMemory, signal)
  } finally {
    await discard(target)
  }
}

async function discard({ file, path }: Target): Promise<void> {
  await file.close()
  if (process.platform === 'win32') await rm(path, { force: true })
}

async function measure(target: Target, inMemory: boolean, signal: AbortSignal): Promise<VolumeSpeed> {
  const noise = randomBytes(CHUNK_BYTES)
  const writeBytesPerSecond = await timed(async () => {
    for (let at = 0; at < SPEED_TEST_BYTES; at += CHUNK_BYTES) {
      signal.throwIfAborted()
      await target.file.write(noise, 0, CHUNK_BYTES, at)
    }
    await target.file.sync()
  })
  const reader = inMemory ? target.file : await openPastCache(target)
  if (!reader) return { writeBytesPerSecond, readBytesPerSecond: null }
  try {
    return { writeBytesPerSecond, readBytesPerSecond: await timed(() => readAll(reader, signal)) }
  } catch (err) {
    // The file system allows opening a file without the cache, but not reading it.
    if (systemCode(err) === 'EINVAL') return { writeBytesPerSecond, readBytesPerSecond: null }
    throw err
  } finally {
    if (reader !== target.file) await reader.close()
  }
}

async function readAll(reader: FileHandle, signal: AbortSignal): Promise<void> {
  // Reading without the cache needs a page-aligned buffer. V8 allocates whole pages only for resizable buffers.
  const buffer = new Uint8Array(new ArrayBuffer(CHUNK_BYTES, { maxByteLength: CHUNK_BYTES }))
  for (let at = 0; at < SPEED_TEST_BYTES; at += CHUNK_BYTES) {
    signal.throwIfAborted()
    await reader.read(buffer, 0, CHUNK_BYTES, at)
  }
}

/**
 * Opens the file for reading without the cache. Null if this is not possible: on macOS, Node does not support it, and
 * some file systems refuse it.
 */
async function openPastCache({ file, path }: Target): Promise<FileHandle | null> {
  const flag = DIRECT_FLAG[process.platform]
  if (flag === undefined) return null
  const name = process.platform === 'linux' ? `/proc/self/fd/${file.fd}` : path
  return open(name, constants.O_RDONLY | flag).catch(() => null)
}

/** On Windows, this is libuv's `UV_FS_O_DIRECT`, which becomes FILE_FLAG_NO_BUFFERING. */
const DIRECT_FLAG: Partial<Record<NodeJS.Platform, number>> = { linux: constants.O_DIRECT, win32: 0x0200_0000 }

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return Math.round((SPEED_TEST_BYTES * 1000) / Math.max(performance.now() - start, CLOCK_STEP_MS))
}

/** The resolution of the clock: a shorter time counts as this much. */
const CLOCK_STEP_MS = 0.001
