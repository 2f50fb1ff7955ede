import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { homeFolder } from '@spacedrive/core/home-folder'
import { ClientError } from '../client-error.ts'

/** The instance of commands that name none. */
export const DEFAULT_INSTANCE = 'default'
const INSTANCE_NAME = /^[A-Za-z0-9_-]{1,64}$/

export interface InstanceOptions {
  /** By default the one that `SPACEDRIVE_INSTANCE` names, else `default`. */
  readonly instance?: string | undefined
  /**
   * One folder for everything, instead of the places the platform has for each. By default the one that
   * `SPACEDRIVE_DATA_DIR` names, if any.
   */
  readonly dataDir?: string | undefined
}

/** The facts about the process that `instancePaths` uses; tests pass their own. */
export interface PathHost {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  readonly temporary: string
  /** -1 where the system has no such numbers. */
  readonly uid: number
}

/** Where one instance keeps its files. Nothing is made by asking. */
export interface InstancePaths {
  readonly instance: string
  /** The folder that was given, or the platform's place for data: the folder of the default instance. */
  readonly root: string
  /** Whether that folder was given: then everything is in it. */
  readonly ownFolder: boolean
  /** Libraries, device, configuration. */
  readonly dataDir: string
  /** Settings of this user for all instances; null with a data folder of one's own. */
  readonly userConfigFile: string | null
  /** JSON lines, rotated. */
  readonly logFile: string
  /** The output of a daemon that could not write its log. */
  readonly errorFile: string
  /** The folder of the running daemon, with its record and its sockets. */
  readonly runDir: string
  /** Written by a daemon that is ready: its process, version and sockets. */
  readonly recordFile: string
  /** Held by the daemon; beside `run`, which people remove when they clear up. */
  readonly lockFile: string
  /** Held by the command that is starting a daemon. */
  readonly startLockFile: string
  /** Compiled code, kept between starts. */
  readonly compileCache: string
}

/** Throws `InvalidInput` for a name that is not one. */
export function instancePaths(options: InstanceOptions = {}, host: PathHost = pathHost()): InstancePaths {
  const { env } = host
  const instance = options.instance ?? (env['SPACEDRIVE_INSTANCE'] || DEFAULT_INSTANCE)
  if (!INSTANCE_NAME.test(instance)) {
    throw new ClientError(
      'InvalidInput',
      `${JSON.stringify(instance)} is not a valid instance name; use 1 to 64 letters, digits, - and _`,
    )
  }
  const given = options.dataDir ?? (env['SPACEDRIVE_DATA_DIR'] || null)
  const own = given === null ? null : resolve(given)
  const places = own === null ? platformPlaces(host) : ownPlaces(own)
  const dataDir = placeOf(places.data, instance)
  const stateDir = placeOf(places.state, instance)
  const runDir = join(dataDir, 'run')
  return {
    instance,
    root: places.data,
    ownFolder: own !== null,
    dataDir,
    userConfigFile: own === null ? join(places.config, 'config.json') : null,
    logFile: join(stateDir, 'logs', 'daemon.log'),
    errorFile: join(stateDir, 'logs', 'daemon.err'),
    runDir,
    recordFile: join(runDir, 'daemon.json'),
    lockFile: join(dataDir, 'daemon.lock'),
    startLockFile: join(runDir, 'start.lock'),
    compileCache: join(places.cache, 'node'),
  }
}

/** The folder below `root` in which the other instances have theirs. */
export function instancesFolder(root: string): string {
  return join(root, 'instances')
}

/** Whether a folder's name can be that of an instance. */
export function isInstanceName(name: string): boolean {
  return INSTANCE_NAME.test(name)
}

/** This process and its user. */
export function pathHost(): PathHost {
  return {
    platform: process.platform,
    env: process.env,
    get home() {
      return homeFolder()
    },
    temporary: tmpdir(),
    uid: process.getuid?.() ?? -1,
  }
}

interface Places {
  readonly data: string
  readonly config: string
  readonly state: string
  readonly cache: string
}

function ownPlaces(root: string): Places {
  return { data: root, config: root, state: root, cache: join(root, 'cache') }
}

function platformPlaces(host: PathHost): Places {
  const { env, platform } = host
  if (platform === 'win32') {
    return ownPlaces(join(env['LOCALAPPDATA'] ?? join(host.home, 'AppData', 'Local'), 'spacedrive'))
  }
  if (platform === 'darwin') {
    const library = join(host.home, 'Library')
    const support = ownPlaces(join(library, 'Application Support', 'spacedrive'))
    return { ...support, cache: join(library, 'Caches', 'spacedrive') }
  }
  const xdg = (variable: string, fallback: string) => {
    const path = env[variable]
    // The XDG specification has a path that is not absolute ignored.
    return join(path?.startsWith('/') ? path : join(host.home, fallback), 'spacedrive')
  }
  return {
    data: xdg('XDG_DATA_HOME', '.local/share'),
    config: xdg('XDG_CONFIG_HOME', '.config'),
    state: xdg('XDG_STATE_HOME', '.local/state'),
    cache: xdg('XDG_CACHE_HOME', '.cache'),
  }
}

function placeOf(root: string, instance: string): string {
  return instance === DEFAULT_INSTANCE ? root : join(instancesFolder(root), instance)
}
