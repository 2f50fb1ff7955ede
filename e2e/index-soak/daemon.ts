import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../daemon/src/main.ts', import.meta.url))
const READY_FD = 3
const PROTOCOL = 1
/** `nobody`, whom permissions bind. */
const ORDINARY_USER = 65_534
/** Longer than any answer takes on a busy machine, in milliseconds. */
const PATIENCE_MS = 120_000

/** The user that the daemon runs as: another one than root, if that user can read the program. */
export const daemonUser = chooseUser()

/** A daemon that failed to answer, with what it said. */
export class DaemonError extends Error {
  override name = 'DaemonError'
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** A real daemon on a data folder. It can be killed at any instant and started again. */
export class SoakDaemon implements AsyncDisposable {
  readonly dataDir: string
  readonly #cache: string
  #child: ChildProcess | null = null
  #rpc: Promise<Rpc> | null = null
  #ending = false
  /** What the daemon said when it ended and nobody had killed it. */
  readonly failures: string[] = []

  constructor({ cache, dataDir }: { dataDir: string; cache: string }) {
    this.dataDir = dataDir
    this.#cache = cache
    for (const folder of [dataDir, cache]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      if (daemonUser !== null) chownSync(folder, daemonUser, daemonUser)
    }
    const config = { version: 1, http: { port: 'off' }, sidecars: { speed: 'fast' } }
    writeFileSync(join(dataDir, 'config.json'), JSON.stringify(config))
    if (daemonUser !== null) chownSync(join(dataDir, 'config.json'), daemonUser, daemonUser)
    process.prependOnceListener('exit', this.#killNow)
  }

  /** The database of its only library. */
  get database(): string {
    return join(this.#library, 'database.db')
  }

  get backups(): string {
    return join(this.#library, 'backups')
  }

  get #library(): string {
    return join(this.dataDir, 'libraries', 'Soak.sdlibrary')
  }

  start(): void {
    if (this.#child) return
    this.#ending = false
    const child = spawn(process.execPath, [entry, '--data-dir', this.dataDir, '--ready-fd', String(READY_FD)], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      cwd: '/',
      env: {
        PATH: process.env['PATH'],
        HOME: this.dataDir,
        TZ: 'UTC',
        LANG: 'C.UTF-8',
        NODE_COMPILE_CACHE: this.#cache,
      },
      ...(daemonUser === null ? {} : { uid: daemonUser, gid: daemonUser }),
    })
    this.#child = child
    const [, , stderr, ready] = child.stdio as (Readable | null)[] as [null, null, Readable, Readable]
    const said = text(stderr)
    child.once('exit', (code, signal) => {
      if (this.#child === child) this.#child = null
      if (!this.#ending) void said.then((words) => this.failures.push(`ended with ${code ?? signal}: ${words}`))
    })
    this.#rpc = text(ready).then(async (message) => {
      const { ready: isReady } = JSON.parse(message === '' ? '{}' : message) as { ready?: boolean }
      if (!isReady) throw new DaemonError('Unavailable', `the daemon did not start: ${message}`)
      try {
        return await Rpc.open(this.#socket())
      } catch (err) {
        throw new DaemonError('Unavailable', `the daemon ended when it had just started: ${String(err)}`)
      }
    })
    // Whoever asks is told.
    this.#rpc.catch(() => {})
  }

  async kill(): Promise<void> {
    const child = this.#child
    this.#rpc = null
    if (!child) return
    this.#ending = true
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
  }

  /** Asks for something once the daemon listens. Throws `DaemonError`. */
  async ask<T>(method: string, input: unknown): Promise<T> {
    if (!this.#rpc) throw new DaemonError('Unavailable', 'the daemon is not running')
    return (await this.#rpc).call(method, input) as Promise<T>
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#killNow)
    await this.kill()
  }

  /** No daemon outlives the program that started it. */
  readonly #killNow = (): void => void this.#child?.kill('SIGKILL')

  #socket(): string {
    const record = readFileSync(join(this.dataDir, 'run', 'daemon.json'), 'utf8')
    return (JSON.parse(record) as { socket: string }).socket
  }
}

interface Pending {
  readonly method: string
  readonly resolve: (result: unknown) => void
  readonly reject: (reason: DaemonError) => void
}

interface Answer {
  readonly id?: number
  readonly result?: unknown
  readonly error?: { readonly message: string; readonly data?: { readonly code?: string } }
}

/** JSON-RPC over the daemon's socket, one document a line. */
class Rpc {
  readonly #socket: Socket
  readonly #pending = new Map<number, Pending>()
  #lastId = 0

  private constructor(socket: Socket) {
    this.#socket = socket
    const lines = createInterface(socket)
    lines.on('line', (line) => this.#answer(JSON.parse(line) as Answer))
    // Whoever waits is told when it closes.
    for (const source of [lines, socket]) source.on('error', () => {})
    socket.once('close', () => {
      for (const { method, reject } of this.#pending.values()) {
        reject(new DaemonError('Unavailable', `the daemon ended before it answered ${method}`))
      }
    })
  }

  static async open(path: string): Promise<Rpc> {
    const socket = connect(path)
    await once(socket, 'connect')
    const rpc = new Rpc(socket)
    await rpc.call('hello', { version: 'soak', protocol: PROTOCOL })
    return rpc
  }

  call(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#lastId
    const { promise, reject, resolve } = Promise.withResolvers<unknown>()
    const timer = setTimeout(() => reject(new DaemonError('Timeout', `no answer to ${method}`)), PATIENCE_MS).unref()
    this.#pending.set(id, { method, resolve, reject })
    if (!this.#socket.writable) reject(new DaemonError('Unavailable', `the daemon ended before it was asked ${method}`))
    this.#socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
    return promise.finally(() => {
      clearTimeout(timer)
      this.#pending.delete(id)
    })
  }

  #answer({ error, id, result }: Answer): void {
    const pending = this.#pending.get(id ?? 0)
    if (error) pending?.reject(new DaemonError(error.data?.code ?? '', `${pending.method}: ${error.message}`))
    else pending?.resolve(result)
  }
}

function chooseUser(): number | null {
  if (process.getuid?.() !== 0) return null
  const options = { uid: ORDINARY_USER, gid: ORDINARY_USER, stdio: 'ignore' } as const
  const { status } = spawnSync(process.execPath, ['--check', entry], options)
  return status === 0 ? ORDINARY_USER : null
}
