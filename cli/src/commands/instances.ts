import { type InstanceInfo, instancePaths, listInstances as instances } from '@spacedrive/client/node'
import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { instanceOf, stopDaemonOf } from '../session.ts'
import { printable } from '../text/escape.ts'
import { type Cell, renderTable } from '../text/table.ts'

/** The daemons of this user, running or not. */
export async function listInstances(_values: Values, context: CliContext): Promise<number> {
  const { globals, io } = context
  const found = await instances({ dataDir: globals.dataDir })
  if (globals.jsonl) for (const instance of found) io.printJsonLine(instance)
  else if (globals.json) io.printJson(found)
  else
    io.print(
      found.length > 0
        ? table(found, io.out).join('\n')
        : io.withTypedCommands('No daemon has been started yet; `spacedrive start` starts one.'),
    )
  // Nothing records which other folders a daemon was given, so they can only be asked one by one.
  if (found.length > 0 && !globals.json && !globals.jsonl)
    io.note(
      `These are the instances in ${printable(instancePaths(instanceOf(context)).root)}. A daemon in another data folder is shown by \`spacedrive status --data-dir <folder>\`.`,
    )
  return exitCodes.ok
}

/** `instance stop test` is `stop --instance test`. */
export async function stopInstance(values: Values, context: CliContext): Promise<number> {
  const instance = String(values.name)
  return stopAndSay({ ...context, globals: { ...context.globals, instance } })
}

/** Stops the daemon and says so. Exit 6 where none was running. */
export async function stopAndSay(context: CliContext): Promise<number> {
  const { globals, io } = context
  const stopped = await stopDaemonOf(context)
  const { instance: name } = instancePaths(instanceOf(context))
  if (globals.json || globals.jsonl) io.printJson({ instance: name, stopped })
  else io.print(stopped ? `Stopped the daemon${suffix(name)}.` : `The daemon${suffix(name)} is not running.`)
  return stopped ? exitCodes.ok : exitCodes.notRunning
}

/** The default instance needs no name. */
export function suffix(instance: string): string {
  return instance === 'default' ? '' : ` of instance ${instance}`
}

function table(found: readonly InstanceInfo[], { style, width }: CliContext['io']['out']): string[] {
  const columns = [
    { title: 'INSTANCE' },
    { title: 'STATE' },
    { title: 'PROCESS', align: 'right' },
    { title: 'VERSION' },
    { title: 'DATA', shrink: 'middle', min: 16 },
  ] as const
  const rows = found.map(({ dataDir, instance, pid, running, version }): Cell[] => [
    instance,
    running ? { text: 'running', tone: 'good' } : { text: 'stopped', tone: 'dim' },
    pid === null ? '' : String(pid),
    version ?? '',
    printable(dataDir),
  ])
  return renderTable({ columns, rows, width, style })
}
