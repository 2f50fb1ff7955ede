import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Answer, NO_SIDECARS, type Question, type Ready } from './messages.ts'
import type { Tasks } from './tasks.ts'

/** Compiled code is kept between processes, as the daemon has it. */
const COMPILE_CACHE = join(tmpdir(), 'spacedrive-bench-compiled')

/** An engine in a process of its own. Disposing it closes the engine in good order. */
export class EngineProcess implements AsyncDisposable {
  /** Milliseconds of `Core.open` alone, and from the start of the process until the engine was open. */
  readonly openMs: number
  readonly readyMs: number
  readonly #child: ChildProcess
  #lastId = 0

  private constructor(child: ChildProcess, of: { openMs: number; readyMs: number }) {
    this.#child = child
    this.openMs = of.openMs
    this.readyMs = of.readyMs
  }

  /** Without `sidecars` it derives nothing from files, not even what waits. */
  static async start(dataDir: string, { sidecars = true } = {}): Promise<EngineProcess> {
    const begun = performance.now()
    const child = fork(join(import.meta.dirname, 'child.ts'), [dataDir, ...(sidecars ? [] : [NO_SIDECARS])], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env },
    })
    const failed = once(child, 'exit').then(([code]) => {
      throw new Error(`the engine did not start; it ended with ${String(code)}`)
    })
    const [ready] = (await Promise.race([once(child, 'message'), failed])) as [Ready]
    return new EngineProcess(child, { openMs: ready.openMs, readyMs: performance.now() - begun })
  }

  get pid(): number {
    return this.#child.pid!
  }

  ask<N extends keyof Tasks>(task: N, input: Parameters<Tasks[N]>[1]): Promise<Awaited<ReturnType<Tasks[N]>>> {
    const id = ++this.#lastId
    const { promise, reject, resolve } = Promise.withResolvers<Awaited<ReturnType<Tasks[N]>>>()
    const onExit = (code: number | null, signal: string | null) =>
      reject(new Error(`the engine ended during ${task}: ${signal ?? code}`))
    const onMessage = (message: Answer) => {
      if (message.id !== id) return
      this.#child.off('message', onMessage).off('exit', onExit)
      if ('error' in message) reject(new Error(message.error))
      else resolve(message.result as Awaited<ReturnType<Tasks[N]>>)
    }
    this.#child.on('message', onMessage).once('exit', onExit)
    const question: Question = { id, task, input }
    this.#child.send(question)
    return promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.disconnect()
    await exited
  }
}
