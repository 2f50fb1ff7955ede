import type { CommandSpec } from './command-spec.ts'
import { ownCommands } from './commands/own-commands.ts'
import type { CliContext } from './context.ts'
import { loadContract } from './contract.ts'
import { exitCodes } from './exit-codes.ts'
import { globalsFrom } from './globals.ts'
import { Interrupt } from './interrupt.ts'
import { InterruptedError } from './interrupted-error.ts'
import { createIo } from './io.ts'
import { operationCommands } from './operation-commands.ts'
import { type Invocation, parseCommandLine } from './parse.ts'
import { reportError } from './report-error.ts'

/** Runs one command line to its end. Gives the exit code; never throws and never exits. */
export async function main(argv: readonly string[]): Promise<number> {
  leaveQuietlyWhenNobodyReads()
  const { env } = process
  using interrupt = new Interrupt()
  // Until the line is understood, only the words themselves say how an error is to look.
  let globals = globalsFrom({ json: argv.includes('--json'), color: !argv.includes('--no-color') })
  try {
    const commands = allCommands()
    const invocation = parseCommandLine(argv, commands)
    if (invocation.kind === 'version') {
      const { programVersion } = await import('@spacedrive/client/node')
      process.stdout.write(`spacedrive ${programVersion()}\n`)
      return exitCodes.ok
    }
    globals = globalsFrom(invocation.globals)
    return await perform(invocation, { globals, io: createIo(globals, env), interrupt, env, commands })
  } catch (err) {
    const reason =
      interrupt.signal.aborted && !(err instanceof InterruptedError) ? new InterruptedError('interrupted') : err
    const { err: screen, withTypedCommands } = createIo(globals, env)
    return reportError(reason, { json: globals.json || globals.jsonl, screen, withTypedCommands })
  }
}

/** Every command there is, those of the operations and those made by hand. */
export function allCommands(): CommandSpec[] {
  return [...ownCommands, ...operationCommands(loadContract())]
}

async function perform(invocation: Exclude<Invocation, { kind: 'version' }>, context: CliContext): Promise<number> {
  if (invocation.kind === 'run') {
    const run = await invocation.command.load()
    return run(invocation.values, context)
  }
  const { helpText } = await import('./help.ts')
  context.io.print(helpText(invocation.words, context.commands, context.io.out))
  return exitCodes.ok
}

/** `spacedrive file list / | head` ends when `head` does. */
function leaveQuietlyWhenNobodyReads(): void {
  process.stdout.on('error', (err: NodeJS.ErrnoException) => {
    if (err.code === 'EPIPE') process.exit(exitCodes.ok)
    throw err
  })
}
