import type { Values } from '../command-spec.ts'
import { type Candidate, complete as candidatesFor, globalValues, type Question } from '../completion/complete.ts'
import { type Shell, completionScripts } from '../completion/scripts.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { globalsFrom } from '../globals.ts'
import { printable } from '../text/escape.ts'

/** `completion bash`: prints the script. */
export async function completion(values: Values, { io }: CliContext): Promise<number> {
  io.out.write(completionScripts[values.shell as Shell])
  return exitCodes.ok
}

/** Answers the scripts. */
export async function complete(values: Values, context: CliContext): Promise<number> {
  const { commands, io } = context
  // PowerShell drops an empty argument, so there it is written as two quotes.
  const words = ((values.words as readonly string[] | undefined) ?? ['']).map((word) => (word === '""' ? '' : word))
  const { candidates, files, question } = candidatesFor(words, commands)
  const known = question ? await askDaemon(question, words, context) : []
  const lines = [
    ...[...candidates, ...known].map(({ summary, text }) => `${oneLine(text)}\t${oneLine(summary)}`),
    ...(files ? [':files'] : []),
  ]
  if (lines.length > 0) io.print(lines.join('\n'))
  return exitCodes.ok
}

/** A user who presses Tab does not wait longer. */
const ANSWER_MS = 1_500

/** Asks the daemon for values. Returns nothing if it is not running, does not answer in time or has another version. */
async function askDaemon(question: Question, words: readonly string[], context: CliContext): Promise<Candidate[]> {
  const globals = { ...globalsFrom(globalValues(words, context.commands)), quiet: true, start: false }
  const { openSession } = await import('../session.ts')
  const { knownValues } = await import('../completion/known-values.ts')
  const late = AbortSignal.timeout(ANSWER_MS)
  const tooLate = new Promise<Candidate[]>((answer) => late.addEventListener('abort', () => answer([])))
  const asked = async (): Promise<Candidate[]> => {
    using session = await openSession({ ...context, globals })
    const known = await knownValues(question, words, session)
    return known.map(({ summary, text }) => ({ text: question.before + text, summary }))
  }
  return Promise.race([asked().catch(() => []), tooLate])
}

/** Each candidate is a line; a tab separates it from its summary. */
function oneLine(text: string): string {
  return printable(text).replaceAll('\t', ' ')
}
