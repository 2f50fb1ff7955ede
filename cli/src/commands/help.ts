import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { helpText } from '../help.ts'

/** `help`, `help location add`, `help exit-codes`. */
export async function help(values: Values, { commands, io }: CliContext): Promise<number> {
  const words = Array.isArray(values.topic) ? (values.topic as string[]) : []
  io.print(helpText(words, commands, io.out))
  return exitCodes.ok
}
