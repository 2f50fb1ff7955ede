import { collectProgram } from '../../stream-program.ts'

export interface TesseractRun {
  readonly args: readonly string[]
  readonly input?: Uint8Array
  /** Milliseconds after which the program is killed. */
  readonly deadlineMs: number
}

/** Limit on the output; the words of one page take less. */
const MAX_OUTPUT_BYTES = 64 * 2 ** 20

const PROGRAM = 'tesseract'

/**
 * Runs the `tesseract` on PATH to its end and returns its output. Throws `Timeout`. Throws `Unavailable` if the program
 * cannot be started, fails, or prints without end: its input is always valid, so the file is not to blame.
 */
export async function runTesseract(run: TesseractRun): Promise<string> {
  // OpenMP makes Tesseract several times slower on a busy machine. Instead, pages and strips are read in parallel.
  const env = { ...process.env, OMP_THREAD_LIMIT: '1' }
  const start = { program: PROGRAM, name: PROGRAM, env, maxBytes: MAX_OUTPUT_BYTES }
  return (await collectProgram({ ...start, ...run })).toString('utf8')
}
