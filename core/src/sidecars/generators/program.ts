import { CoreError } from '../../util/errors.ts'
import { collect, streamProgram } from './stream-program.ts'

export interface RunOptions {
  /**
   * Milliseconds of processor time after which the program is killed. Generators omit it: their process has a deadline,
   * which also ends its programs.
   */
  readonly timeoutMs?: number
  /** See `StreamOptions`. */
  readonly silenceMs?: number
  /** Limit on output bytes, if the output is kept. */
  readonly maxBytes: number
  /**
   * Called with each chunk of output; returns whether it is a sign of progress. If it is set, the output is not kept.
   */
  readonly onPrinted?: (chunk: Buffer) => boolean
  /** Aborting kills the program. */
  readonly signal?: AbortSignal
}

/**
 * Runs a program that reads a file, and returns its output. Works like `streamProgram`, but if the program fails, it
 * throws `Corrupt` with the last line of the program's error output; the cause has more lines. Also throws `Timeout`,
 * the signal's reason, and `Unavailable` if the program cannot be started.
 */
export async function runProgram(path: string, args: readonly string[], options: RunOptions): Promise<Buffer> {
  const { timeoutMs, maxBytes, onPrinted, signal, silenceMs } = options
  const start = {
    program: path,
    name: path,
    args,
    ...(timeoutMs !== undefined && { deadlineMs: timeoutMs }),
    ...(silenceMs !== undefined && { silenceMs }),
    ...(onPrinted && { isProgress: onPrinted }),
    ...(signal && { signal }),
  }
  const chunks = streamProgram({
    ...start,
    failure(complaint, how) {
      const cause = new Error(complaint || `${path} ${how}`)
      return new CoreError('Corrupt', cause.message.split('\n').at(-1)!, { cause })
    },
  })
  if (!onPrinted) return collect(chunks, { maxBytes, tooMuch: new CoreError('Corrupt', `${path} prints without end`) })
  for await (const _ of chunks);
  return Buffer.alloc(0)
}
