import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CoreError } from '@spacedrive/core/errors'
import {
  type ServiceOptions,
  launchdLabel,
  launchdPlist,
  serviceName,
  systemdUnit,
  windowsTask,
} from './service-file.ts'
import { homeFolder } from '@spacedrive/core/home-folder'

/** How the system starts things by itself, as one system does it. */
export interface ServiceManager {
  /** The file that is the installation. */
  readonly file: string
  readonly content: string
  /** UTF-16 where Windows wants it. */
  readonly encoding: BufferEncoding
  /** Commands that put the file in use, after it was written. */
  readonly enable: readonly (readonly string[])[]
  /** Commands that take it out of use, before it is removed. */
  readonly disable: readonly (readonly string[])[]
  /** Exits 0 where the service is running. */
  readonly query: readonly string[]
}

interface Machine {
  readonly platform: NodeJS.Platform
  readonly home: string
  readonly env: NodeJS.ProcessEnv
  readonly exists: (path: string) => boolean
}

const thisMachine = (): Machine => ({
  platform: process.platform,
  home: homeFolder(),
  env: process.env,
  exists: existsSync,
})

/** Throws `Unsupported` if Spacedrive supports no service manager of this system. */
export function serviceManager(options: ServiceOptions, machine: Machine = thisMachine()): ServiceManager {
  const manager = managers[machine.platform]
  if (!manager) throw unsupported(`on ${machine.platform}`)
  return manager(options, machine)
}

const managers: Partial<Record<NodeJS.Platform, (options: ServiceOptions, machine: Machine) => ServiceManager>> = {
  linux: systemd,
  darwin: launchd,
  win32: taskScheduler,
}

/** systemd creates this folder if it started the machine; its own tools check for it in the same way (sd_booted). */
const SYSTEMD_MARK = '/run/systemd/system'

function systemd(options: ServiceOptions, { env, exists, home }: Machine): ServiceManager {
  if (!exists(SYSTEMD_MARK)) throw unsupported('without systemd')
  const unit = `${serviceName(options)}.service`
  const scope = options.user ? ['--user'] : []
  const folder = options.user
    ? join(env.XDG_CONFIG_HOME || join(home, '.config'), 'systemd/user')
    : '/etc/systemd/system'
  return {
    file: join(folder, unit),
    content: systemdUnit(options),
    encoding: 'utf8',
    enable: [
      ['systemctl', ...scope, 'daemon-reload'],
      ['systemctl', ...scope, 'enable', '--now', unit],
    ],
    disable: [['systemctl', ...scope, 'disable', '--now', unit]],
    query: ['systemctl', ...scope, 'is-active', '--quiet', unit],
  }
}

function launchd(options: ServiceOptions, { home }: Machine): ServiceManager {
  const label = launchdLabel(options)
  const file = join(options.user ? join(home, 'Library/LaunchAgents') : '/Library/LaunchDaemons', `${label}.plist`)
  return {
    file,
    content: launchdPlist(options),
    encoding: 'utf8',
    enable: [['launchctl', 'load', '-w', file]],
    disable: [['launchctl', 'unload', '-w', file]],
    query: ['launchctl', 'list', label],
  }
}

function taskScheduler(options: ServiceOptions, { env }: Machine): ServiceManager {
  const name = serviceName(options)
  const file = join(env.LOCALAPPDATA || tmpdir(), 'spacedrive', `${name}.xml`)
  return {
    file,
    content: windowsTask(options),
    encoding: 'utf16le',
    enable: [
      ['schtasks', '/Create', '/F', '/TN', name, '/XML', file],
      ['schtasks', '/Run', '/TN', name],
    ],
    disable: [['schtasks', '/Delete', '/F', '/TN', name]],
    query: ['schtasks', '/Query', '/TN', name],
  }
}

function unsupported(where: string): CoreError {
  return new CoreError(
    'Unsupported',
    `cannot install a service ${where}. Run \`spacedrive start\` to start the daemon now. To start it with the machine, run \`spacedrive start --foreground\` from your own init system.`,
  )
}

/** Runs one command of a service manager. If the command fails, throws an error with its output. */
export async function runServiceCommand([program = '', ...args]: readonly string[]): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    execFile(program, args, (err, stdout, stderr) => {
      if (!err) resolve()
      else
        reject(
          new CoreError(
            'Unavailable',
            `\`${[program, ...args].join(' ')}\` failed: ${(stderr || stdout).trim() || err.message}`,
            { cause: err },
          ),
        )
    })
  })
}
