import { collectProgram } from '../../stream-program.ts'

export interface TesseractRun {
  readonly args: readonly string[]
  readonly input?: Uint8Array
  /** The program is killed after so long. */
  readonly deadlineMs: number
}

/** More is no table of words of one page. */
const MAX_OUTPUT_BYTES = 64 * 2 ** 20

const PROGRAM = 'tesseract'

/**
 * Runs the `tesseract` on the PATH to its end and returns what it printed. Throws `Timeout`; `Unavailable` where it cannot
 * be started, fails, or prints without end: what it is given can be read, so that the file is not to blame.
 */
export async function runTesseract(run: TesseractRun): Promise<string> {
  // OpenMP makes Tesseract several times slower on a busy machine: pages and strips run side by side instead.
  const env = { ...process.env, OMP_THREAD_LIMIT: '1' }
  const start = { program: PROGRAM, name: PROGRAM, env, maxBytes: MAX_OUTPUT_BYTES }
  return (await collectProgram({ ...start, ...run })).toString('utf8')
}
