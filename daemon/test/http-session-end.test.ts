import { once } from 'node:events'
import { isDeepStrictEqual } from 'node:util'
import { until } from '@spacedrive/core/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { startTestHttp, type TestHttp } from './test-http.ts'

/** A WebSocket that has said hello, and a stream of events. */
async function listen(http: TestHttp, headers: Record<string, string>) {
  const socket = new WebSocket(`${http.origin.replace('http', 'ws')}/ws`, { headers })
  await once(socket, 'open')
  const heard = once(socket, 'message')
  socket.send('{"jsonrpc":"2.0","id":1,"method":"hello","params":{}}')
  await heard
  const state = { socket: 'open', events: 'open' }
  socket.once('close', () => (state.socket = 'over'))
  const answer = await fetch(`${http.origin}/events`, { headers })
  expect(answer.status).toBe(200)
  const reading = (async () => {
    for await (const _chunk of answer.body!);
  })()
  reading.catch(() => {}).finally(() => (state.events = 'over'))
  return { socket, state }
}

const OPEN = { socket: 'open', events: 'open' }
const OVER = { socket: 'over', events: 'over' }

test('signing out ends what is open of the session at once, and nothing else', async () => {
  await using http = await startTestHttp()
  const [mine, other] = [await http.signIn(), await http.signIn()]
  const leaving = await listen(http, mine)
  const staying = await listen(http, other)
  const program = await listen(http, { authorization: `Bearer ${http.token}` })
  const signedOut = await http.raw('/session', { method: 'DELETE', headers: mine })
  expect(signedOut.status).toBe(204)
  await vi.waitFor(() => expect(leaving.state).toEqual(OVER))
  expect([staying.state, program.state]).toEqual([OPEN, OPEN])
  expect(http.connections.count('websocket')).toBe(2)
  expect((await http.raw('/events', { headers: mine })).status).toBe(401)
  staying.socket.terminate()
  program.socket.terminate()
})

test('a client that does not hear the goodbye is cut off, and nothing it still says is heard', async () => {
  await using http = await startTestHttp({ serverLimits: { farewellMs: 20 } })
  const headers = await http.signIn()
  const { socket } = await listen(http, headers)
  socket.pause()
  await http.raw('/session', { method: 'DELETE', headers })
  expect(http.connections.count('websocket')).toBe(0)
  const create = { jsonrpc: '2.0', id: 2, method: 'libraries.create', params: { name: 'Late' } }
  socket.send(JSON.stringify(create))
  const closed = once(socket, 'close')
  socket.resume()
  await closed
  expect(http.core.libraries.list().map(({ name }) => name)).not.toContain('Late')
})

test('a session that is too old ends what is open of it, and so does one that makes it one too many', async () => {
  // Heartbeats alone: no client here is dropped for an answer that comes late.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  let now = Date.parse('2026-01-01')
  await using http = await startTestHttp({
    now: () => now,
    limits: { heartbeatMs: 250, sessions: 2, sessionMs: 60_000 },
  })
  const first = await listen(http, await http.signIn())
  now += 30_000
  const second = await listen(http, await http.signIn())
  now += 29_999
  const third = await listen(http, await http.signIn())
  await until(() => isDeepStrictEqual(first.state, OVER))
  expect(second.state).toEqual(OPEN)
  now += 1 + 30_000
  await until(() => isDeepStrictEqual(second.state, OVER))
  expect(third.state).toEqual(OPEN)
  third.socket.terminate()
})
