import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, type Locator, type Page, test as base } from '@playwright/test'

export { expect }

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** How long the page takes to be built where another has just changed its sources, in milliseconds. */
const BUILD_MS = 110_000

/** How long a busy machine may take for all that is queued, in milliseconds. */
const IDLE_MS = 200_000

/** A real daemon with a library, in a folder of its own. */
export class TestDaemon implements AsyncDisposable {
  /** The usual address: `http://127.0.0.1:40123`. It leads browsers to the pages. */
  readonly origin: string
  readonly dataDir: string
  readonly #folder: string
  /** Where it is reached now. */
  #now: string
  #process: ChildProcess

  private constructor(of: { origin: string; folder: string; dataDir: string; process: ChildProcess }) {
    this.origin = of.origin
    this.#now = of.origin
    this.dataDir = of.dataDir
    this.#folder = of.folder
    this.#process = of.process
  }

  static async start(): Promise<TestDaemon> {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sd-web-')))
    const dataDir = join(folder, 'data')
    const child = spawnDaemon(dataDir, '0')
    const origin = await originSaid(child)
    const daemon = new TestDaemon({ origin, folder, dataDir, process: child })
    await daemon.call('libraries.create', { name: 'Test' })
    await daemon.#pageIsBuilt()
    return daemon
  }

  /** Ends it as the system does; what it knows stays. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGTERM')
    await ended
  }

  /**
   * Starts it again after `stop`, at the same address if that is free. It was away for so long, in milliseconds, as far as
   * it can tell; by default less than no time, since on a busy machine the start alone may take too long for a session.
   */
  async startAgain({ awayMs = -20_000 } = {}): Promise<void> {
    const sessions = join(this.dataDir, 'run', 'http-sessions.json')
    const lastSign = (Date.now() - awayMs) / 1_000
    if (existsSync(sessions)) utimesSync(sessions, lastSign, lastSign)
    this.#process = spawnDaemon(this.dataDir, new URL(this.origin).port)
    this.#now = await originSaid(this.#process)
  }

  /** It does nothing until `goOn`, as on a machine that has no time for it. */
  pause(): void {
    this.#process.kill('SIGSTOP')
  }

  goOn(): void {
    this.#process.kill('SIGCONT')
  }

  /** Asks for an operation as a program does. Throws what the daemon answers. */
  async call<T = unknown>(method: string, params: object = {}): Promise<T> {
    const token = readFileSync(join(this.dataDir, 'run', 'http-token'), 'utf8').trim()
    const answer = await fetch(`${this.#now}/rpc`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params, confirm: true }),
    })
    const { error, result } = (await answer.json()) as { error?: { message: string }; result: T }
    if (error) throw new Error(`${method}: ${error.message}`)
    return result
  }

  /** Where the pages are now: `http://127.83.12.9:40123`. */
  async pageOrigin(): Promise<string> {
    const { url } = await this.call<{ url: string }>('explorer.link')
    return new URL(url).origin
  }

  /** Signs the browser of a page in, and goes to an address of the explorer. */
  async open(page: Page, to = '/'): Promise<void> {
    const { url } = await this.call<{ url: string }>('explorer.link', { to })
    await page.goto(url)
    await page.waitForURL((at) => !at.pathname.startsWith('/session/'))
    await page.waitForLoadState()
  }

  /** A new empty folder; nothing knows of it yet. */
  folder(name = 'files'): TestFolder {
    return new TestFolder(this, realpathSync(mkdtempSync(join(this.#folder, `${name}-`))))
  }

  /** Waits until nothing is left to do. */
  async idle(): Promise<void> {
    await expect
      .poll(
        async () => {
          const jobs = await this.call<{ status: string }[]>('jobs.list')
          return jobs.filter(({ status }) => status === 'running' || status === 'queued').length
        },
        { timeout: IDLE_MS, intervals: [50, 100, 250] },
      )
      .toBe(0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }

  async #pageIsBuilt(): Promise<void> {
    const deadline = Date.now() + BUILD_MS
    for (;;) {
      const { status } = await fetch(this.origin)
      if (status === 200) return
      if (status === 500 || Date.now() > deadline) throw new Error(`the page is not built: ${status}`)
      await wait(250)
    }
  }
}

function spawnDaemon(dataDir: string, port: string): ChildProcess {
  const args = ['daemon/src/main.ts', '--data-dir', dataDir, '--http-port', port, '--foreground']
  return spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
}

/** The address that the daemon says in its log once it listens. */
async function originSaid(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    if (!line.includes('the daemon is ready')) continue
    const { explorer } = JSON.parse(line) as { explorer: string }
    // What it logs later is not read, but must not fill the pipe.
    child.stdout!.resume()
    return new URL(explorer).origin
  }
  throw new Error('the daemon ended before it was ready')
}

/** A folder of real files. */
export class TestFolder {
  readonly path: string
  readonly #daemon: TestDaemon

  constructor(daemon: TestDaemon, path: string) {
    this.#daemon = daemon
    this.path = path
  }

  /** Writes a file, and the folders it lies in. */
  write(name: string, content: string | Uint8Array = name): string {
    const path = join(this.path, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    return path
  }

  mkdir(name: string): string {
    const path = join(this.path, name)
    mkdirSync(path, { recursive: true })
    return path
  }

  /** Makes it a location, and waits until it is indexed. */
  async index(mode: 'shallow' | 'content' | 'deep' = 'shallow'): Promise<void> {
    await this.#daemon.call('locations.add', { path: this.path, mode })
    await this.#daemon.idle()
  }

  /** Its address in the explorer. */
  address(search: Readonly<Record<string, string>> = {}, below = ''): string {
    const query = new URLSearchParams({ path: below ? join(this.path, below) : this.path, ...search })
    return `/browse?${query.toString()}`
  }
}

/** `daemon` serves all tests of a worker; `files` is a new folder for each test, forgotten after it. */
export const test = base.extend<{ files: TestFolder }, { daemon: TestDaemon }>({
  daemon: [
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      await using daemon = await TestDaemon.start()
      await use(daemon)
    },
    { scope: 'worker', timeout: BUILD_MS + 30_000 },
  ],
  files: async ({ daemon }, use) => {
    const folder = daemon.folder()
    await use(folder)
    const locations = await daemon.call<{ id: string; path: string }[]>('locations.list')
    for (const { id, path } of locations)
      if (path.startsWith(folder.path)) await daemon.call('locations.remove', { location: id })
  },
})

/** Where an element is on the page, once it is there: one that is taken out of the page at this moment is nowhere. */
export async function boxOf(element: Locator): Promise<NonNullable<Awaited<ReturnType<Locator['boundingBox']>>>> {
  let box: Awaited<ReturnType<Locator['boundingBox']>> = null
  await expect.poll(async () => (box = await element.boundingBox())).not.toBeNull()
  return box!
}
