import { statfs } from 'node:fs/promises'
import { systemCode } from '../util/errors.ts'
import { orAborted } from './deadline.ts'
import { type RunCommand, runCommand } from './run-command.ts'

export type Space =
  | { readonly state: 'known'; readonly totalBytes: number; readonly freeBytes: number }
  /** The file system answers, but does not report its space. */
  | { readonly state: 'unknown' }
  /** The file system does not answer, because of a dead file server or a FUSE program that has ended. */
  | { readonly state: 'unreachable' }

/** Converts the space to fields of a volume. If a file system does not report its space, they are 0 of 0 bytes. */
export function spaceFacts(space: Space): { totalBytes: number; freeBytes: number; online: boolean } {
  const { totalBytes, freeBytes } = space.state === 'known' ? space : { totalBytes: 0, freeBytes: 0 }
  return { totalBytes, freeBytes, online: space.state !== 'unreachable' }
}

export interface SpaceQuestion {
  readonly mountPoint: string
  /** Whether it is on the network or served by a FUSE program: a system call to it may never return. */
  readonly mayHang: boolean
}

/** Reads the space of a file system. Never waits long, and never throws. */
export interface SpaceReader {
  read(question: SpaceQuestion): Promise<Space>
}

/**
 * Time limit: enough for a busy server. A dead server delays the start of the engine by this time; a slow server is
 * asked again later.
 */
const TIMEOUT_MS = 2_000

/**
 * Reads from the system. For a mount that may hang, it runs `df`, a separate process: four hanging calls in this
 * process would block all its file access, and its exit. While a mount has not answered, it is not asked again.
 */
export class SystemSpaceReader implements SpaceReader {
  readonly #run: RunCommand
  readonly #timeoutMs: number
  readonly #pending = new Set<string>()

  constructor(options: { readonly run?: RunCommand; readonly timeoutMs?: number } = {}) {
    this.#run = options.run ?? runCommand
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  }

  async read({ mountPoint, mayHang }: SpaceQuestion): Promise<Space> {
    if (this.#pending.has(mountPoint)) return { state: 'unreachable' }
    this.#pending.add(mountPoint)
    const limit = AbortSignal.timeout(this.#timeoutMs)
    const asked = mayHang ? askDf(this.#run, mountPoint, limit) : askStatfs(mountPoint)
    const answer = asked.finally(() => this.#pending.delete(mountPoint))
    return orAborted(answer, limit, mountPoint).catch(() => ({ state: 'unreachable' }))
  }
}

async function askDf(run: RunCommand, mountPoint: string, signal: AbortSignal): Promise<Space> {
  return parseDf(await run('df', ['-kP', mountPoint], signal))
}

async function askStatfs(mountPoint: string): Promise<Space> {
  try {
    const { bsize, blocks, bavail } = await statfs(mountPoint)
    return { state: 'known', totalBytes: blocks * bsize, freeBytes: bavail * bsize }
  } catch (err) {
    const code = systemCode(err)
    return { state: code === 'EACCES' || code === 'EPERM' ? 'unknown' : 'unreachable' }
  }
}

/**
 * Parses the output of `df -kP` for one file system. POSIX defines it: blocks of 1,024 bytes, and one line for each
 * file system.
 */
export function parseDf(output: string): Space {
  const numbers = /\s(\d+|-)\s+(?:\d+|-)\s+(-?\d+|-)\s+(?:\d+%|-)\s/.exec(output.slice(output.indexOf('\n') + 1))
  const [total, free] = [Number(numbers?.[1]), Number(numbers?.[2])]
  if (Number.isNaN(total) || Number.isNaN(free)) return { state: 'unknown' }
  return { state: 'known', totalBytes: total * 1024, freeBytes: Math.max(0, free) * 1024 }
}
