import type { Values } from '../command-spec.ts'
import { complete as candidatesFor } from '../completion/complete.ts'
import { type Shell, completionScripts } from '../completion/scripts.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'

/** `completion bash`: prints the script. */
export async function completion(values: Values, { io }: CliContext): Promise<number> {
  io.out.write(completionScripts[values.shell as Shell])
  return exitCodes.ok
}

/** Answers the scripts. */
export async function complete(values: Values, { commands, io }: CliContext): Promise<number> {
  // PowerShell drops an empty argument, so there it is written as two quotes.
  const words = ((values.words as readonly string[] | undefined) ?? ['']).map((word) => (word === '""' ? '' : word))
  const { candidates, files } = candidatesFor(words, commands)
  const lines = [...candidates.map(({ summary, text }) => `${text}\t${summary}`), ...(files ? [':files'] : [])]
  if (lines.length > 0) io.print(lines.join('\n'))
  return exitCodes.ok
}
