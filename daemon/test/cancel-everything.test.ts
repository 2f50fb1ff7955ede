import { mkdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Client } from '@spacedrive/client'
import { connectTo, socketTransport, readRecord } from '@spacedrive/client/node'
import type { Op } from '@spacedrive/core/ops'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { ops } from '../src/ops/index.ts'
import { DaemonProcess } from './daemon-process.ts'
import { webSocketTransport } from './web-socket-transport.ts'

/** Milliseconds after which a request is given up. */
const DELAYS = [0, 1, 5, 20, 100]
/** Requests of one operation at once. */
const BURST = 200
/** A folder large enough to be ordered in a thread. */
const FILES = 3_000

/** A request that is given up after some milliseconds; resolves when the caller has left, whatever was answered. */
type Ask = (method: string, params: unknown, ms: number) => Promise<void>

/** Values by the name of a parameter; other parameters get one by their schema. */
type Samples = Readonly<Record<string, unknown>>

test.skipIf(process.platform === 'win32')(
  'every operation can be cancelled at any moment, alone and in hundreds, over every transport',
  async () => {
    using folder = createTempDir('cancel')
    const files = join(folder.path, 'files')
    mkdirSync(files)
    for (let n = 0; n < FILES; n++) writeFileSync(join(files, `${n}.txt`), String(n))
    const env = { HOME: folder.path, XDG_CONFIG_HOME: folder.path, XDG_RUNTIME_DIR: '' }
    await using daemon = new DaemonProcess({ dataDir: join(folder.path, 'data'), env, args: ['--http-port', '0'] })
    expect(await daemon.ready).toEqual({ ready: true })
    using watcher = (await connectTo(daemon.paths))!
    const { httpSocket } = await watcher.query('system.status', {})
    await watcher.action('libraries.create', { name: 'Photos' })
    const { location, job } = await watcher.action('locations.add', { path: files, mode: 'shallow' })
    await watcher.query('jobs.wait', { job: job.id })
    const [entry] = (await watcher.query('files.list', { path: files, limit: 1 })).items
    const samples = {
      path: files,
      library: 'Photos',
      location: location.id,
      job: job.id,
      id: entry!.id,
      to: folder.path,
    }

    const socket = () => Client.open(socketTransport(readRecord(daemon.paths.recordFile)!.socket), '1.2.3')
    const webSocket = () => Client.open(webSocketTransport(`ws+unix://${httpSocket}:/ws`), '1.2.3')
    // Those that take the library away, or the network, come last.
    const isLast = (name: string) => /^(network|nearby|pairing|explorer)\.|\.(close|delete|remove|restore)$/.test(name)
    const names = Object.keys(ops).toSorted((a, b) => Number(isLast(a)) - Number(isLast(b)))
    for (const open of [socket, webSocket, null]) {
      using client = open && (await open())
      const ask: Ask = client ? (...asked) => askClient(client, ...asked) : (...asked) => askHttp(httpSocket!, ...asked)
      for (const name of names) {
        const params = () => sample(name, samples)
        for (const ms of DELAYS) await ask(name, params(), ms)
        const burst = Array.from({ length: BURST }, (_, n) => ask(name, params(), DELAYS[n % DELAYS.length]!))
        await Promise.all(burst)
      }
    }
    expect(await watcher.query('system.status', {})).toMatchObject({ pid: daemon.pid })
    const { checks } = await watcher.query('system.doctor', {})
    expect(checks.find(({ name }) => name === 'unexpected failures')).toMatchObject({ state: 'ok' })
  },
)

async function askClient(client: Client, method: string, params: unknown, ms: number): Promise<void> {
  const controller = new AbortController()
  const answer = client.call(method, params, { signal: controller.signal }).catch(() => {})
  if (ms > 0) await Promise.race([answer, wait(ms)])
  controller.abort()
  await answer
}

async function askHttp(socketPath: string, method: string, params: unknown, ms: number): Promise<void> {
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  const headers = { host: 'localhost', 'content-type': 'application/json' }
  const asked = request({ socketPath, path: '/rpc', method: 'POST', headers }, (answer) => {
    answer.resume().on('error', () => {})
    answer.on('close', resolve)
  })
  asked.on('error', () => resolve())
  asked.on('close', resolve)
  asked.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
  if (ms > 0) await Promise.race([ended, wait(ms)])
  // Else the connection would not be made at all.
  else await new Promise<void>((sent) => asked.once('finish', () => sent()).once('error', () => sent()))
  asked.destroy()
  await ended
}

/** Orders nobody has asked for yet, so that nothing is answered from what is kept. */
const SORTS = ['name', 'size', 'modified', 'created', 'type', 'extension']
let asked = 0

/** By the name of an operation: converting a schema takes longer than a request. */
const schemas = new Map(
  Object.values<Op>(ops).map(({ input, name }) => [
    name,
    z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as Schema,
  ]),
)

/** An input the operation takes, as far as its schema tells. */
function sample(name: string, samples: Samples): unknown {
  const schema = schemas.get(name)!
  const required = (schema.required ?? []).map((key) => [key, samples[key] ?? sampleOf(schema.properties![key]!)])
  const n = asked++
  const order = name === 'files.list' || name === 'files.seek' ? { sort: SORTS[n % 6], reverse: n % 4 < 2 } : {}
  return { ...Object.fromEntries(required), ...order }
}

interface Schema {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly format?: string
}

function sampleOf({ anyOf, enum: values, format, items, type }: Schema): unknown {
  if (anyOf) return sampleOf(anyOf[0]!)
  if (values) return values[0]
  if (format === 'uuid') return '018f0000-0000-7000-8000-000000000000'
  if (type === 'array') return [sampleOf(items ?? {})]
  const byType: Readonly<Record<string, unknown>> = { number: 1, integer: 1, boolean: false, object: {} }
  return byType[type ?? ''] ?? 'sample'
}
