import { CoreError } from '../../util/errors.ts'
import { collect, streamProgram } from './stream-program.ts'

export interface RunOptions {
  /** Milliseconds, after which it is ended. */
  readonly timeoutMs: number
  /** Bytes it may print, where they are kept. */
  readonly maxBytes: number
  /** Given what it prints as it comes; it is not kept then. */
  readonly onPrinted?: (chunk: Buffer) => void
  /** Aborting ends it. */
  readonly signal?: AbortSignal
}

/**
 * Runs a program that reads a file, and returns what it printed: as `streamProgram`, but what goes wrong is `Corrupt`, with
 * the last line it complained with, and as its cause the last of them. Throws `Timeout`, `Unavailable` where it cannot be
 * started, and what the signal was aborted with.
 */
export async function runProgram(path: string, args: readonly string[], options: RunOptions): Promise<Buffer> {
  const { timeoutMs, maxBytes, onPrinted, signal } = options
  const start = { program: path, name: path, args, deadlineMs: timeoutMs, ...(signal && { signal }) }
  const chunks = streamProgram({
    ...start,
    failure(complaint, how) {
      const cause = new Error(complaint || `${path} ${how}`)
      return new CoreError('Corrupt', cause.message.split('\n').at(-1)!, { cause })
    },
  })
  if (!onPrinted) return collect(chunks, { maxBytes, tooMuch: new CoreError('Corrupt', `${path} prints without end`) })
  for await (const chunk of chunks) onPrinted(chunk)
  return Buffer.alloc(0)
}
