import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROTOCOL } from '@spacedrive/client'
import { Core, type Logger, silentLogger } from '@spacedrive/core'
import { Connections } from '../src/connections.ts'
import type { ServerLimits } from '../src/limits.ts'
import { SocketServer } from '../src/socket-server.ts'

export const identity = { version: '1.2.3', protocol: PROTOCOL, pid: process.pid, instance: 'test', dataDir: '/data' }

/** No client of a test runs out of time, however slow the machine is; one that is to says so itself. */
export const PATIENT = { helloMs: 300_000, stalledMs: 300_000 } as const

export interface LogLine {
  readonly level: 'warn' | 'error'
  readonly message: string
  readonly fields: object
}

export interface TestServer extends AsyncDisposable {
  readonly core: Core
  readonly socket: string
  readonly log: readonly LogLine[]
  /** How often a client asked the daemon to end. */
  stops: number
  close(): Promise<void>
}

export interface TestServerOptions {
  readonly limits?: Partial<ServerLimits>
  /** Stand-ins for what takes long, fails or answers much. */
  readonly core?: Partial<Pick<Core, 'doctor' | 'logTail'>>
}

/** A real engine behind a real socket, in a folder of its own. */
export async function startTestServer({ core: overrides, limits }: TestServerOptions = {}): Promise<TestServer> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sd-server-')))
  const log: LogLine[] = []
  const logger: Logger = {
    ...silentLogger,
    warn: (fields, message) => void log.push({ level: 'warn', fields, message }),
    error: (fields, message) => void log.push({ level: 'error', fields, message }),
  }
  const core = Object.assign(await Core.open({ dataDir: join(folder, 'data'), log: logger }), overrides)
  const socket = join(folder, 'daemon.sock')
  const onStop = () => void test.stops++
  const connections = new Connections({
    core,
    explorer: () => null,
    identity,
    onStop,
    limits: { ...PATIENT, ...limits },
  })
  const server = await SocketServer.listen({ connections, socket, log: logger })
  const close = () => server[Symbol.asyncDispose]()
  const test: TestServer = {
    core,
    socket,
    log,
    stops: 0,
    close,
    [Symbol.asyncDispose]: async () => {
      await close()
      await core.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return test
}
