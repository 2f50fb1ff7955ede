import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DEFAULT_INSTANCE, instancePaths } from '@spacedrive/client/node'
import { CoreError, systemCode } from '@spacedrive/core/errors'
import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { type ServiceManager, runServiceCommand, serviceManager } from '../service/service-manager.ts'
import { instanceOf } from '../session.ts'

/** Writes the service's file, says so, and starts the service. */
export async function installService(values: Values, context: CliContext): Promise<number> {
  const { io } = context
  const manager = managerFor(values, context)
  await writeServiceFile(manager)
  io.note(`Wrote ${manager.file}:`)
  if (context.globals.json) io.printJson({ installed: true, file: manager.file, content: manager.content })
  else io.print(manager.content.trimEnd())
  for (const command of manager.enable) {
    io.note(`Running ${command.join(' ')}`)
    await runServiceCommand(command)
  }
  io.note('The daemon runs now and starts with the machine. `spacedrive service uninstall` undoes this.')
  return exitCodes.ok
}

/** Stops the service and removes its file. */
export async function uninstallService(values: Values, context: CliContext): Promise<number> {
  const { globals, io } = context
  const manager = managerFor(values, context)
  if (!(await isInstalled(manager)))
    throw new CoreError('NotFound', `no service is installed: there is no ${manager.file}`)
  for (const command of manager.disable) await runServiceCommand(command)
  await rm(manager.file)
  if (globals.json) io.printJson({ installed: false, file: manager.file })
  else io.print(`Removed ${manager.file}.`)
  return exitCodes.ok
}

/** Exit 0 where the service runs, 6 where it is installed and does not, 3 where it is not installed. */
export async function serviceStatus(values: Values, context: CliContext): Promise<number> {
  const { globals, io } = context
  const manager = managerFor(values, context)
  const installed = await isInstalled(manager)
  const running = installed && (await isRunning(manager))
  if (globals.json) io.printJson({ installed, running, file: manager.file })
  else
    io.print(
      installed
        ? `${manager.file}: ${running ? 'running' : 'not running'}`
        : `Not installed: there is no ${manager.file}`,
    )
  if (running) return exitCodes.ok
  return installed ? exitCodes.notRunning : exitCodes.notFound
}

function managerFor(values: Values, context: CliContext): ServiceManager {
  const { instance, ownFolder, root } = instancePaths(instanceOf(context))
  const shim = fileURLToPath(new URL('../../bin/spacedrive.mjs', import.meta.url))
  const command = [process.execPath, shim, 'start', '--foreground']
  if (instance !== DEFAULT_INSTANCE) command.push('--instance', instance)
  if (ownFolder) command.push('--data-dir', root)
  return serviceManager({ command, instance, user: values.user === true })
}

async function writeServiceFile({ content, encoding, file }: ServiceManager): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, encoding === 'utf16le' ? `\ufeff${content}` : content, { encoding, mode: 0o644 })
  } catch (err) {
    const code = systemCode(err)
    if (code !== 'EACCES' && code !== 'EPERM') throw err
    throw new CoreError('PermissionDenied', `${file} cannot be written. Run this as root, or add --user.`, {
      cause: err,
    })
  }
}

async function isInstalled({ file }: ServiceManager): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}

async function isRunning({ query }: ServiceManager): Promise<boolean> {
  return runServiceCommand(query).then(
    () => true,
    () => false,
  )
}
