import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { instanceOf, openSession, stopDaemonOf } from '../session.ts'
import { printable } from '../text/escape.ts'
import { stopAndSay, suffix } from './instances.ts'

/** Starts the daemon, here or in the background. A daemon that runs already is what was wanted. */
export async function start(values: Values, context: CliContext): Promise<number> {
  if (values.foreground === true) {
    const { endProcess, runDaemon } = await import('@spacedrive/daemon')
    await runDaemon({ ...instanceOf(context), foreground: true, verbose: context.globals.verbose })
    return endProcess(exitCodes.ok)
  }
  return startAndSay(context)
}

export async function stop(_values: Values, context: CliContext): Promise<number> {
  return stopAndSay(context)
}

export async function restart(_values: Values, context: CliContext): Promise<number> {
  await stopDaemonOf(context)
  return startAndSay(context)
}

async function startAndSay(context: CliContext): Promise<number> {
  const { globals, io } = context
  using session = await openSession(context, { start: 'auto', onStarting: () => {} })
  const { dataDir, instance, notices, pid, version } = await session.query('system.status', {})
  const name = suffix(instance)
  if (globals.json || globals.jsonl) io.printJson({ instance, pid, version, dataDir, started: session.startedDaemon })
  else
    io.print(
      session.startedDaemon
        ? `Started the daemon${name}, process ${pid}.`
        : `The daemon${name} is running already, process ${pid}.`,
    )
  for (const notice of notices) io.note(printable(notice))
  return exitCodes.ok
}
