import { once } from 'node:events'
import { request } from 'node:https'
import { Client } from '@spacedrive/client'
import type { Access } from '@spacedrive/core/domain'
import { expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { startTestHttp, type TestHttp } from './test-http.ts'
import { webSocketTransport } from './web-socket-transport.ts'

const PASSPHRASE = 'correct horse battery'

/** The cookie of a browser on another machine, and the address where it holds. */
async function signInFromElsewhere(http: TestHttp, port: number): Promise<Record<string, string>> {
  const body = new URLSearchParams({ passphrase: PASSPHRASE, to: '/' }).toString()
  const origin = `https://127.0.0.1:${port}`
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(body.length), origin }
  const asked = request(`${origin}/login`, { method: 'POST', headers, agent: false, rejectUnauthorized: false })
  asked.end(body)
  const [answer] = await once(asked, 'response')
  answer.resume()
  return { cookie: answer.headers['set-cookie'][0].split(';')[0], origin }
}

async function makeKey(http: TestHttp, name: string, allow: readonly Access[] = ['view']): Promise<string> {
  const answer = await http.fetch('/api/v1/sessions/createKey', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, days: 1, allow }),
  })
  return ((await answer.json()) as { key: string }).key
}

/** Opens a WebSocket, or returns what it was refused with. */
async function open(address: string, headers: Record<string, string>): Promise<WebSocket | string> {
  const socket = new WebSocket(address, { rejectUnauthorized: false, headers })
  socket.on('error', () => {})
  const refused = once(socket, 'unexpected-response').then(async ([, answer]) => {
    const [said] = await once(answer, 'data')
    return `${answer.statusCode} ${JSON.parse(String(said)).detail}`
  })
  return Promise.race([once(socket, 'open').then(() => socket), refused])
}

test('sessions from elsewhere and API keys cannot hold every WebSocket, and each of them only some', async () => {
  await using http = await startTestHttp({ serverLimits: { webSockets: 8 } })
  const exposed = await http.server.expose({
    passphrase: PASSPHRASE,
    port: 0,
    address: '127.0.0.1',
    names: [],
    allow: ['view'],
  })
  const port = Number(new URL(exposed.urls[0]!).port)
  const there = `wss://127.0.0.1:${port}/ws`
  const here = `${http.origin.replace('http', 'ws')}/ws`
  const browsers = [await signInFromElsewhere(http, port), await signInFromElsewhere(http, port)]
  const key = await makeKey(http, 'one')
  const held: (WebSocket | string)[] = []
  for (const headers of browsers) for (let n = 0; n < 4; n++) held.push(await open(there, headers))
  // However the header is written, it is one key.
  for (const space of [' ', '  ', '   ']) held.push(await open(here, { authorization: `Bearer${space}${key}` }))
  const other = await open(here, { authorization: `Bearer ${await makeKey(http, 'two')}` })
  const sorts = (all: readonly (WebSocket | string)[]) => all.map((each) => (typeof each === 'string' ? each : 'open'))
  const ofOne = '503 for this session or API key, 2 WebSockets are open; try again when one of them has ended'
  const ofAll =
    '503 for API keys and sessions from elsewhere, 6 WebSockets are open; try again when one of them has ended'
  const ofBrowser = ['open', 'open', ofOne, ofOne]
  expect(sorts(held)).toEqual([...ofBrowser, ...ofBrowser, 'open', 'open', ofAll])
  expect(sorts([other])).toEqual([ofAll])
  const own = await open(here, { authorization: `Bearer ${http.token}` })
  expect(sorts([own])).toEqual(['open'])
  for (const each of [...held, own]) if (typeof each !== 'string') each.terminate()
  await vi.waitUntil(() => http.connections.count('websocket') === 0)
})

test('an API key cannot hold every stream of events, by neither protocol', async () => {
  await using http = await startTestHttp({ limits: { eventStreams: 4 } })
  const headers = { authorization: `Bearer ${await makeKey(http, 'reader')}`, accept: 'text/event-stream' }
  const graphql = `/graphql?query=${encodeURIComponent('subscription { events { type } }')}`
  const ask = async (path: string, more = {}) => {
    const answer = await http.fetch(path, { headers: { accept: 'text/event-stream', ...more } })
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
    // A stream that is open says something only when something happens.
    const said = path === graphql && answer.status === 200 ? '' : ((await reader.read()).value ?? '')
    return { status: answer.status, said, reader }
  }
  const first = await ask('/events', headers)
  const refused = await ask('/events', headers)
  expect([first.status, refused.status]).toEqual([200, 503])
  expect(refused.said).toContain('for this session or API key, 1 streams of events are open')
  const own = await ask('/events')
  expect(own.status).toBe(200)
  for (const { reader } of [first, refused, own]) await reader.cancel()
  await vi.waitFor(async () => {
    const again = await ask('/events', headers)
    await again.reader.cancel()
    expect(again.status).toBe(200)
  })
  const held = await ask(graphql, headers)
  const answer = await http.fetch(graphql, { headers })
  expect(await answer.text()).toContain('for this session or API key')
  await held.reader.cancel()
})

test('an API key cannot hold every request in progress', async () => {
  const done = Promise.withResolvers<void>()
  let running = 0
  const doctor = async () => {
    running++
    await done.promise
    return { ok: true, checks: [], engines: [] }
  }
  await using http = await startTestHttp({ core: { doctor }, limits: { requestsInFlight: 4 } })
  const headers = { authorization: `Bearer ${await makeKey(http, 'asking', ['view', 'manage'])}` }
  const first = http.fetch('/api/v1/system/doctor', { headers })
  await vi.waitUntil(() => running === 1)
  const refused = await http.fetch('/api/v1/system/doctor', { headers })
  expect([refused.status, ((await refused.json()) as { detail: string }).detail]).toEqual([
    503,
    'for this session or API key, 1 requests are in progress; try again when one of them has ended',
  ])
  expect((await http.fetch('/api/v1/system/status')).status).toBe(200)
  done.resolve()
  expect((await first).status).toBe(200)
})

test('an API key cannot fill the daemon with requests over many WebSockets', async () => {
  const done = Promise.withResolvers<void>()
  let running = 0
  const doctor = async () => {
    running++
    await done.promise
    return { ok: true, checks: [], engines: [] }
  }
  await using http = await startTestHttp({ core: { doctor }, serverLimits: { guestRequests: 8 } })
  const address = `${http.origin.replace('http', 'ws')}/ws`
  const headers = { authorization: `Bearer ${await makeKey(http, 'asking', ['view', 'manage'])}` }
  using one = await Client.open(webSocketTransport(address, { headers }), '1.2.3')
  using two = await Client.open(webSocketTransport(address, { headers }), '1.2.3')
  const asked = [one.query('system.doctor', {}), two.query('system.doctor', {})]
  await vi.waitUntil(() => running === 2)
  await expect(two.query('system.doctor', {})).rejects.toMatchObject({
    code: 'Unavailable',
    message: expect.stringContaining('for this session or API key, 2 requests are in progress'),
  })
  const own = { headers: { authorization: `Bearer ${http.token}` } }
  using owner = await Client.open(webSocketTransport(address, own), '1.2.3')
  expect(await owner.query('system.status', {})).toMatchObject({ version: '1.2.3' })
  done.resolve()
  await Promise.all(asked)
  expect(await two.query('system.doctor', {})).toMatchObject({ ok: true })
})
