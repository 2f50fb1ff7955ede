import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { type InstancePaths, instancePaths, READY_FD, type ReadyMessage } from '@spacedrive/client/node'

export interface DaemonProcessOptions {
  readonly dataDir?: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Another program than `main.ts`, in this folder. */
  readonly entry?: string
}

/** A real daemon process. Killed, if it still runs, when it is disposed. */
export class DaemonProcess implements AsyncDisposable {
  readonly paths: InstancePaths
  /** What it said when it could be reached, or why it cannot; null where it said nothing. */
  readonly ready: Promise<ReadyMessage | null>
  readonly exit: Promise<{ code: number | null; stdout: string; stderr: string }>
  readonly #child: ChildProcess

  constructor({ args = [], dataDir, entry = '../src/main.ts', env = {} }: DaemonProcessOptions) {
    this.paths = instancePaths({ dataDir })
    const argv = [fileURLToPath(new URL(entry, import.meta.url)), '--ready-fd', String(READY_FD), ...args]
    if (dataDir !== undefined) argv.push('--data-dir', dataDir)
    this.#child = spawn(process.execPath, argv, {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    const [, stdout, stderr, ready] = this.#child.stdio as (Readable | null)[] as [null, Readable, Readable, Readable]
    this.ready = text(ready).then((said) => (said === '' ? null : (JSON.parse(said) as ReadyMessage)))
    this.exit = Promise.all([once(this.#child, 'exit'), text(stdout), text(stderr)]).then(([[code], out, err]) => ({
      code: code as number | null,
      stdout: out,
      stderr: err,
    }))
  }

  get pid(): number {
    return this.#child.pid!
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) this.kill('SIGKILL')
    await this.exit
  }
}
