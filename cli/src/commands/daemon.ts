import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { instanceOf, openSession, stopDaemonOf } from '../session.ts'
import { takenPortSentence } from '../render/taken-port.ts'
import { printable } from '../text/escape.ts'
import { stopAndSay, suffix } from './instances.ts'

/** Starts the daemon in the foreground or background. A daemon that already runs is a success. */
export async function start(values: Values, context: CliContext): Promise<number> {
  if (values.foreground === true) {
    const { endProcess, runDaemon } = await import('@spacedrive/daemon')
    await runDaemon({
      ...instanceOf(context),
      foreground: true,
      verbose: context.globals.verbose,
      httpPort: httpPortOf(values),
      enableNetworking: values.enableNetworking === true,
    })
    return endProcess(exitCodes.ok)
  }
  return startAndSay(values, context)
}

export async function stop(_values: Values, context: CliContext): Promise<number> {
  return stopAndSay(context)
}

export async function restart(values: Values, context: CliContext): Promise<number> {
  await stopDaemonOf(context)
  return startAndSay(values, context)
}

/** As the daemon takes it; undefined where nothing is said. */
export function httpPortOf({ httpPort }: Values): string | undefined {
  return typeof httpPort === 'string' ? httpPort : undefined
}

async function startAndSay(values: Values, context: CliContext): Promise<number> {
  const { globals, io } = context
  using session = await openSession(context, {
    start: 'auto',
    onStarting: () => {},
    httpPort: httpPortOf(values),
    enableNetworking: values.enableNetworking === true,
  })
  const status = await session.query('system.status', {})
  const { dataDir, explorer, instance, network, notices, pid, version } = status
  const name = suffix(instance)
  if (globals.json || globals.jsonl)
    io.printJson({ instance, pid, version, dataDir, explorer, started: session.startedDaemon })
  else
    io.print(
      session.startedDaemon
        ? `Started the daemon${name}, process ${pid}.`
        : `The daemon${name} is running already, process ${pid}.`,
    )
  if (explorer !== null) io.note(`The explorer is at ${explorer}; \`spacedrive open\` opens it.`)
  const taken = takenPortSentence(status)
  if (taken !== null) io.note(taken)
  if (!session.startedDaemon && httpPortOf(values) !== undefined) {
    io.note('--http-port holds for a daemon that starts; `spacedrive restart --http-port <n>` moves this one.')
  }
  if (!session.startedDaemon && values.enableNetworking === true && network.state === 'disabled') {
    io.note('--enable-networking holds for a daemon that starts; `spacedrive network start` lets this one connect.')
  }
  for (const notice of notices) io.note(printable(notice))
  return exitCodes.ok
}
