import { realpathSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { CoreError, errorMessage } from '@spacedrive/core/errors'
import { isAlive, readLock, takeLock } from '@spacedrive/core/lock'
import { makeFolders } from '@spacedrive/core/make-folders'
import { pathError, pathErrorCode } from '@spacedrive/core/path-error'
import { Client } from '../client.ts'
import { ClientError, ConnectionLostError } from '../client-error.ts'
import { methods, PROTOCOL } from '../protocol.ts'
import { readRecord } from './daemon-record.ts'
import { type InstancePaths, instancePaths } from './paths.ts'
import { programVersion } from './program-version.ts'
import { socketTransport } from './socket-transport.ts'
import { spawnDaemon, type SpawnOptions } from './spawn-daemon.ts'

export interface ConnectOptions extends SpawnOptions {
  /** If no daemon runs: start one, or throw `DaemonNotRunningError`. */
  readonly start: 'auto' | 'never'
  /** Called before a daemon is started: it takes up to a second. */
  readonly onStarting?: (() => void) | undefined
  /**
   * For a daemon of another version: replace it if it is idle and `start` allows it, else throw
   * `VersionMismatch` (`same`, the default), or talk to it all the same (`any`, as long as the two understand each other).
   */
  readonly version?: 'same' | 'any' | undefined
}

export interface Connection extends Disposable {
  readonly client: Client
  /** Whether the daemon was started for this connection. */
  readonly startedDaemon: boolean
}

/** `code` is `Unavailable`. */
export class DaemonNotRunningError extends ClientError {
  override name = 'DaemonNotRunningError'
  constructor(instance: string) {
    const which = instance === 'default' ? '' : ` of instance ${instance}`
    super('Unavailable', `the daemon${which} is not running`, { details: { instance } })
  }
}

/** How often a command looks whether the daemon that another one starts is there, in milliseconds. */
const POLL_MS = 25
/** Each try is a process that finds the folder in use and ends. */
const LOCKED_RETRY_MS = 500
/** A running daemon whose files were removed makes them again within a second or two. */
const RESTORE_MS = 4_000
/** Longer than a daemon takes to stop: a process that still holds the folder is not stopping. */
const WAIT_MS = 60_000
/** A daemon this long without an answer to `hello` is stuck. */
const HELLO_TIMEOUT_MS = 10_000
/** Jobs get half a minute to come to a stop, libraries some seconds to close. */
const STOP_TIMEOUT_MS = 45_000

/** A connection to the daemon of an instance. Of any number of commands that find none running, one starts it. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const paths = instancePaths(options)
  const client = await connectTo(paths)
  if (client && acceptable(client, options)) return connectionOf(client, false)
  if (options.start === 'never') throw client ? mismatch(client) : new DaemonNotRunningError(paths.instance)
  if (client) await replace(client, paths, options.signal)
  return startAndConnect(options, paths)
}

/** Stops the daemon of an instance, of whatever version, and waits until it is gone. False: none was running. */
export async function stopDaemon(options: Pick<ConnectOptions, 'instance' | 'dataDir'>): Promise<boolean> {
  const paths = instancePaths(options)
  const client = await connectTo(paths)
  if (client) await stopAndWait(client, paths)
  return client !== null || endUnreachable(paths)
}

/** Ends a daemon that holds the data folder and cannot be reached, as `kill` does. False: there is none. */
async function endUnreachable(paths: InstancePaths): Promise<boolean> {
  const holder = readLock(paths.lockFile)
  if (!holder || holder.pid === process.pid || holder.host !== hostname() || !isAlive(holder)) return false
  process.kill(holder.pid, 'SIGTERM')
  await untilReleased(holder.pid, paths)
  return true
}

/** The running daemon of an instance, of whatever version; null where none answers. */
export async function connectTo(paths: InstancePaths): Promise<Client | null> {
  const deadline = performance.now() + RESTORE_MS
  for (;;) {
    const client = await tryToConnect(paths)
    // The lock is held, so a daemon is running. It is starting, or about to create its record and sockets again.
    if (client || !isHeld(paths) || performance.now() > deadline) return client
    await pause(POLL_MS)
  }
}

async function tryToConnect(paths: InstancePaths): Promise<Client | null> {
  const record = readRecord(paths.recordFile)
  if (!record) return null
  const timeout = AbortSignal.timeout(HELLO_TIMEOUT_MS)
  try {
    const client = await Client.open(socketTransport(record.socket), programVersion(), timeout)
    if (client.hello.pid === record.pid && isSameFolder(client.hello.dataDir, paths.dataDir)) return client
    // The record was left by a daemon that crashed, and another data folder's has its socket now; or the data folder is
    // a copy, and the record came with it.
    client[Symbol.dispose]()
    return null
  } catch (err) {
    if (timeout.aborted) {
      throw new ClientError(
        'Timeout',
        `the daemon (process ${record.pid}) does not answer; end it with \`kill -9 ${record.pid}\` and try again`,
        { cause: err },
      )
    }
    // The record of a daemon that crashed, or that is stopping now.
    if (isAbsence(err)) return null
    if (err instanceof ClientError) throw err
    const why = err instanceof Error ? err.message : String(err)
    throw new ClientError('Unavailable', `the daemon (process ${record.pid}) cannot be reached: ${why}`, { cause: err })
  }
}

function isSameFolder(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other)
  } catch {
    return false
  }
}

function acceptable(client: Client, { version }: ConnectOptions): boolean {
  return client.hello.protocol === PROTOCOL && (version === 'any' || client.hello.version === programVersion())
}

function connectionOf(client: Client, startedDaemon: boolean): Connection {
  return { client, startedDaemon, [Symbol.dispose]: () => client[Symbol.dispose]() }
}

async function startAndConnect(options: ConnectOptions, paths: InstancePaths): Promise<Connection> {
  const deadline = performance.now() + WAIT_MS
  makeRunDir(paths)
  let announced = false
  const onStarting = () => {
    if (!announced) options.onStarting?.()
    announced = true
  }
  for (;;) {
    const connection = await tryToStart({ ...options, onStarting }, paths)
    if ('client' in connection) return connection
    if (performance.now() > deadline) throw connection.reason
    await pause(connection.retryMs, options.signal)
  }
}

async function tryToStart(options: ConnectOptions, paths: InstancePaths): Promise<Connection | NotYet> {
  // Take the lock first: its previous holder may have started the daemon.
  using lock = tryStartLock(paths)
  const client = await connectTo(paths)
  if (client && !acceptable(client, options)) throw mismatch(client)
  if (client) return connectionOf(client, false)
  if (!lock) return { retryMs: POLL_MS, reason: notUp(paths) }
  options.onStarting?.()
  try {
    await spawnDaemon(options)
  } catch (err) {
    // One is starting that no command has started, or one is still on its way out.
    if (err instanceof ClientError && err.code === 'Locked') return { retryMs: LOCKED_RETRY_MS, reason: err }
    throw err
  }
  const started = await connectTo(paths)
  return started ? connectionOf(started, true) : { retryMs: POLL_MS, reason: notUp(paths) }
}

interface NotYet {
  readonly retryMs: number
  readonly reason: ClientError
}

function notUp({ instance, logFile }: InstancePaths): ClientError {
  return new ClientError('Timeout', `the daemon of instance ${instance} did not start in time; see its log ${logFile}`)
}

async function replace(client: Client, paths: InstancePaths, signal?: AbortSignal): Promise<void> {
  if (!client.hello.idle) throw mismatch(client)
  await stopAndWait(client, paths, signal)
}

async function stopAndWait(client: Client, paths: InstancePaths, signal?: AbortSignal): Promise<void> {
  using daemon = client
  const { pid } = daemon.hello
  await daemon.call(methods.stop, {})
  await untilReleased(pid, paths, signal)
}

async function untilReleased(pid: number, paths: InstancePaths, signal?: AbortSignal): Promise<void> {
  const deadline = performance.now() + STOP_TIMEOUT_MS
  while (holdsFolder(pid, paths)) {
    if (performance.now() > deadline) {
      throw new ClientError('Timeout', `the daemon (process ${pid}) did not stop in time; see its log ${paths.logFile}`)
    }
    await pause(POLL_MS, signal)
  }
}

async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await wait(ms, undefined, signal && { signal }).catch((cause: unknown) => {
    throw new ClientError('Cancelled', 'stopped waiting for the daemon', { cause })
  })
}

function isHeld({ lockFile }: InstancePaths): boolean {
  const holder = readLock(lockFile)
  return holder !== null && isAlive(holder)
}

/** It gives its lock back as the last thing it does. */
function holdsFolder(pid: number, { lockFile }: InstancePaths): boolean {
  const holder = readLock(lockFile)
  return holder?.pid === pid && isAlive(holder)
}

/** The right to start the daemon; null while another command has it. */
function tryStartLock({ startLockFile }: InstancePaths): Disposable | null {
  try {
    return takeLock(startLockFile, 'the start of the daemon')
  } catch (err) {
    if (err instanceof CoreError && err.code === 'Locked') return null
    throw err
  }
}

function mismatch(client: Client): ClientError {
  const { idle, instance, pid, version } = client.hello
  client[Symbol.dispose]()
  const own = programVersion()
  const why = idle ? '' : ' and is busy'
  return new ClientError(
    'VersionMismatch',
    `the daemon of instance ${instance} is version ${version}${why}, this command is ${own}; run \`spacedrive restart\`; jobs resume where they stopped`,
    { details: { daemon: version, command: own, pid } },
  )
}

function makeRunDir({ runDir }: InstancePaths): void {
  try {
    makeFolders(runDir)
  } catch (cause) {
    const known = pathError(cause, runDir)
    const why = known === cause ? `${runDir} cannot be made` : errorMessage(known)
    const code = pathErrorCode(cause) ?? 'PermissionDenied'
    throw new ClientError(code, `${why}; or choose another folder with --data-dir`, { cause })
  }
}

function isAbsence(err: unknown): boolean {
  if (err instanceof ConnectionLostError) return true
  return err instanceof Error && 'code' in err && (err.code === 'ENOENT' || err.code === 'ECONNREFUSED')
}
