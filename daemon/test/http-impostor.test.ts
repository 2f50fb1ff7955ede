import { createHmac, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test } from 'vitest'
import { HttpServer } from '../src/http/index.ts'
import { startTestHttp, type TestHttp } from './test-http.ts'

/** The same engine served again, as after a restart. */
async function serveAgain(http: TestHttp, { port = 0, now }: { port?: number; now?: () => number } = {}) {
  const { connections, core } = http
  const server = await HttpServer.listen({ core, connections, runDir: core.dataDir, port, ...(now ? { now } : {}) })
  const { pageOrigin } = server
  const post = (path: string, body: object, from = pageOrigin) => {
    const headers = { 'content-type': 'application/json', origin: from }
    const ask = () => fetch(new URL(path, pageOrigin), { method: 'POST', headers, body: JSON.stringify(body) })
    // A connection to the server before may have been kept.
    return ask().catch(ask)
  }
  return { server, pageOrigin, post, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

function signed(address: string, { key, session, until }: { key: string; session: string; until: number }): string {
  const said = ['spacedrive media 1', address, session, String(until)].join('\n')
  const signature = createHmac('sha256', Buffer.from(key, 'base64url')).update(said).digest('base64url')
  return `${address}${address.includes('?') ? '&' : '?'}session=${session}&until=${until}&sig=${signature}`
}

test('a server that did not get its port tells which port was taken', async () => {
  await using http = await startTestHttp()
  expect(http.server.takenPort).toBeNull()
  const port = Number(new URL(http.server.url).port)
  const { connections, core } = http
  using folder = createTempDir('port')
  await using other = await HttpServer.listen({ core, connections, runDir: folder.path, port })
  expect(other.takenPort).toBe(port)
  expect(new URL(other.url).port).not.toBe(String(port))
})

test('a page proves its key again after a restart at the same address', async () => {
  await using http = await startTestHttp()
  const page = await http.openPage()
  const { access } = await page.prove()
  await http.server[Symbol.asyncDispose]()
  await using again = await serveAgain(http)
  expect(again.pageOrigin).toBe(http.pageOrigin)
  const headers = { authorization: `Bearer ${access}` }
  // What the page was given before ended with the process that gave it.
  const ask = () => fetch(`${again.pageOrigin}/session`, { headers })
  expect((await ask().catch(ask)).status).toBe(401)
  const proved = await page.at(again).prove()
  const renewed = { authorization: `Bearer ${proved.access}` }
  expect((await fetch(`${again.pageOrigin}/session`, { headers: renewed })).status).toBe(204)
})

test('nothing that a program at the old port hears or passes on lets it in at the new one', async () => {
  await using http = await startTestHttp()
  const page = await http.openPage()
  const { access, mediaKey } = await page.prove()
  const { hostname, port } = new URL(http.pageOrigin)
  const secret = join(http.folder, 'secret.txt')
  writeFileSync(secret, 'private')
  const address = `/media/file/secret.txt?path=${encodeURIComponent(secret)}`
  const old = { headers: { authorization: `Bearer ${access}` } }
  const oldMedia = signed(address, { key: mediaKey, session: page.id, until: Date.now() + 60_000 })
  await http.server[Symbol.asyncDispose]()

  const heard: { url: string; body: string; headers: IncomingMessage['headers'] }[] = []
  let behind: Awaited<ReturnType<typeof serveAgain>> | null = null
  // It takes the port, and asks the daemon whatever it is asked, in the name of the page.
  const passOn = async (request: IncomingMessage, answer: ServerResponse) => {
    const body = await text(request)
    heard.push({ url: request.url!, body, headers: request.headers })
    const passed = behind ? await behind.post(request.url!, JSON.parse(body || '{}') as object) : null
    answer.writeHead(passed?.status ?? 500, { 'content-type': 'application/json' })
    answer.end(passed ? await passed.text() : '{}')
  }
  const squatter = createServer((request, answer) => void passOn(request, answer))
  squatter.listen(Number(port), hostname)
  await once(squatter, 'listening')
  try {
    await using moved = await serveAgain(http)
    behind = moved
    expect(moved.pageOrigin).not.toBe(http.pageOrigin)
    const there = { post: http.post.bind(http), pageOrigin: http.pageOrigin }
    // The page talks to the squatter, who passes it on.
    await expect(page.at(there).prove()).rejects.toThrow(/401|impostor/)
    // What it has heard, at the daemon itself.
    for (const { body, url } of heard)
      for (const origin of [http.pageOrigin, moved.pageOrigin])
        expect([401, 403, 404]).toContain((await moved.post(url, JSON.parse(body) as object, origin)).status)
    // Old sessions are over: also the true page cannot go on, at either origin.
    for (const origin of [http.pageOrigin, moved.pageOrigin])
      await expect(page.at(moved).prove(origin)).rejects.toThrow(/401|403/)
    // What the page had from before is of no use.
    expect((await fetch(`${moved.pageOrigin}/api/v1/system/status`, old)).status).toBe(401)
    const { media } = await (await pageAt(moved)).prove()
    expect((await fetch(media + oldMedia)).status).toBe(401)
    // Nothing that was heard is a secret.
    const said = JSON.stringify(heard)
    for (const each of [access, mediaKey, http.token]) expect(said).not.toContain(each)
  } finally {
    squatter.closeAllConnections()
    squatter.close()
  }
})

/** A page that signs in at a server. */
async function pageAt(of: Awaited<ReturnType<typeof serveAgain>>) {
  const { TestHttp } = await import('./test-http.ts')
  return TestHttp.prototype.openPage.call(of as never, of.server.link('/').url)
}

test('after an absence no session is taken over: somebody else may have served a page at the address', async () => {
  let now = Date.now()
  await using http = await startTestHttp({ now: () => now })
  const page = await http.openPage()
  await http.server[Symbol.asyncDispose]()
  now += 20_000
  {
    await using soon = await serveAgain(http, { now: () => now })
    expect(await page.at(soon).prove()).toHaveProperty('access')
  }
  now += 40_000
  await using late = await serveAgain(http, { now: () => now })
  // Nor is the address: the data that the page left in the browser belongs to the old one.
  expect(late.pageOrigin).not.toBe(http.pageOrigin)
  await expect(page.at(late).prove()).rejects.toThrow('401')
})

test('after the clock was set back no session is taken over: nobody knows how long the absence was', async () => {
  let now = Date.now()
  await using http = await startTestHttp({ now: () => now })
  const page = await http.openPage()
  await http.server[Symbol.asyncDispose]()
  now -= 40_000
  await using again = await serveAgain(http, { now: () => now })
  await expect(page.at(again).prove()).rejects.toThrow('401')
})

test('a start that fails does not count as presence', async () => {
  let now = Date.now()
  await using http = await startTestHttp({ now: () => now })
  const page = await http.openPage()
  await http.server[Symbol.asyncDispose]()
  now += 20_000
  // No port has this number, so nothing listens.
  await expect(serveAgain(http, { port: -1, now: () => now })).rejects.toThrow('options.port')
  now += 20_000
  await using again = await serveAgain(http, { now: () => now })
  await expect(page.at(again).prove()).rejects.toThrow('401')
})

test('a start that fails in the middle leaves nothing that listens', async () => {
  await using http = await startTestHttp()
  const port = Number(new URL(http.origin).port)
  await http.server[Symbol.asyncDispose]()
  let asked = 0
  // The clock is asked once before anything listens, and then when all addresses are held.
  const now = () => {
    if (asked++ > 0) throw new Error('no clock')
    return Date.now()
  }
  await expect(serveAgain(http, { port, now })).rejects.toThrow('no clock')
  const next = createServer().listen(port, '127.0.0.1')
  await once(next, 'listening')
  next.close()
})

test('a start does not fail because of the address that was kept', async () => {
  await using http = await startTestHttp()
  await http.openPage()
  await http.server[Symbol.asyncDispose]()
  const file = join(http.core.dataDir, 'http-sessions.json')
  for (const origin of ['http://name.invalid:1', 'no address']) {
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/(?<="origin":")[^"]*/g, origin))
    await using again = await serveAgain(http)
    expect(new URL(again.pageOrigin).hostname).toMatch(/^127\./)
  }
})

test('the page that signs in takes nothing from the cache, where another program may have left scripts', async () => {
  await using http = await startTestHttp()
  const { headers } = await fetch(http.server.link('/').url)
  expect(headers.get('clear-site-data')).toBe('"cache"')
})

test('a page of another origin proves nothing, and a proof holds once', async () => {
  await using http = await startTestHttp()
  const page = await http.openPage()
  const { port } = new URL(http.pageOrigin)
  for (const origin of [`http://localhost:${port}`, 'http://127.0.0.1:1', http.origin])
    await expect(page.prove(origin)).rejects.toThrow('403')
  const { id } = page
  const { nonce } = (await (await http.post('/session/challenge', { id, nonce: 'x' })).json()) as { nonce: string }
  const wrong = { nonce, signature: Buffer.alloc(64).toString('base64url') }
  for (let n = 0; n < 2; n++) expect((await http.post('/session/proof', wrong)).status).toBe(401)
  // Programs say no origin.
  expect(
    (
      await http.raw('/session/challenge', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      })
    ).status,
  ).toBe(403)
  for (const body of [{}, { id }, { id: 'x'.repeat(5_000), nonce: 'x' }])
    expect((await http.post('/session/challenge', body)).status).toBe(400)
})

test('an address of a file holds for that file, that session and that time', async () => {
  let now = Date.now()
  await using http = await startTestHttp({ now: () => now })
  const page = await http.openPage()
  const { access, media, mediaKey } = await page.prove()
  expect([http.origin, http.pageOrigin]).not.toContain(new URL(media).origin)
  for (const name of ['a.txt', 'b.txt']) writeFileSync(join(http.folder, name), name)
  const address = (name: string) => `/media/file/${name}?path=${encodeURIComponent(join(http.folder, name))}`
  const of = { key: mediaKey, session: page.id, until: now + 60_000 }
  const right = signed(address('a.txt'), of)
  const shown = await fetch(media + right, { headers: { origin: http.pageOrigin } })
  expect([shown.status, await shown.text()]).toEqual([200, 'a.txt'])
  expect(shown.headers.get('access-control-allow-origin')).toBe(http.pageOrigin)
  expect(shown.headers.get('content-security-policy')).toMatch(/^sandbox;/)
  const tampered = [
    right.replaceAll('a.txt', 'b.txt'),
    right.replace(String(of.until), String(of.until + 1)),
    `${right}&path=${encodeURIComponent(join(http.folder, 'b.txt'))}`,
    right.replace(page.id, 'another-id'),
    right.replace(/&sig=.*/, ''),
    address('a.txt'),
    signed(address('a.txt'), { ...of, until: now }),
    signed(address('a.txt'), { ...of, key: access }),
  ]
  for (const wrong of tampered) expect([wrong, (await fetch(media + wrong)).status]).toEqual([wrong, 401])
  // There is nothing else at this origin, and the page has no files.
  for (const path of ['/', '/api/v1/system/status', '/session', '/rpc', '/health'])
    expect([path, (await fetch(media + path)).status]).toEqual([path, 404])
  expect((await fetch(http.origin + right)).status).toBe(401)
  expect((await fetch(media + right, { headers: { origin: 'http://evil.example' } })).status).toBe(403)
  expect((await fetch(media + right, { method: 'POST', headers: { origin: http.pageOrigin } })).status).toBe(405)
  // It ends with the session.
  const headers = { authorization: `Bearer ${access}` }
  expect((await http.raw('/session', { method: 'DELETE', headers })).status).toBe(204)
  expect((await fetch(media + right)).status).toBe(401)
  now += 1
})

test('a page signs in at the address of the pages alone, and a browser is led there', async () => {
  await using http = await startTestHttp()
  const { port } = new URL(http.origin)
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64url')
  const code = http.server.link('/').url.split('/').at(-1)!
  const headersOf = (origin: string) => ({ 'content-type': 'application/json', origin, host: new URL(origin).host })
  const body = JSON.stringify({ code, publicKey: spki })
  const signIn = (origin: string) =>
    http.raw('/session', { method: 'POST', headers: headersOf(origin), body }).then(({ status }) => status)
  // Another user may hold the usual port while the daemon is away, and `localhost` by IPv6 at any time.
  for (const origin of [http.origin, `http://localhost:${port}`, http.pageOrigin])
    expect(await signIn(origin)).toBe(403)
  // The link still holds.
  expect((await http.post('/session', { code, publicKey: spki })).status).toBe(200)
  for (const host of [`localhost:${port}`, `127.0.0.1:${port}`]) {
    const led = await http.raw('/browse?path=/x', { headers: { host, accept: 'text/html' } })
    expect([led.status, led.headers.location]).toEqual([307, `${http.pageOrigin}/browse?path=/x`])
    // Programs may say localhost.
    const program = { host, authorization: `Bearer ${http.token}` }
    expect((await http.raw('/api/v1/system/status', { headers: program })).status).toBe(200)
  }
})

test('only a browser that opens the usual address gets the service worker of that address', async () => {
  await using http = await startTestHttp()
  const host = new URL(http.origin).host
  const document = { host, accept: 'text/html', 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' }
  const led = await http.raw('/browse?path=/x', { headers: document })
  expect(led.status).toBe(200)
  expect(led.body).toContain(`content="${http.pageOrigin}"`)
  // The address is not in the page: the script takes it from the browser.
  expect(led.body).not.toContain('path=/x')
  expect(led.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; worker-src 'self';/)
  const worker = await http.raw('/away-worker.js', { headers: { host } })
  expect(worker.headers['content-security-policy']).toBe("default-src 'none'; connect-src 'self'")
  expect(worker.body).toContain('spacedrive open')
  expect((await http.raw('/away-worker.js', { at: http.pageOrigin })).status).toBe(404)
})

test.skipIf(process.platform === 'darwin')(
  'the address of the pages is new each time, and no other has 127.0.0.1',
  async () => {
    const hosts = new Set<string>()
    for (let n = 0; n < 3; n++) {
      await using http = await startTestHttp()
      hosts.add(new URL(http.pageOrigin).hostname)
    }
    expect(hosts.size).toBe(3)
    for (const host of hosts) expect(host).toMatch(/^127\.(?!0\.)\d+\.\d+\.\d+$/)
  },
)
