import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { helpText } from '../help.ts'

/** `help`, `help location add`, `help exit-codes`, `help events`. */
export async function help(values: Values, { commands, io }: CliContext): Promise<number> {
  const words = Array.isArray(values.topic) ? (values.topic as string[]) : []
  if (words.join(' ') === 'events') {
    // Loaded on use: other help needs no schemas.
    const { events } = await import('@spacedrive/core/events')
    io.print(Object.keys(events).join('\n'))
  } else io.print(helpText(words, commands, io.out))
  return exitCodes.ok
}
