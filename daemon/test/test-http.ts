import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { type IncomingHttpHeaders, request, type RequestOptions } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ConfigManager, Core, silentLogger } from '@spacedrive/core'
import { Connections } from '../src/connections.ts'
import { type HttpLimits, HttpServer } from '../src/http/index.ts'
import type { ServerLimits } from '../src/limits.ts'
import type { LogLine } from './test-server.ts'
import { identity } from './test-server.ts'

export interface TestHttpOptions {
  readonly limits?: Partial<HttpLimits>
  readonly serverLimits?: Partial<ServerLimits>
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** The folder of a page's workspace; the real page is neither built nor served in tests. */
  readonly webFolder?: string
  /** Stand-ins for what takes long, fails or answers much. */
  readonly core?: Partial<Pick<Core, 'doctor' | 'logTail'>>
  /** Settings, by key. */
  readonly config?: Readonly<Record<string, string>>
}

export interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A real engine behind a real HTTP server, in a folder of its own. */
export class TestHttp implements AsyncDisposable {
  readonly core: Core
  readonly log: readonly LogLine[]
  readonly connections: Connections
  /** Of everything this makes; a test may put its files there. */
  readonly folder: string
  readonly server: HttpServer
  /** What `Authorization: Bearer` carries. */
  readonly token: string

  constructor(of: Pick<TestHttp, 'core' | 'log' | 'connections' | 'folder' | 'server'>) {
    this.core = of.core
    this.log = of.log
    this.connections = of.connections
    this.folder = of.folder
    this.server = of.server
    this.token = readFileSync(of.server.tokenFile, 'utf8').trim()
  }

  /** `http://127.0.0.1:40123` */
  get origin(): string {
    return new URL(this.server.url).origin
  }

  /** As a program with the token. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (!headers.has('authorization')) headers.set('authorization', `Bearer ${this.token}`)
    return fetch(new URL(path, this.server.url), { redirect: 'manual', ...init, headers })
  }

  /** As anybody, with whatever headers; `Host`, too, and a path that is not made neat. */
  raw(path: string, options: RequestOptions & { body?: string } = {}): Promise<RawAnswer> {
    const { body, ...rest } = options
    const { hostname, port } = new URL(this.server.url)
    return new Promise((resolve, reject) => {
      const asked = request({ hostname, port, path, agent: false, ...rest }, (answer) => {
        const { headers, statusCode = 0 } = answer
        text(answer).then((said) => resolve({ status: statusCode, headers, body: said }), reject)
      })
      asked.on('error', reject)
      asked.end(body)
    })
  }

  /** The cookie of a new session, as a browser sends it. */
  async signIn(): Promise<string> {
    const answer = await fetch(this.server.link('/').url, { redirect: 'manual' })
    const [cookie = ''] = answer.headers.getSetCookie()
    return cookie.split(';')[0]!
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
    await this.core.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export async function startTestHttp(options: TestHttpOptions = {}): Promise<TestHttp> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sd-http-')))
  const log: LogLine[] = []
  const logger = {
    ...silentLogger,
    warn: (fields: object, message: string) => void log.push({ level: 'warn', fields, message }),
    error: (fields: object, message: string) => void log.push({ level: 'error', fields, message }),
  }
  let server: HttpServer | null = null
  const host = { version: '1.2.3', instance: 'test', logFile: null, explorer: () => server }
  const dataDir = join(folder, 'data')
  const config = await ConfigManager.open({
    dataDir,
    log: logger,
    ...(options.config ? { flags: options.config } : {}),
  })
  const opened = await Core.open({ dataDir, log: logger, host, config })
  const core = Object.assign(opened, options.core)
  const connections = new Connections({ core, identity, onStop: () => {}, limits: options.serverLimits })
  server = await HttpServer.listen({
    core,
    connections,
    runDir: dataDir,
    port: 0,
    webFolder: options.webFolder ?? join(folder, 'web'),
    ...(options.limits ? { limits: options.limits } : {}),
    ...(options.now ? { now: options.now } : {}),
  })
  return new TestHttp({ core, log, connections, folder, server })
}
