import { statfs } from 'node:fs/promises'
import { systemCode } from '../util/errors.ts'
import { orAborted } from './deadline.ts'
import { type RunCommand, runCommand } from './run-command.ts'

export type Space =
  | { readonly state: 'known'; readonly totalBytes: number; readonly freeBytes: number }
  /** It is there, but will not tell us. */
  | { readonly state: 'unknown' }
  /** It does not answer: a dead file server, a FUSE program that is gone. */
  | { readonly state: 'unreachable' }

/** The answer as a volume's facts. A volume that does not tell has 0 bytes of 0. */
export function spaceFacts(space: Space): { totalBytes: number; freeBytes: number; online: boolean } {
  const { totalBytes, freeBytes } = space.state === 'known' ? space : { totalBytes: 0, freeBytes: 0 }
  return { totalBytes, freeBytes, online: space.state !== 'unreachable' }
}

export interface SpaceQuestion {
  readonly mountPoint: string
  /** Behind a network or a FUSE program, where a system call may hang for ever. */
  readonly mayHang: boolean
}

/** Asks how much room a file system has; never waits long, never throws. */
export interface SpaceReader {
  read(question: SpaceQuestion): Promise<Space>
}

/** Enough for a busy server; a dead one delays the start of the engine by as much. A slow one is asked again later. */
const TIMEOUT_MS = 2_000

/**
 * Asks the system. A mount that may hang is asked through `df` in a process of its own: four hung calls of this process
 * would stop all its file access, and its exit. A mount that has not answered yet is not asked again meanwhile.
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

/** Reads what `df -kP` prints for one file system (POSIX: blocks of 1,024 bytes, one line each). */
export function parseDf(output: string): Space {
  const numbers = /\s(\d+|-)\s+(?:\d+|-)\s+(-?\d+|-)\s+(?:\d+%|-)\s/.exec(output.slice(output.indexOf('\n') + 1))
  const [total, free] = [Number(numbers?.[1]), Number(numbers?.[2])]
  if (Number.isNaN(total) || Number.isNaN(free)) return { state: 'unknown' }
  return { state: 'known', totalBytes: total * 1024, freeBytes: Math.max(0, free) * 1024 }
}
