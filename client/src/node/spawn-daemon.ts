import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, closeSync, openSync, readFileSync, statSync } from 'node:fs'
import { dirname, parse } from 'node:path'
import { addAbortSignal, type Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type ErrorCode, errorMessage } from '@spacedrive/core/errors'
import { makeFolders } from '@spacedrive/core/make-folders'
import { pathError, pathErrorCode } from '@spacedrive/core/path-error'
import { ClientError } from '../client-error.ts'
import { nodeProgram, OLDEST_NODE } from './node-program.js'
import { type InstanceOptions, type InstancePaths, instancePaths } from './paths.ts'

/** The single message of a new daemon on file descriptor 3: it is ready, or the reason why it stops. */
export type ReadyMessage =
  | { readonly ready: true }
  | { readonly ready: false; readonly code: ErrorCode; readonly message: string; readonly details: unknown }

/** The descriptor after stdin, stdout and stderr. */
export const READY_FD = 3
/** Number of output lines that the error shows if the daemon dies. */
const SHOWN_LINES = 10

export interface SpawnOptions extends InstanceOptions {
  /** Path of the daemon's `main.ts`; that of this installation by default. */
  readonly daemonEntry?: string | undefined
  /** The daemon's log says more. */
  readonly verbose?: boolean | undefined
  /** Where the daemon serves the explorer: a port, or `off`; as it is configured by default. */
  readonly httpPort?: string | undefined
  /** The daemon connects to paired devices as long as it runs, whatever is configured. */
  readonly enableNetworking?: boolean | undefined
  /** Ends the waiting; a daemon that is starting goes on. */
  readonly signal?: AbortSignal | undefined
}

/** A daemon that first brings a large library to a newer schema takes its time; it goes on after this, too. */
const READY_TIMEOUT_MS = 60_000

/** Starts a daemon that outlives this process, and waits until it listens. Throws `ClientError` with the daemon's message. */
export async function spawnDaemon(options: SpawnOptions): Promise<void> {
  const paths = instancePaths(options)
  const child = launch(options, paths)
  // The type of `stdio` does not depend on the options.
  const pipe = child.stdio[READY_FD] as Readable
  const { signal } = options
  const timeout = AbortSignal.timeout(READY_TIMEOUT_MS)
  const giveUp = signal ? AbortSignal.any([timeout, signal]) : timeout
  try {
    const message = await Promise.race([readyMessage(addAbortSignal(giveUp, pipe)), failure(child)])
    if (signal?.aborted) throw new ClientError('Cancelled', 'stopped waiting for the daemon', { cause: signal.reason })
    if (message === null) throw timeout.aborted ? stillStarting(paths) : died(paths)
    if (!message.ready) throw refused(message)
  } finally {
    pipe.destroy()
    child.unref()
  }
}

/** Number of heaps of the C library. Heaps keep freed memory; with only two, the system gets a tenth more back. */
const MALLOC_ARENA_MAX = '2'

/** MB for young objects, twice in each heap. With the default, 16, indexing a million files takes a fifth more memory. */
const YOUNG_GENERATION = '--max-semi-space-size=4'

function launch(
  { daemonEntry, enableNetworking, httpPort, verbose }: SpawnOptions,
  paths: InstancePaths,
): ChildProcess {
  const errors = openErrorFile(paths.errorFile)
  const cache = makePrivate(paths.compileCache) ? { NODE_COMPILE_CACHE: paths.compileCache } : {}
  const args = [YOUNG_GENERATION, daemonEntry ?? ownDaemonEntry(), '--ready-fd', String(READY_FD)]
  // Also where the environment names them: a path there may be relative, and the daemon runs in another folder.
  if (paths.ownFolder) args.push('--data-dir', paths.root)
  args.push('--instance', paths.instance)
  if (verbose) args.push('--verbose')
  if (httpPort !== undefined) args.push(`--http-port=${httpPort}`)
  if (enableNetworking) args.push('--enable-networking')
  try {
    return spawn(nodeOf(), args, {
      detached: true,
      stdio: ['ignore', 'ignore', errors, 'pipe'],
      // Not the folder of the command: that would keep its volume from being unmounted.
      cwd: parse(paths.dataDir).root,
      env: { ...cache, MALLOC_ARENA_MAX, ...process.env },
      windowsHide: true,
    })
  } finally {
    closeSync(errors)
  }
}

/**
 * Returns whether the folder belongs to this user alone: Node executes what it finds in it. Without the folder, the
 * daemon compiles its modules itself.
 */
function makePrivate(folder: string): boolean {
  try {
    makeFolders(folder)
    chmodSync(folder, 0o700)
    // Root can change the folders of other users; they could change them back.
    return statSync(folder).uid === (process.getuid?.() ?? 0)
  } catch {
    // The disk is read-only or full, or the folder belongs to another user.
    return false
  }
}

/** Throws a sentence where the folder cannot be written: on a read-only or full disk. */
function openErrorFile(file: string): number {
  try {
    makeFolders(dirname(file))
    return openSync(file, 'w', 0o600)
  } catch (err) {
    throw new ClientError(
      pathErrorCode(err) ?? 'Unavailable',
      `cannot start the daemon: ${errorMessage(pathError(err, file))}`,
      { cause: err },
    )
  }
}

/** Throws if neither this Node nor another one in this installation can run the daemon. */
function nodeOf(): string {
  const node = nodeProgram()
  if (node !== null) return node
  throw new ClientError(
    'Unavailable',
    `cannot start the daemon: it needs Node.js ${OLDEST_NODE} or newer, and this is ${process.version}; install a newer one from https://nodejs.org`,
  )
}

/** Looked up only when it is needed: the client also runs where there is no daemon. */
function ownDaemonEntry(): string {
  return fileURLToPath(import.meta.resolve('@spacedrive/daemon/main'))
}

/** Null where the daemon ended, or took too long, without a word. */
async function readyMessage(pipe: Readable): Promise<ReadyMessage | null> {
  const said = await text(pipe).catch(() => '')
  return said === '' ? null : (JSON.parse(said) as ReadyMessage)
}

function failure(child: ChildProcess): Promise<never> {
  return new Promise((_resolve, reject) => {
    child.once('error', (cause) =>
      reject(new ClientError('Unavailable', `cannot start the daemon: ${cause.message}`, { cause })),
    )
  })
}

function refused({ code, details, message }: Extract<ReadyMessage, { ready: false }>): ClientError {
  return new ClientError(code, `the daemon did not start: ${message}`, { details })
}

function stillStarting({ logFile }: InstancePaths): ClientError {
  return new ClientError('Timeout', `the daemon is still starting after a minute; see its log ${logFile}`, {
    details: { logFile },
  })
}

function died({ errorFile, logFile }: InstancePaths): ClientError {
  const lines = lastLines(errorFile)
  const said = lines.length > 0 ? `\n${lines.join('\n')}` : ''
  return new ClientError('Unavailable', `the daemon did not start; see its log ${logFile}${said}`, {
    details: { logFile, lines },
  })
}

function lastLines(file: string): string[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n')
    // The stack belongs into the log: here it would push out the line with the reason.
    return lines.filter((line) => line.trim() !== '' && !/^\s+at /.test(line)).slice(-SHOWN_LINES)
  } catch {
    return []
  }
}
