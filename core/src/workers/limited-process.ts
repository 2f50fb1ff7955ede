import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'
import { constants } from 'node:os'
import type { Duplex, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { boxArgs, type BoxStart } from './box/box.ts'
import type { BoxState } from './box/box-state.ts'
import { bwrapArgs } from './box/bwrap.ts'
import { decoderEnvironment } from './box/environment.ts'
import { knowsProcessor } from './box/filter.ts'
import { hideDescriptors } from './box/own-descriptors.ts'
import { callsFilter } from './box/seccomp.ts'
import { SEALED_VARIABLE } from './box/variables.ts'
import { CACHE_VARIABLE, compileCache } from './compile-cache.ts'
import { endLeftBehind, endProcess } from './end-process.ts'
import { leadsGroupItself } from './lead-group.ts'
import { assertPlain } from './plain-message.ts'
import { CHANNEL, ProcessChannel } from './process-channel.ts'
import type { ProcessFolders } from './process-folders.ts'
import { processorTimes } from './processor-times.ts'
import { setNiceness } from './set-niceness.ts'
import type { LinkEvents, WorkerLink } from './worker-link.ts'

export interface LimitedStart {
  /** The purpose of the process; used in messages and in the process list. */
  readonly name: string
  /** The module of the process; it calls `serveProcess`. */
  readonly entry: URL
  /** A process that uses more memory than this is ended. On Linux, it cannot even allocate much more. */
  readonly memoryMiB: number
  /** Heap size of the process; by default 128 MiB, because most processes keep large data outside the heap. */
  readonly heapMiB?: number
  /**
   * The system's priority value, from -20 to 19. By default, the priority is lower than that of any work that a user
   * waits for.
   */
  readonly niceness?: number
  /** A process that sends a larger message is ended. By default 1 MiB if it may be confined, and 1 GiB otherwise. */
  readonly maxReplyBytes?: number
  /** Returns the folder of the compile cache, or null for none. By default, the cache of this process is used. */
  readonly cache?: () => string | null
}

/** The limits of a process that decodes untrusted files. */
export interface Confinement {
  /** Null if this system has no layer that works. */
  readonly box: Box | null
  readonly folders: ProcessFolders | null
  /** Environment variables that it receives in addition to the usual ones. */
  readonly variables: readonly string[]
}

/** The layer that confines a process, and its parameters. */
export interface Box {
  readonly by: Extract<BoxState, { layer: string }>
  readonly start: BoxStart
}

export interface LimitedProcess extends WorkerLink {
  /** Undefined if the process could not be started. */
  readonly pid: number | undefined
}

export interface LimitedEvents extends LinkEvents {
  /** Called if a message of the process is not valid, or `onMessage` throws. No further message is read. */
  readonly onBroken: (err: unknown) => void
}

/** Memory in MiB that Node reserves as data when it starts. With a lower limit, it does not start. */
const NODE_DATA_MIB = 800
/** Heap of a process: its own JavaScript is small, and pictures are stored outside the heap. */
const HEAP_MIB = 128
/** Lower than all work that a user waits for. */
const NICENESS = constants.priority.PRIORITY_LOW

/** Limit on messages of a confined process. Most results are files, so replies are small. */
const MAX_CONFINED_REPLY_BYTES = 2 ** 20
/** Limit on messages of processes that decode no files: listings of folders, and results of models. */
const MAX_REPLY_BYTES = 2 ** 30

/** The handles that keep the current process alive while it waits. */
type Refs = Pick<ChildProcess, 'ref' | 'unref'>

/**
 * Starts a process with limits. If it has a `confinement`, its messages are not trusted. If the process cannot be
 * started, it throws or calls `onEnd` with the error.
 */
export function startLimitedProcess(
  options: LimitedStart,
  confinement: Confinement | null,
  { onBroken, onEnd, onMessage }: LimitedEvents,
): LimitedProcess {
  const { maxReplyBytes = confinement ? MAX_CONFINED_REPLY_BYTES : MAX_REPLY_BYTES } = options
  const child = startChild(options, confinement)
  const stream = hasPipes(child) ? (child.stdio[CHANNEL] as Duplex & Refs) : null
  const channel = stream && new ProcessChannel(stream, maxReplyBytes, confinement ? assertPlain : undefined)
  const ended = Promise.withResolvers<void>()
  channel?.receive(onMessage, onBroken)
  const end = (error: unknown, code: number | string | null) => {
    // End the processes that it has left running.
    stream?.destroy()
    ended.resolve()
    onEnd({ error, code })
  }
  child.on('error', (err) => end(err, null))
  child.on('exit', (code, signalled) => {
    if (child.pid !== undefined) endLeftBehind(child.pid)
    const signal = signalled ?? (confinement?.box?.by.layer === 'bwrap' ? signalTold(code) : null)
    end(undefined, signal ?? code)
  })
  return {
    pid: child.pid,
    sharesMemory: false,
    post: (message) => channel?.send(message),
    keepAlive(isNeeded) {
      for (const each of [child, stream]) {
        if (isNeeded) each?.ref()
        else each?.unref()
      }
    },
    times: () => processorTimes(child.pid),
    async end() {
      if (child.pid !== undefined) endProcess(child.pid)
      await ended.promise
    },
  }
}

/**
 * On Linux, starts the process through a shell that sets limits (no core dump, limited memory), and for a box also
 * through `enter-box` or bubblewrap. On other systems, only the guard thread inside the process limits it. The process
 * leads a group, so that everything it starts ends with it.
 */
function startChild(
  { cache: find = compileCache, entry, memoryMiB, heapMiB = HEAP_MIB, niceness = NICENESS }: LimitedStart,
  confinement: Confinement | null,
): ChildProcess {
  const { box = null, folders = null, variables = [] } = confinement ?? {}
  if (box) hideDescriptors()
  const { before, parentPid, piped } = box ? entryOf(box) : OPEN
  const args = [`--max-old-space-size=${heapMiB}`, fileURLToPath(entry), String(parentPid), String(memoryMiB)]
  const options: SpawnOptions = {
    // On Windows, only this kind of pipe can be read and written without delay.
    stdio: ['ignore', 'ignore', 'ignore', 'overlapped', ...piped.map(() => 'pipe' as const)],
    // The first processes of bubblewrap end together only if they are a group. bubblewrap creates its own session
    // anyway.
    detached: process.platform !== 'win32' && (!leadsGroupItself || box?.by.layer === 'bwrap'),
    env: {
      ...(confinement === null ? process.env : decoderEnvironment(process.env, variables)),
      ...(folders && { TMPDIR: folders.temporary }),
      ...(box && !box.start.programs && { [SEALED_VARIABLE]: '1' }),
      [CACHE_VARIABLE]: find() ?? '',
    },
  }
  const limits = `ulimit -c 0; ulimit -d ${(NODE_DATA_MIB + memoryMiB) * 1_024}; ${confinement === null ? '' : FIRST_TO_GO}`
  const child =
    process.platform === 'linux'
      ? spawn('/bin/sh', ['-c', `${limits}exec "$0" "$@"`, ...before, ...args], options)
      : spawn(process.execPath, args, options)
  // If the process has already died, its exit event reports that.
  for (const [i, bytes] of piped.entries()) {
    const pipe = hasPipes(child) ? (child.stdio[PIPED + i] as Writable | null | undefined) : null
    pipe?.on('error', () => {}).end(bytes)
  }
  setNiceness(child, niceness)
  return child
}

/**
 * Whether Node created the pipes. It creates none if there are too many open files; then the child's `error` event
 * follows.
 */
function hasPipes({ stdio }: { readonly stdio: ChildProcess['stdio'] | undefined }): boolean {
  return stdio !== undefined
}

interface Entry {
  /** The program, and the arguments before those of Node. */
  readonly before: readonly string[]
  /** The process id of the parent, from inside the process. */
  readonly parentPid: number
  /** The data for the descriptors after that of the channel. */
  readonly piped: readonly Buffer[]
}

const OPEN: Entry = { before: [process.execPath], parentPid: process.pid, piped: [] }
/** The descriptor after that of the channel. */
const PIPED = CHANNEL + 1
/** The process id of bubblewrap, which is the first process in its namespace. */
const BWRAP_PID = 1
/**
 * A shell command: if memory runs out, the system ends a decoder, and everything it has started, before any other
 * process.
 */
const FIRST_TO_GO = 'echo 1000 > /proc/self/oom_score_adj; '

function entryOf({ by, start }: Box): Entry {
  switch (by.layer) {
    case 'landlock':
      return { ...OPEN, before: [process.execPath, ...boxArgs(start, [CHANNEL])] }
    case 'bwrap': {
      const filter = knowsProcessor() ? callsFilter(start) : null
      const filters = filter ? ['--seccomp', String(PIPED + 1)] : []
      const before = [by.program, '--args', String(PIPED), ...filters, '--', process.execPath]
      const args = Buffer.concat(bwrapArgs(start).flatMap((arg) => [arg, Buffer.of(0)]))
      return { before, parentPid: BWRAP_PID, piped: [args, filter ?? []].flat() }
    }
  }
}

/** The signal that ended the process: bubblewrap exits with 128 plus the number of the signal. */
function signalTold(code: number | null): NodeJS.Signals | null {
  const names = Object.entries(constants.signals) as [NodeJS.Signals, number][]
  return names.find(([, number]) => code === SIGNAL_BASE + number)?.[0] ?? null
}

const SIGNAL_BASE = 128
