import { Worker } from 'node:worker_threads'
import type { Finding, Novelty } from './explorer.ts'
import { type CorpusFile, type FuzzTask, type FuzzWorkerMessage, SharedState } from './task.ts'

export interface FuzzRequest {
  /** Address of the module with the target. */
  readonly module: string
  readonly corpus: readonly CorpusFile[]
  readonly seed: number
  readonly forMs: number
  /** Ends the search before its time. What was found so far is kept. */
  readonly signal?: AbortSignal
  /** How long one input may take: 15 s by default, which an input that ends needs on no machine. */
  readonly hangMs?: number
  /** Called as soon as an input is found, so that it is not lost if the process is ended. */
  readonly found: (finding: Finding) => void
  readonly kept: (bytes: Uint8Array) => void
}

export interface FuzzReport {
  readonly runs: number
  readonly blocks: number
  readonly slowestMs: number
  readonly ms: number
  readonly findings: number
  /** What each file of the corpus adds to those before it. */
  readonly learned: ReadonlyMap<string, Novelty>
}

const HANG_MS = 15_000
/** Memory of a parser that reads a few kilobytes. */
const MAX_HEAP_MB = 512
/** Growth of the whole process, buffers outside the heap included. */
const MAX_GROWTH_BYTES = 1_500_000_000
const WATCH_MS = 250
/** Times that a thread is started again after an input that ended it. */
const MAX_STARTS = 4
const root = new URL('../..', import.meta.url).href

interface Attempt {
  readonly done: Extract<FuzzWorkerMessage, { kind: 'done' }> | null
  readonly findings: number
  readonly runs: number
}

/**
 * Fuzzes one target in a thread of its own. An input that hangs, or that takes all memory, ends the thread: it is
 * reported, and another thread goes on.
 */
export async function fuzzTarget(request: FuzzRequest): Promise<FuzzReport> {
  const startedAt = performance.now()
  const learned = new Map<string, Novelty>()
  let [runs, findings, start] = [0, 0, 0]
  for (;;) {
    const forMs = Math.max(0, request.forMs - (performance.now() - startedAt))
    const attempt = await runThread({ ...request, seed: request.seed + start, forMs, learned })
    runs += attempt.runs
    findings += attempt.findings
    start++
    if (!attempt.done && start < MAX_STARTS && !request.signal?.aborted) continue
    const { blocks = 0, slowestMs = 0 } = attempt.done ?? {}
    return { runs, blocks, slowestMs, findings, learned, ms: performance.now() - startedAt }
  }
}

async function runThread(request: FuzzRequest & { readonly learned: Map<string, Novelty> }): Promise<Attempt> {
  const state = new SharedState()
  const { corpus, forMs, module, seed } = request
  const task: FuzzTask = { module, root, corpus, seed, forMs, shared: state.buffer }
  const worker = new Worker(new URL('fuzz-worker.ts', import.meta.url), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  })
  let done: Attempt['done'] = null
  let findings = 0
  const report = (error: string) => {
    findings++
    request.found({ bytes: state.input, error })
  }
  worker.on('message', (message: FuzzWorkerMessage) => {
    switch (message.kind) {
      case 'learned':
        request.learned.set(message.name, message.novelty)
        break
      case 'kept':
        request.kept(message.bytes)
        break
      case 'found':
        findings++
        request.found(message.finding)
        break
      case 'done':
        done = message
        break
    }
  })
  worker.on('error', (err) => report(err instanceof Error ? (err.stack ?? err.message) : String(err)))
  const watch = watchThread(state, {
    hangMs: request.hangMs ?? HANG_MS,
    stop: (error) => {
      report(error)
      void worker.terminate()
    },
  })
  const stop = () => state.stop()
  request.signal?.addEventListener('abort', stop)
  if (request.signal?.aborted) stop()
  // Not `once`, which would reject with the error that is reported above.
  await new Promise((resolve) => worker.once('exit', resolve))
  request.signal?.removeEventListener('abort', stop)
  clearInterval(watch)
  return { done, findings, runs: state.runs }
}

interface Watch {
  readonly hangMs: number
  readonly stop: (error: string) => void
}

/** Calls `stop` once if the thread is at the same input for too long, or the process has grown too much. */
function watchThread(state: SharedState, { hangMs, stop }: Watch): NodeJS.Timeout {
  const sizeAtStart = process.memoryUsage.rss()
  let [runs, since] = [-1, performance.now()]
  const watch = setInterval(() => {
    const now = state.runs
    if (now !== runs || now === 0) [runs, since] = [now, performance.now()]
    const isHung = performance.now() - since > hangMs
    const isLarge = process.memoryUsage.rss() - sizeAtStart > MAX_GROWTH_BYTES
    if (!isHung && !isLarge) return
    clearInterval(watch)
    stop(isHung ? `Hang: the input was not read within ${hangMs / 1000} s` : 'Memory: the process grew by 1.5 GB')
  }, WATCH_MS)
  return watch
}
