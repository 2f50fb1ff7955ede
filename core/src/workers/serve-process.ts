import { Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { CoreError, type ErrorCode, errorMessage } from '../util/errors.ts'
import { pathErrorCode } from '../util/path-error.ts'
import { sealPrograms } from './box/seal-programs.ts'
import { endProcess } from './end-process.ts'
import type { GuardLimits } from './guard-limits.ts'
import { leadGroup } from './lead-group.ts'
import { CHANNEL, ProcessChannel } from './process-channel.ts'
import type { ProcessFolders } from './process-folders.ts'

export interface ProcessRequest<Request> {
  readonly id: number
  readonly request: Request
  /** The folders of the process; null in a pool without a box. */
  readonly folders: ProcessFolders | null
}

/** A message of a process. For a process in a box, the daemon checks each message; see `process-reply.ts`. */
export type ProcessReply<Reply> =
  /** The first message. Errors before it are not caused by a request. */
  | { readonly ready: true }
  /** The compile cache had no valid copy of a module, so this process compiled it. */
  | { readonly compiled: true }
  | { readonly id: number; readonly progress: number }
  | Answer<Reply>

type Answer<Reply = unknown> =
  | { readonly id: number; readonly ok: true; readonly reply: Reply }
  | {
      readonly id: number
      readonly ok: false
      readonly code: ErrorCode
      readonly message: string
      /** Whether this is the last answer of the process: it accepts no more requests. */
      readonly last: boolean
    }

/** Limit on a request. The largest one is the sound of a long recording. */
const MAX_REQUEST_BYTES = 2 ** 31

/**
 * Memory limits of the guard thread. The code range matters most: by default, half a gigabyte is reserved for it,
 * which counts as data of the process. With a smaller heap, garbage collections make the thread start more slowly, and
 * there is hardly room to compile its module.
 */
const GUARD_LIMITS = { maxOldGenerationSizeMb: 16, codeRangeSizeMb: 1 }

/**
 * Answers the requests of a `ProcessPool`, one at a time. The process ends with its parent, even if it is busy. File
 * system errors keep their codes. Any other error that is not a `CoreError` is reported as `Corrupt`, because a decoder
 * that throws could not read its input. `progress` restarts the deadline of a request.
 */
export function serveProcess<Request, Reply>(
  handle: (request: Request, progress: (value: number) => void, folders: ProcessFolders | null) => Promise<Reply>,
): void {
  let current: number | null = null
  obeyPool()
  const stream = new Socket({ fd: CHANNEL })
  const channel = new ProcessChannel(stream, MAX_REQUEST_BYTES)
  const answer = (reply: Answer) => {
    // Each request gets only one answer, even if its handler throws after it was answered.
    if (reply.id !== current) return
    current = null
    channel.send(reply)
  }
  const fail = (id: number, err: unknown, { last }: { last: boolean }) => {
    const code = err instanceof CoreError ? err.code : (pathErrorCode(err) ?? 'Corrupt')
    answer({ id, ok: false, code, message: errorMessage(err), last })
  }
  const progress = (id: number, value: number) => {
    if (id === current) channel.send({ id, progress: value } satisfies ProcessReply<Reply>)
  }
  let isTold = false
  const tellOnce = () => {
    if (isTold || !hasCompiled()) return
    isTold = true
    channel.send({ compiled: true } satisfies ProcessReply<Reply>)
  }
  // Not `process.exit`, because that waits for native work on libuv's threads.
  stream.on('close', () => endProcess(process.pid))
  // Some decoders throw in callbacks, where the error cannot be caught. The file is the cause, and this process must
  // not be used again.
  process.on('uncaughtException', (err) => {
    if (current === null) process.exit(1)
    fail(current, err, { last: true })
  })
  const receive = async ({ folders, id, request }: ProcessRequest<Request>) => {
    current = id
    try {
      const reply = await handle(request, (value) => progress(id, value), folders)
      answer({ id, ok: true, reply })
    } catch (err) {
      fail(id, err, { last: false })
    } finally {
      tellOnce()
    }
  }
  channel.receive(
    (message) => void receive(message as ProcessRequest<Request>),
    () => endProcess(process.pid),
  )
  channel.send({ ready: true } satisfies ProcessReply<Reply>)
  tellOnce()
}

/** The name of Node's TypeScript compiler, which Node loads on demand. */
const COMPILER = 'NativeModule internal/deps/amaro/dist/index'

function hasCompiled(): boolean {
  const { moduleLoadList = [] } = process as { moduleLoadList?: readonly string[] }
  return moduleLoadList.includes(COMPILER)
}

/** The pool passes the limits as arguments; a process that was started by hand has none. */
function obeyPool(): void {
  const [, , parentPid, memoryMiB] = process.argv
  if (!parentPid || !memoryMiB) return
  leadGroup()
  sealPrograms()
  const limits: GuardLimits = { parentPid: Number(parentPid), memoryMiB: Number(memoryMiB) }
  const guard = new Worker(new URL('guard-thread.ts', import.meta.url), {
    workerData: limits,
    resourceLimits: GUARD_LIMITS,
  })
  guard.unref()
}
