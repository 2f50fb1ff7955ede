import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { AuditLog } from '../src/http/audit-log.ts'
import type { AccessRecord, AccessSession } from '../src/ops/access.ts'
import { startTestHttp, type TestHttp } from './test-http.ts'
import { createTempDir } from '@spacedrive/core/testing'

async function ask<T>(http: TestHttp, name: string, input: object = {}, authorization?: string): Promise<T> {
  const answer = await http.fetch(`/api/v1/${name.replace('.', '/')}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) },
    body: JSON.stringify(input),
  })
  return (await answer.json()) as T
}

test('everybody who is let in is listed, and ended one by one', async () => {
  await using http = await startTestHttp()
  const [first, second] = [await http.openPage(), await http.openPage()]
  const { access } = await first.prove()
  const other = await second.prove()
  const { key, session } = await ask<{ key: string; session: AccessSession }>(http, 'sessions.createKey', {
    name: 'script',
  })
  const listed = await ask<AccessSession[]>(http, 'sessions.list')
  expect(listed.map(({ id, kind }) => [id, kind])).toEqual([
    [first.id, 'page'],
    [second.id, 'page'],
    [session.id, 'key'],
  ])
  // No secret is told, nor kept.
  const kept = ['http-sessions.json', 'http-api-keys.json'].map((name) =>
    readFileSync(join(http.core.dataDir, name), 'utf8'),
  )
  for (const secret of [access, key]) expect(JSON.stringify([listed, kept])).not.toContain(secret)
  const status = async (bearer: string) =>
    (await http.raw('/session', { headers: { authorization: `Bearer ${bearer}` } })).status
  expect(await ask(http, 'sessions.end', { id: first.id })).toEqual({ id: first.id })
  expect([await status(access), await status(other.access), await status(key)]).toEqual([401, 204, 204])
  await ask(http, 'sessions.end', { id: session.id })
  expect([await status(other.access), await status(key)]).toEqual([204, 401])
  expect(await ask(http, 'sessions.end', { id: 'nobody' })).toMatchObject({ code: 'NotFound' })
})

test('a stream that came in by an API key ends with the key', async () => {
  await using http = await startTestHttp()
  const { key, session } = await ask<{ key: string; session: AccessSession }>(http, 'sessions.createKey', {
    name: 'watcher',
  })
  const stream = await fetch(`${http.origin}/events`, { headers: { authorization: `Bearer ${key}` } })
  let isOver = false
  const reading = (async () => {
    for await (const _chunk of stream.body!);
  })()
  reading.catch(() => {}).finally(() => (isOver = true))
  await ask(http, 'sessions.end', { id: session.id })
  await vi.waitUntil(() => isOver)
  expect(isOver).toBe(true)
})

test('an API key may do what it was made for, until its end, and nothing that is for this machine alone', async () => {
  let now = Date.parse('2026-01-01')
  await using http = await startTestHttp({ now: () => now })
  const { key } = await ask<{ key: string }>(http, 'sessions.createKey', { name: 'reader', days: 10 })
  const { key: manager } = await ask<{ key: string }>(http, 'sessions.createKey', {
    name: 'm',
    allow: ['manage', 'disk'],
    days: 20,
  })
  const as = (bearer: string) => `Bearer ${bearer}`
  expect(await ask(http, 'libraries.list', {}, as(key))).toEqual([])
  expect(await ask(http, 'locations.add', { path: '/x' }, as(key))).toMatchObject({ code: 'PermissionDenied' })
  expect(await ask(http, 'locations.add', { path: '/x' }, as(manager))).not.toMatchObject({ code: 'PermissionDenied' })
  for (const name of ['sessions.list', 'sessions.createKey', 'explorer.link', 'config.set', 'network.start'])
    expect([name, await ask(http, name, {}, as(manager))]).toMatchObject([name, { code: 'PermissionDenied' }])
  now += 10 * 86_400_000
  expect(await ask(http, 'libraries.list', {}, as(key))).toMatchObject({ code: 'NotAuthorised' })
  expect(await ask(http, 'libraries.list', {}, as(manager))).toEqual([])
})

test.skipIf(process.platform === 'win32')(
  'over the socket a bearer decides, too: a key has its rights until its end, and a wrong one has none',
  async () => {
    let now = Date.parse('2026-01-01')
    await using http = await startTestHttp({ now: () => now })
    const { key, session } = await http.server.access.createKey({ name: 'viewer', allow: ['view'], days: 1 })
    const send = async (path: string, headers: Record<string, string>) => {
      const options = { socketPath: http.server.socket!, method: 'POST', body: '{}' }
      const json = { host: 'localhost', 'content-type': 'application/json', 'content-length': '2' }
      return (await http.raw(path, { ...options, headers: { ...json, ...headers } })).status
    }
    const as = (bearer: string) => ({ authorization: `Bearer ${bearer}` })
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' }
    const all = async (headers: Record<string, string>) => [
      await send('/api/v1/system/status', headers),
      await send('/api/v1/sessions/list', headers),
      await send('/api/v1/network/start', headers),
      await send('/api/v1/locations/add', headers),
    ]
    expect((await all({})).slice(0, 2)).toEqual([200, 200])
    expect((await all(as(http.token))).slice(0, 2)).toEqual([200, 200])
    expect(await all(as(key))).toEqual([200, 403, 403, 403])
    // That is for a proxy in front of the socket.
    expect((await all({ authorization: 'Basic c3BhY2U6ZHJpdmU=' })).slice(0, 2)).toEqual([200, 200])
    for (const wrong of [as('guess'), { authorization: 'Bearer ' }])
      expect(await send('/api/v1/system/status', wrong)).toBe(401)
    expect(await send('/ws?access=guess', upgrade)).toBe(401)

    // What came in by it ends with it.
    const stream = request({
      socketPath: http.server.socket!,
      path: '/events',
      headers: { host: 'localhost', ...as(key) },
    })
    stream.end()
    const [answer] = (await once(stream, 'response')) as [IncomingMessage]
    const over = new Promise((resolve) =>
      answer
        .on('error', () => {})
        .once('close', resolve)
        .resume(),
    )
    await http.server.access.end(session.id)
    await over
    expect(await all(as(key))).toEqual([401, 401, 401, 401])

    const { key: short } = await http.server.access.createKey({ name: 'short', allow: ['manage'], days: 1 })
    expect((await all(as(short)))[0]).toBe(200)
    now += 86_400_000
    expect((await all(as(short)))[0]).toBe(401)
  },
)

test('sign-ins, refusals and exposures are recorded, for this user only', async () => {
  await using http = await startTestHttp()
  await http.openPage()
  await http.raw('/session', { headers: { authorization: 'Bearer guess' } })
  await http.server.expose({ passphrase: 'correct horse battery', port: 0, address: '127.0.0.1', names: [], allow: [] })
  await http.server.hide()
  http.core.events.emit('network.grant-changed', {
    device: { id: '01900000-0000-7000-8000-000000000000' as never, name: 'laptop' },
    what: 'browse',
    allowed: true,
    everything: true,
    folders: [],
    requestedAt: null,
    requestedPath: null,
    wasEverything: false,
  })
  for (const type of ['network.port-mapped', 'network.port-unmapped'] as const)
    http.core.events.emit(type, { address: '203.0.113.9:4433' })
  const log = await ask<AccessRecord[]>(http, 'sessions.log')
  const ports = ['port-unmapped', 'port-mapped']
  expect(log.map(({ what }) => what)).toEqual([...ports, 'granted', 'hidden', 'exposed', 'refused', 'signed-in'])
  expect(log[1]).toMatchObject({ from: 'router', detail: 'the router forwards 203.0.113.9:4433 to this device' })
  expect(log[2]).toMatchObject({ from: 'laptop', detail: 'browse: allowed, every file that this user can read' })
  expect(log[5]!.from).toBe('127.0.0.1')
  expect(statSync(join(http.core.dataDir, 'http-audit.jsonl')).mode & 0o777).toBe(0o600)
  expect(await ask(http, 'sessions.log', { limit: 2 })).toHaveLength(2)
})

test('a key that asks for more than it may is recorded as refused, by whatever protocol it asks', async () => {
  await using http = await startTestHttp()
  const { key, session } = await http.server.access.createKey({ name: 'photo frame', allow: ['view'], days: 1 })
  const authorization = `Bearer ${key}`
  expect(await ask(http, 'network.start', {}, authorization)).toMatchObject({ code: 'PermissionDenied' })
  const json = { authorization, 'content-type': 'application/json' }
  const post = (path: string, body: object) =>
    http.fetch(path, { method: 'POST', headers: json, body: JSON.stringify(body) })
  await post('/rpc', { jsonrpc: '2.0', id: 1, method: 'locations.add', params: { path: '/x' } })
  await post('/graphql', { query: 'mutation { librariesCreate(name: "x") { id } }' })
  const file = join(http.folder, 'letter.txt')
  writeFileSync(file, 'a letter')
  const address = `/media/file/letter.txt?path=${encodeURIComponent(file)}`
  expect((await http.fetch(address, { headers: { authorization } })).status).toBe(403)
  await post('/api/v1/files/read', { path: file, offset: 0, length: 1 })
  const socket = new WebSocket(`${http.origin.replace('http', 'ws')}/ws`, { headers: { authorization } })
  await once(socket, 'open')
  for (const method of ['hello', 'explorer.hide', 'daemon.stop'])
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: method, method, params: {} }))
  const refused = () => http.server.access.log(100).filter(({ what }) => what === 'refused')
  const expected = [
    'network.start',
    'locations.add',
    'libraries.create',
    'a file, outside of locations',
    'files.read, outside of locations',
    'explorer.hide',
    'daemon.stop',
  ].map((what) => ['photo frame', `key ${session.id} may not ask for ${what}`])
  await vi.waitFor(() =>
    expect(
      refused()
        .map(({ detail, from }) => [from, detail])
        .toReversed(),
    ).toEqual(expected),
  )
  socket.terminate()
})

test('two people who sign in with the same address and browser are both recorded', () => {
  using folder = createTempDir('audit')
  const log = new AuditLog({ file: join(folder.path, 'audit.jsonl'), now: () => Date.parse('2026-01-01') })
  const same = { from: '10.0.0.1', detail: 'by the passphrase, with a browser' }
  for (const what of ['signed-in', 'refused', 'refused', 'signed-in'] as const) log.add({ what, ...same })
  expect(
    log
      .list(100)
      .map(({ what }) => what)
      .toSorted(),
  ).toEqual(['refused', 'signed-in', 'signed-in'])
})

test('a flood of attempts neither fills the disk nor pushes the rest out of the log', () => {
  using folder = createTempDir('audit')
  let now = Date.parse('2026-01-01')
  const log = new AuditLog({ file: join(folder.path, 'audit.jsonl'), now: () => now })
  log.add({ what: 'signed-in', from: 'a browser', detail: 'first' })
  for (let n = 0; n < 10_000; n++) log.add({ what: 'refused', from: '10.0.0.1', detail: 'a wrong passphrase' })
  expect(log.list(100).map(({ what }) => what)).toEqual(['refused', 'signed-in'])
  // The same a minute later is another attempt; two files are kept, and no more.
  for (let n = 0; n < 3_000; n++) {
    now += 60_000
    log.add({ what: 'refused', from: 'x'.repeat(5_000), detail: 'y'.repeat(5_000) })
  }
  // Nor do attempts from thousands of addresses, as each program of this machine has them.
  for (let n = 0; n < 20_000; n++)
    log.add({ what: 'refused', from: `127.0.${n >> 8}.${n & 255}`, detail: 'this link has been used or has expired' })
  expect(log.list(1_000_000).at(-1)).toMatchObject({ what: 'signed-in', detail: 'first' })
  // Nor do sign-ins, by whoever knows the passphrase.
  log.add({ what: 'granted', from: 'laptop', detail: 'browse' })
  for (let n = 0; n < 20_000; n++)
    log.add({ what: 'signed-in', from: '10.0.0.1', detail: `by the passphrase, with browser ${n}` })
  expect(log.list(1_000_000).filter(({ what }) => what === 'granted')).toHaveLength(1)
  const bytes = ['audit.jsonl.refused', 'audit.jsonl.refused.1'].map((name) => statSync(join(folder.path, name)).size)
  expect(Math.max(...bytes)).toBeLessThan(520 * 1024)
})

test('a page that is not signed in learns the command that signs it in, as the user types it', async () => {
  await using http = await startTestHttp()
  await ask(http, 'explorer.link', { program: 'npx <spacedrive>' })
  const told = await http.raw('/session/program', { at: http.pageOrigin })
  expect(JSON.parse(told.body)).toEqual({ program: 'npx <spacedrive>' })
  const page = await http.raw('/session/used', { at: http.pageOrigin })
  expect(page.body).toContain('run “npx &lt;spacedrive&gt; open” in a terminal')
})
