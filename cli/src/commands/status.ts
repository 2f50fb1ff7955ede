import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { printOutput } from '../print-output.ts'
import { openSession } from '../session.ts'

/** Asks a running daemon; never starts one. */
export async function status(_values: Values, context: CliContext): Promise<number> {
  using session = await openSession(context, { start: 'never', version: 'any' })
  await printOutput('system.status', await session.query('system.status', {}), context)
  return exitCodes.ok
}
