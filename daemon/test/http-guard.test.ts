import { once } from 'node:events'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startTestHttp, type TestHttp } from './test-http.ts'

/** An address of every route, of an operation, of the page, and of nothing. */
function addressesOf({ server }: TestHttp): string[] {
  const routes = server.app.routes.map(({ path }) => path.replaceAll('*', 'x').replaceAll(/:\w+/g, 'x'))
  return [
    ...new Set([
      ...routes,
      '/api/v1/system/status',
      '/',
      '/browse',
      '/assets/x.js',
      '/api',
      '/graphql',
      '/mcp',
      '/metrics',
      '/x',
    ]),
  ]
}

const METHODS = ['GET', 'POST', 'DELETE', 'OPTIONS']

async function statusesOf(http: TestHttp, headers: Record<string, string>): Promise<Set<number>> {
  const statuses = new Set<number>()
  for (const address of addressesOf(http)) {
    const answers = await Promise.all(METHODS.map((method) => http.raw(address, { method, headers })))
    for (const { headers: said, status } of answers) {
      statuses.add(status)
      const cors = Object.keys(said).filter((name) => name.startsWith('access-control-'))
      expect(cors).toEqual([])
    }
  }
  return statuses
}

test.each([
  ['of another name', { host: 'evil.example' }],
  ['of another port', { host: '127.0.0.1:1' }],
  ['of a name that ends like ours', { host: 'evil.127.0.0.1' }],
])('a request for a host %s is refused at every address', async (_what, headers) => {
  await using http = await startTestHttp()
  const asked = { ...headers, authorization: `Bearer ${http.token}` }
  expect([...(await statusesOf(http, asked))]).toEqual([403])
})

test.each([
  ['another site', 'https://evil.example'],
  ['another port', 'http://127.0.0.1:1'],
  ['nowhere, as a sandboxed file has', 'null'],
])('a request of %s is refused at every address, whatever it knows', async (_what, origin) => {
  await using http = await startTestHttp()
  const authorization = `Bearer ${http.token}`
  expect([...(await statusesOf(http, { origin, authorization }))]).toEqual([403])
})

test('what a browser is made to ask by another site is refused, but links lead here', async () => {
  await using http = await startTestHttp()
  const signedIn = await http.signIn()
  const ask = async (headers: Record<string, string>, method = 'GET') =>
    (await http.raw('/api/v1/system/status', { method, headers: { ...headers, ...signedIn } })).status
  expect(await ask({ 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' })).toBe(200)
  expect(await ask({ 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' })).toBe(200)
  for (const site of ['cross-site', 'same-site']) {
    expect(await ask({ 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' })).toBe(403)
    expect(await ask({ 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' })).toBe(403)
    const link = { 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    expect([await ask(link), await ask(link, 'POST')]).toEqual([200, 403])
  }
})

test('our own names are ours', async () => {
  await using http = await startTestHttp()
  const { port } = new URL(http.origin)
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`]) {
    expect((await http.raw('/health', { headers: { host } })).body).toBe('{"status":"ok"}')
  }
})

test('every answer says what may be done with it', async () => {
  await using http = await startTestHttp()
  for (const address of addressesOf(http)) {
    const answer = await http.fetch(address)
    // Of events there is no end.
    await answer.body?.cancel()
    const headers = Object.fromEntries(answer.headers)
    expect({ address, ...headers }).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': expect.stringMatching(/default-src '(none|self)'.*frame-ancestors 'none'/),
    })
    expect({ address, ...headers }).toMatchObject({ 'cache-control': expect.stringMatching(/no-store|no-cache/) })
  }
})

test('without the token everything is closed but the pages, the health, and the way in', async () => {
  await using http = await startTestHttp()
  const open: string[] = []
  for (const address of addressesOf(http)) {
    for (const method of ['GET', 'POST']) {
      const { status } = await http.raw(address, { method })
      if (status !== 401) open.push(`${method} ${address} ${status}`)
    }
  }
  // There is no page in this test: 500 is where it would be.
  expect(open.filter((line) => !line.endsWith(' 500') && !line.endsWith(' 404'))).toEqual([
    'GET /health 200',
    // The page that signs in, and the two halves of its proof, which are for pages alone.
    'POST /session 403',
    'GET /session/challenge 200',
    'POST /session/challenge 403',
    'GET /session/proof 200',
    'POST /session/proof 403',
    // How to start the command line.
    'GET /session/program 200',
    'GET /session/x 200',
    // It says nothing but what is asked for after it.
    'GET /api 200',
    'GET /api/reference.js 200',
    'GET /api/reference.css 200',
  ])
})

test.each([
  ['text/plain', 415],
  ['application/x-www-form-urlencoded', 415],
  ['multipart/form-data; boundary=x', 415],
  ['application/json', 200],
  ['application/json; charset=utf-8', 200],
])('a body of type %s is answered with %i', async (type, status) => {
  await using http = await startTestHttp()
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'system.status' })
  const headers = { 'content-type': type, ...(await http.signIn()), origin: http.origin }
  expect((await http.raw('/rpc', { method: 'POST', headers, body })).status).toBe(status)
  expect((await http.raw('/api/v1/system/status', { method: 'POST', headers, body: '{}' })).status).toBe(status)
})

test.each([
  ['nobody', async () => ({}), 401],
  ['a wrong token', async () => ({ authorization: 'Bearer x' }), 401],
  ['another host', async (http: TestHttp) => ({ authorization: `Bearer ${http.token}`, host: 'evil.example' }), 403],
  [
    'another site',
    async (http: TestHttp) => ({ authorization: `Bearer ${http.token}`, origin: 'http://evil.example' }),
    403,
  ],
  [
    'a session from another site',
    async (http: TestHttp) => ({ ...(await http.signIn()), origin: 'http://evil.example' }),
    403,
  ],
])('a WebSocket of %s is refused', async (_who, headersOf, status) => {
  await using http = await startTestHttp()
  const headers: Record<string, string> = await headersOf(http)
  const socket = new WebSocket(`${http.origin.replace('http', 'ws')}/ws`, { headers })
  const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }]
  expect(answer.statusCode).toBe(status)
  socket.on('error', () => {})
  socket.terminate()
})
