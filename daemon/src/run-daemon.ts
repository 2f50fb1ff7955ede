import { existsSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { PROTOCOL } from '@spacedrive/client'
import {
  type DaemonRecord,
  type InstanceOptions,
  type InstancePaths,
  instancePaths,
  programVersion,
} from '@spacedrive/client/node'
import { ConfigManager, Core, CoreError, type Logger, pathError } from '@spacedrive/core'
import { errorMessage } from '@spacedrive/core/errors'
import { isHomeless } from '@spacedrive/core/home-folder'
import { readLock, takeLock } from '@spacedrive/core/lock'
import { writeFileAtomically } from '@spacedrive/core/write-file'
import { Connections } from './connections.ts'
import { daemonSettings } from './daemon-settings.ts'
import { type DaemonLog, openDaemonLog } from './daemon-log.ts'
import { endProcess } from './end-process.ts'
import { Failures } from './failures.ts'
import { Presence } from './presence.ts'
import { auditEvents } from './http/audit-events.ts'
import { auditFile, AuditLog } from './http/audit-log.ts'
import { mayRestart, type Restart, restartProcess, restartsBefore } from './restart.ts'
import { ExplorerPlace } from './explorer-place.ts'
import { OwnRelay } from './own-relay.ts'
import { isFree, makePrivateFolder, socketPlaces, takePlace } from './socket-place.ts'
import { SocketServer } from './socket-server.ts'

export interface DaemonOptions extends InstanceOptions {
  /** The log goes to stdout, too. */
  readonly foreground?: boolean
  /** Sets the log level to `debug`. */
  readonly verbose?: boolean
  /** Overrides the setting `http.port`. */
  readonly httpPort?: string | undefined
  /** Overrides the setting `network.enabled`. */
  readonly enableNetworking?: boolean
  /** Called once clients can connect. */
  readonly onReady?: () => void
}

/** Jobs get some seconds to come to a checkpoint, and so does each library; the next start recovers the rest. */
const SHUTDOWN_MS = 40_000
/** Exit code of a program that SIGINT ended, as in a shell: 128 plus the number of the signal. */
const EXIT_NOW = 130

/** Runs the daemon of an instance until it is asked to end, by a signal or by a client. Throws where it cannot start. */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const stopping = Promise.withResolvers<string>()
  using signals = onSignals(stopping.resolve)
  const daemon = await Daemon.open(options, stopping.resolve).catch((err: unknown) => {
    throw pathError(err, pathOf(err) ?? instancePaths(options).dataDir)
  })
  options.onReady?.()
  const why = await stopping.promise
  await daemon.close(why)
}

/** The file a failure of the system is about. */
function pathOf(err: unknown): string | null {
  return err instanceof Error && 'path' in err && typeof err.path === 'string' ? err.path : null
}

/** The first signal ends the daemon in good order, the second at once. */
function onSignals(stop: (why: string) => void): Disposable {
  let asked = false
  const listener = (signal: NodeJS.Signals) => {
    if (asked) endProcess(EXIT_NOW)
    asked = true
    stop(signal)
  }
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, listener)
  return { [Symbol.dispose]: () => signals.forEach((signal) => process.off(signal, listener)) }
}

/** All that makes a process the daemon of a data folder: its lock, log, engine, socket and record. */
class Daemon {
  readonly #log: Logger
  readonly #parts: AsyncDisposableStack

  private constructor(log: Logger, parts: AsyncDisposableStack) {
    this.#log = log
    this.#parts = parts
  }

  static async open(options: DaemonOptions, onStop: (why: string) => void): Promise<Daemon> {
    const paths = instancePaths(options)
    const startedAt = performance.now()
    let ready = false
    await using parts = new AsyncDisposableStack()
    makePrivateFolder(paths.runDir)
    const folder = parts.use(holdFolder(paths))
    const log = parts.use(openDaemonLog({ file: paths.logFile, stdout: options.foreground === true }))
    const before = restartsBefore()
    const failures = parts.use(
      new Failures({
        log: log.logger,
        onBroken: (err) => giveUp(err, { log: log.logger, before, isReady: () => ready }),
      }),
    )
    const explorer = new ExplorerPlace()
    const relay = parts.use(new OwnRelay())
    // It ends after the engine, which removes port mappings from the router when it closes.
    const recording = parts.use(new DisposableStack())
    const config = await openConfig(options, paths, log)
    const core = parts.use(await openCore(paths, { config, log, explorer, relay, failures, before }))
    recording.use(auditEvents(core, new AuditLog({ file: auditFile(paths.runDir), now: Date.now })))
    const connections = parts.use(
      new Connections({
        core,
        explorer: () => explorer.server,
        identity: identityOf(paths),
        onStop: () => onStop('a client asked for it'),
      }),
    )
    const served = { core, connections, runDir: paths.runDir, settings: () => config.values.http }
    await relay.serve(config.values.relay, log.logger)
    await explorer.serve(served)
    parts.use(explorer)
    const server = parts.use(await listen(connections, paths, log.logger))
    parts.use(removeSocketAtExit(server))
    // A client that connects during the shutdown finds no daemon, and waits for the lock.
    parts.defer(() => rmSync(paths.recordFile, { force: true }))
    await writeRecord(paths, server.socket)
    const restore = async () => {
      folder.hold()
      makePrivateFolder(paths.runDir)
      await server.restore()
      if (!explorer.files.every((file) => existsSync(file))) await explorer.serveAgain(served)
      await writeRecord(paths, server.socket)
    }
    parts.use(
      new Presence({
        paths,
        log: log.logger,
        files: () => [paths.recordFile, ...server.files, ...explorer.files],
        restore,
        onGone: onStop,
      }),
    )
    log.logger.info(
      {
        pid: process.pid,
        socket: server.socket,
        explorer: explorer.server?.url ?? null,
        version: programVersion(),
        ms: Math.round(performance.now() - startedAt),
      },
      'the daemon is ready',
    )
    ready = true
    return new Daemon(log.logger, parts.move())
  }

  async close(why: string): Promise<void> {
    this.#log.info({ why }, 'daemon stopping')
    const closed = this.#parts.disposeAsync().then(() => true)
    const inTime = await Promise.race([closed, wait(SHUTDOWN_MS, false, { ref: false })])
    if (!inTime) throw new CoreError('Timeout', `the daemon did not shut down cleanly within ${SHUTDOWN_MS / 1_000} s`)
  }
}

type DaemonConfig = ConfigManager<typeof daemonSettings>

interface CoreParts {
  readonly config: DaemonConfig
  readonly log: DaemonLog
  readonly explorer: ExplorerPlace
  readonly relay: OwnRelay
  readonly failures: Failures
  /** Restarts that led to this process. */
  readonly before: readonly Restart[]
}

/** Reads the configuration, and applies the settings of the log, now and whenever they change. */
async function openConfig(
  options: DaemonOptions,
  { dataDir, userConfigFile }: InstancePaths,
  log: DaemonLog,
): Promise<DaemonConfig> {
  const config = await ConfigManager.open({
    dataDir,
    log: log.logger,
    groups: daemonSettings,
    userFile: userConfigFile,
    env: process.env,
    flags: {
      ...(options.verbose ? { 'log.level': 'debug' } : {}),
      ...(options.httpPort === undefined ? {} : { 'http.port': options.httpPort }),
      ...(options.enableNetworking ? { 'network.enabled': 'true' } : {}),
    },
  })
  const applyLog = () => log.apply(config.values.log)
  applyLog()
  config.onChange(applyLog)
  return config
}

function openCore(paths: InstancePaths, { before, config, explorer, failures, log, relay }: CoreParts): Promise<Core> {
  const { dataDir, instance, logFile } = paths
  const host = {
    version: programVersion(),
    instance,
    logFile,
    notices: () => [...before.map(restartNotice), ...homeNotices(paths), ...explorer.notices, ...relay.notices],
    failures: () => failures.all,
  }
  return Core.open({ dataDir, host, log: log.logger, config })
}

interface HeldFolder extends Disposable {
  /** Takes the lock anew if its file was removed. */
  hold(): void
}

/** Holds the lock of the data folder. It and the record are removed at the end; a kill leaves them to the next start. */
function holdFolder(paths: InstancePaths): HeldFolder {
  let lock = lockFolder(paths)
  // Not the socket: once the server is closed, the daemon of another data folder may have its place.
  const clearUp = () => {
    rmSync(paths.recordFile, { force: true })
    lock[Symbol.dispose]()
  }
  // This also runs if the process is ended from within.
  process.on('exit', clearUp)
  return {
    hold() {
      if (!readLock(paths.lockFile)) lock = lockFolder(paths)
    },
    [Symbol.dispose]() {
      clearUp()
      process.off('exit', clearUp)
    },
  }
}

/** Removes the socket if the process is ended from within. A server that is closed removes its socket itself. */
function removeSocketAtExit(server: SocketServer): Disposable {
  const remove = () => rmSync(server.socket, { force: true })
  process.on('exit', remove)
  return { [Symbol.dispose]: () => void process.off('exit', remove) }
}

function lockFolder({ dataDir, lockFile }: InstancePaths): Disposable {
  return takeLock(lockFile, `the data folder ${dataDir}`)
}

function identityOf({ dataDir, instance }: InstancePaths) {
  return { version: programVersion(), protocol: PROTOCOL, pid: process.pid, instance, dataDir }
}

/** Listens at the first place that works. */
async function listen(connections: Connections, paths: InstancePaths, log: Logger): Promise<SocketServer> {
  const failures: unknown[] = []
  for (const socket of socketPlaces(paths)) {
    try {
      if (process.platform !== 'win32') makePrivateFolder(dirname(socket))
      using _taking = takePlace(socket)
      if (await isFree(socket)) return await SocketServer.listen({ connections, socket, log })
      failures.push(new Error(`${socket} belongs to another daemon`))
    } catch (err) {
      // Some file systems have no sockets.
      failures.push(err)
    }
  }
  const cause = new AggregateError(failures)
  throw new CoreError('Unavailable', `cannot create the socket of the daemon: ${failures.map(String).join('; ')}`, {
    cause,
  })
}

async function writeRecord({ recordFile }: InstancePaths, socket: string): Promise<void> {
  const record: DaemonRecord = {
    pid: process.pid,
    socket,
    version: programVersion(),
    startedAt: new Date().toISOString(),
  }
  await writeFileAtomically(recordFile, `${JSON.stringify(record)}\n`)
}

interface GiveUpParts {
  readonly log: Logger
  readonly before: readonly Restart[]
  /** Whether clients could connect already: a daemon that fails before is not started again. */
  readonly isReady: () => boolean
}

/** An invariant is broken: this process ends, and takes its own place anew unless that has not helped before. */
function giveUp(err: unknown, { before, isReady, log }: GiveUpParts): void {
  const now = Date.now()
  const restarts = isReady() && mayRestart(before, now)
  log.error({ err, restarts }, restarts ? 'the daemon crashed and restarts' : 'the daemon crashed')
  // For the parent process, which waits.
  process.stderr.write(`the daemon crashed: ${err instanceof Error ? err.stack : String(err)}\n`)
  if (restarts) restartProcess(errorMessage(err), before, now)
  process.exit(1)
}

function homeNotices({ dataDir, ownFolder }: InstancePaths): string[] {
  if (ownFolder || !isHomeless()) return []
  return [`this user has no home folder: data is kept in ${dataDir}; set HOME, or choose a folder with --data-dir`]
}

function restartNotice({ at, reason }: Restart): string {
  return `the daemon restarted by itself at ${at}, since it could not go on: ${reason}`
}
