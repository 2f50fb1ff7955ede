import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { WatchAnswer, WatchRequest } from './watch-messages.ts'

/** The connection to a watch worker. */
export interface WatchChannel {
  post(request: WatchRequest): void
  close(): Promise<void>
}

export interface WatchChannelEvents {
  readonly onAnswer: (answer: WatchAnswer) => void
  /** Called with the reason if the worker ends by itself. Not called after `close`. */
  readonly onEnd: (reason: string) => void
}

export type OpenWatchChannel = (events: WatchChannelEvents) => WatchChannel

/**
 * Size of the heap's young generation, in MB. A watcher keeps most of its objects; with the default size, its memory
 * doubles before a collection.
 */
const YOUNG_GENERATION_MB = 4

/** The most characters of a process's last output that are kept as the reason. */
const MAX_REASON_LENGTH = 2_000

export function openWatchThread({ onAnswer, onEnd }: WatchChannelEvents): WatchChannel {
  const worker = new Worker(new URL('./watch-worker.ts', import.meta.url), {
    name: 'watch',
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  })
  let reason = 'it ended'
  let closed = false
  worker.on('message', onAnswer)
  worker.on('error', (err) => (reason = String(err)))
  worker.on('exit', () => {
    if (!closed) onEnd(reason)
  })
  return {
    post: (request) => worker.postMessage(request),
    close: async () => {
      closed = true
      await worker.terminate()
    },
  }
}

/**
 * A separate process, because it can be killed while it waits for a file system that does not answer; a thread cannot.
 */
export function openWatchProcess({ onAnswer, onEnd }: WatchChannelEvents): WatchChannel {
  const child = fork(fileURLToPath(new URL('./watch-worker.ts', import.meta.url)), {
    execArgv: [`--max-semi-space-size=${YOUNG_GENERATION_MB}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let written = ''
  let closed = false
  child.stderr?.setEncoding('utf8')
  child.stderr?.on('data', (text: string) => (written = (written + text).slice(-MAX_REASON_LENGTH)))
  child.on('message', (answer) => onAnswer(answer as WatchAnswer))
  child.on('error', (err) => (written += String(err)))
  child.on('close', (code, signal) => {
    if (!closed) onEnd(written.trim() || `it ended with ${signal ?? code}`)
  })
  return {
    post: (request) => {
      // If the process has just ended, `close` follows.
      if (child.connected) child.send(request, () => {})
    },
    close: async () => {
      closed = true
      child.kill('SIGKILL')
    },
  }
}
