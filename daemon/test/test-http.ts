import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign, verify } from 'node:crypto'
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { type IncomingHttpHeaders, request, type RequestOptions } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ConfigManager, Core, silentLogger } from '@spacedrive/core'
import { Connections } from '../src/connections.ts'
import { daemonSettings } from '../src/daemon-settings.ts'
import { auditEvents } from '../src/http/audit-events.ts'
import { auditFile, AuditLog } from '../src/http/audit-log.ts'
import { type HttpLimits, HttpServer } from '../src/http/index.ts'
import type { ServerLimits } from '../src/limits.ts'
import type { LogLine } from './test-server.ts'
import { identity, PATIENT } from './test-server.ts'

export interface TestHttpOptions {
  readonly limits?: Partial<HttpLimits>
  readonly serverLimits?: Partial<ServerLimits>
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** The port to listen at; any by default. */
  readonly port?: number
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

  /** `http://127.83.12.9:40123`, where pages are. */
  get pageOrigin(): string {
    return this.server.pageOrigin
  }

  /** As a program with the token. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (!headers.has('authorization')) headers.set('authorization', `Bearer ${this.token}`)
    return fetch(new URL(path, this.server.url), { redirect: 'manual', ...init, headers })
  }

  /** As anybody, with any headers, also `Host`, and the path as it is. `at`: the usual address by default. */
  raw(path: string, options: RequestOptions & { body?: string; at?: string } = {}): Promise<RawAnswer> {
    const { at = this.origin, body, ...rest } = options
    const { hostname, port } = new URL(at)
    return new Promise((resolve, reject) => {
      const asked = request({ hostname, port, path, agent: false, ...rest }, (answer) => {
        const { headers, statusCode = 0 } = answer
        text(answer).then((said) => resolve({ status: statusCode, headers, body: said }), reject)
      })
      asked.on('error', reject)
      asked.end(body)
    })
  }

  /** What a page sends that has signed in. */
  async signIn(): Promise<{ authorization: string }> {
    const page = await this.openPage()
    const { access } = await page.prove()
    return { authorization: `Bearer ${access}` }
  }

  /** A page that has signed in by a link; its key is here, as it is in a browser. */
  async openPage(url = this.server.link('/').url): Promise<TestPage> {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64url')
    const code = url.slice(url.lastIndexOf('/') + 1)
    const answer = await this.post('/session', { code, publicKey: spki })
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
    return new TestPage(this, { ...((await answer.json()) as { id: string; daemonKey: string }), privateKey })
  }

  /** As a page of this address does. */
  post(path: string, body: object, origin = this.pageOrigin): Promise<Response> {
    const headers = { 'content-type': 'application/json', origin }
    return fetch(new URL(path, this.pageOrigin), { method: 'POST', headers, body: JSON.stringify(body) })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
    await this.core.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** The other side of the proofs, written down a second time. */
export class TestPage {
  readonly id: string
  readonly #http: Pick<TestHttp, 'pageOrigin' | 'post'>
  readonly #privateKey: KeyObject
  readonly #daemonKey: KeyObject

  constructor(
    http: Pick<TestHttp, 'pageOrigin' | 'post'>,
    { daemonKey, id, privateKey }: { id: string; daemonKey: string; privateKey: KeyObject },
  ) {
    this.#http = http
    this.id = id
    this.#privateKey = privateKey
    this.#daemonKey = createPublicKey({ key: Buffer.from(daemonKey, 'base64url'), format: 'der', type: 'spki' })
  }

  /** The same page at another server, as after a restart. */
  at(http: Pick<TestHttp, 'pageOrigin' | 'post'>): TestPage {
    const daemonKey = this.#daemonKey.export({ format: 'der', type: 'spki' }).toString('base64url')
    return new TestPage(http, { id: this.id, daemonKey, privateKey: this.#privateKey })
  }

  /** Throws with the status where it is refused. */
  async prove(origin = this.#http.pageOrigin): Promise<{ access: string; mediaKey: string; media: string }> {
    const pageNonce = randomBytes(32).toString('base64url')
    const challenged = await this.#http.post('/session/challenge', { id: this.id, nonce: pageNonce }, origin)
    if (!challenged.ok) throw new Error(String(challenged.status))
    const { nonce, signature } = (await challenged.json()) as { nonce: string; signature: string }
    const said = (who: string) => Buffer.from([`spacedrive ${who} 1`, origin, this.id, pageNonce, nonce].join('\n'))
    const daemonKey = { key: this.#daemonKey, dsaEncoding: 'ieee-p1363' } as const
    if (!verify('sha256', said('daemon'), daemonKey, Buffer.from(signature, 'base64url'))) throw new Error('impostor')
    const own = sign('sha256', said('page'), { key: this.#privateKey, dsaEncoding: 'ieee-p1363' })
    const proof = { nonce, signature: own.toString('base64url') }
    const granted = await this.#http.post('/session/proof', proof, origin)
    if (!granted.ok) throw new Error(String(granted.status))
    return (await granted.json()) as { access: string; mediaKey: string; media: string }
  }
}

/** No test runs out of time, however slow the machine is. A test that needs a limit names it. */
const PATIENT_HTTP = { headersMs: 300_000, requestMs: 300_000, slowMs: 300_000 } as const

export async function startTestHttp(options: TestHttpOptions = {}): Promise<TestHttp> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sd-http-')))
  const log: LogLine[] = []
  const logger = {
    ...silentLogger,
    warn: (fields: object, message: string) => void log.push({ level: 'warn', fields, message }),
    error: (fields: object, message: string) => void log.push({ level: 'error', fields, message }),
  }
  let server: HttpServer | null = null
  const host = { version: '1.2.3', instance: 'test', logFile: null }
  const dataDir = join(folder, 'data')
  const config = await ConfigManager.open({
    dataDir,
    log: logger,
    groups: daemonSettings,
    ...(options.config ? { flags: options.config } : {}),
  })
  const opened = await Core.open({ dataDir, log: logger, host, config })
  const core = Object.assign(opened, options.core)
  auditEvents(core, new AuditLog({ file: auditFile(dataDir), now: options.now ?? Date.now }))
  const connections = new Connections({
    core,
    explorer: () => server,
    identity,
    onStop: () => {},
    limits: { ...PATIENT, ...options.serverLimits },
  })
  server = await HttpServer.listen({
    core,
    connections,
    runDir: dataDir,
    hasMetrics: config.values.http.metrics,
    port: options.port ?? 0,
    webFolder: options.webFolder ?? join(folder, 'web'),
    limits: { ...PATIENT_HTTP, ...options.limits },
    ...(options.now ? { now: options.now } : {}),
  })
  return new TestHttp({ core, log, connections, folder, server })
}
