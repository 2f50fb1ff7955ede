import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, test as base, TestDaemon } from './fixtures.ts'

/** A daemon of its own for each test: it is stopped, and another program takes the address of its pages. */
const test = base.extend<{ own: TestDaemon }>({
  // oxlint-disable-next-line no-empty-pattern
  own: async ({}, use) => {
    await using daemon = await TestDaemon.start()
    await use(daemon)
  },
})

interface Heard {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Another user's program at the address of the pages: it writes down all that it is sent. */
async function squat(origin: string, answer: (heard: Heard) => { status: number; type: string; body: string }) {
  const heard: Heard[] = []
  const hear = async (request: IncomingMessage, response: ServerResponse) => {
    const one = { method: request.method!, url: request.url!, headers: request.headers, body: await text(request) }
    heard.push(one)
    const said = answer(one)
    response.writeHead(said.status, { 'content-type': said.type })
    response.end(said.body)
  }
  const server: Server = createServer((request, response) => void hear(request, response))
  server.on('upgrade', (request, socket) => {
    heard.push({ method: 'UPGRADE', url: request.url!, headers: request.headers, body: '' })
    socket.destroy()
  })
  const { hostname, port } = new URL(origin)
  server.listen(Number(port), hostname)
  await once(server, 'listening')
  return {
    heard,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

test('a program that takes the address of the pages hears nothing from an open tab that lets it in', async ({
  own,
  page,
}) => {
  const files = own.folder()
  files.write('letter.txt', 'hello')
  await files.index('content')
  await own.open(page, files.address({ view: 'list' }))
  await expect(page.getByRole('row', { name: /^letter/ })).toBeVisible()
  expect(await page.context().cookies()).toEqual([])
  const before = await own.pageOrigin()
  await own.stop()
  const squatter = await squat(before, () => ({
    status: 200,
    type: 'application/json',
    body: JSON.stringify({ nonce: 'x', signature: 'A'.repeat(86), access: 'x', mediaKey: 'x', media: before }),
  }))
  {
    await using _squatting = squatter
    await own.startAgain()
    await expect(page.getByText('Another program answers at this address')).toBeVisible()
    expect(squatter.heard.length).toBeGreaterThan(0)
    expect(squatter.heard.filter(({ method }) => method === 'UPGRADE')).toEqual([])
    // All of it, at the daemon's new address.
    const origin = await own.pageOrigin()
    expect(origin).not.toBe(before)
    for (const { body, headers, method, url } of squatter.heard) {
      expect([headers.cookie, headers.authorization]).toEqual([undefined, undefined])
      for (const from of [origin, before]) {
        const sent = { 'content-type': 'application/json', origin: from }
        const answer = await fetch(origin + url, { method, headers: sent, ...(method === 'GET' ? {} : { body }) })
        // Files of the page are open to all.
        if (url.startsWith('/assets/') || url === '/favicon.svg') continue
        expect([url, answer.status]).toEqual([url, answer.status < 400 ? 'let in' : answer.status])
      }
    }
  }
  // The address is free again: the tab gets no answer, and its session has ended with the old address.
  await expect(page.getByText('The daemon is not running')).toBeVisible()
})

test('a page that the other program served cannot use the key that the browser keeps', async ({ own, page }) => {
  await own.open(page, '/jobs')
  const before = await own.pageOrigin()
  await own.stop()
  const other = await page.context().newPage()
  const challenge = async (at: string, from: string, id: string) => {
    const headers = { 'content-type': 'application/json', origin: from }
    const body = JSON.stringify({ id, nonce: 'x' })
    return (await fetch(`${at}/session/challenge`, { method: 'POST', headers, body })).status
  }
  let id = ''
  {
    const answer = { status: 200, type: 'text/html', body: '<!doctype html>' }
    await using _squatting = await squat(before, () => answer)
    // It has the origin, and so the key, which it can use and not read.
    await other.goto(before)
    const used = await other.evaluate(useKey)
    expect(used).toMatchObject({ exported: 'refused', signed: 64 })
    id = used.id
    await own.startAgain()
    const origin = await own.pageOrigin()
    // The session ended with the address: there is nothing left that could be signed for.
    expect([await challenge(origin, origin, id), await challenge(origin, before, id)]).toEqual([401, 403])
  }
})

test('what a program left in the browser while the daemon was away learns nothing from the next sign-in', async ({
  own,
  page,
}) => {
  await own.open(page, '/jobs')
  const before = await own.pageOrigin()
  await own.stop()
  const heard: string[] = []
  const answer = ({ url }: Heard) => {
    heard.push(url)
    return url.startsWith('/worker.js')
      ? { status: 200, type: 'text/javascript', body: WORKER }
      : { status: 200, type: 'text/html', body: '<!doctype html><title>left</title>' }
  }
  const left = await page.context().newPage()
  // It takes the usual address as well, and leaves an open tab and a service worker at both.
  for (const origin of [before, own.origin]) {
    await using _squatting = await squat(origin, answer)
    await left.goto(origin)
    await left.evaluate(leaveWorker)
  }
  await own.startAgain({ awayMs: 60_000 })
  const after = await own.pageOrigin()
  expect([before, own.origin]).not.toContain(after)
  await own.open(page, '/jobs')
  await expect(page.getByRole('heading', { name: 'Jobs' })).toBeVisible()
  expect(new URL(page.url()).origin).toBe(after)
  // The service worker hears of no sign-in, and the open tab has neither key nor session.
  expect(await left.evaluate(heardByWorker)).toEqual([])
  expect(await left.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))).toEqual([])
})

test('the tab goes on by itself when the daemon is back at its address', async ({ own, page }) => {
  await own.open(page, '/jobs')
  await expect(page.getByRole('heading', { name: 'Jobs' })).toBeVisible()
  await own.stop()
  await expect(page.getByText('The daemon is not running')).toBeVisible()
  await own.startAgain()
  await expect(page.getByText('The daemon is not running')).toBeHidden()
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Jobs' })).toBeVisible()
})

/** What is used of a browser's database; these tests know no types of a document. */
interface Asked<T> extends EventTarget {
  readonly result: T
}
interface Database {
  transaction(store: string): {
    objectStore(store: string): { get(key: string): Asked<{ id: string; privateKey: CryptoKey }> }
  }
}
declare const indexedDB: { open(name: string): Asked<Database>; databases(): Promise<{ name: string }[]> }

/** Runs in a page of the other program. */
async function useKey() {
  const done = <T>(request: Asked<T>) =>
    new Promise<T>((resolve) => request.addEventListener('success', () => resolve(request.result)))
  const database = await done(indexedDB.open('spacedrive'))
  const { id, privateKey } = await done(database.transaction('session').objectStore('session').get('key'))
  const exported = await crypto.subtle.exportKey('pkcs8', privateKey).then(
    () => 'exported',
    () => 'refused',
  )
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, new Uint8Array(1))
  return { id, exported, signed: signature.byteLength }
}

/** Answers every request to its origin by itself, and keeps a list of their addresses. */
const WORKER = `
  const heard = []
  addEventListener('install', () => skipWaiting())
  addEventListener('activate', (event) => event.waitUntil(clients.claim()))
  addEventListener('fetch', (event) => {
    heard.push(event.request.url)
    event.respondWith(new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } }))
  })
  addEventListener('message', (event) => event.ports[0].postMessage(heard))`

/** Runs in a page of the other program. */
async function leaveWorker() {
  await navigator.serviceWorker.register('/worker.js')
  await navigator.serviceWorker.ready
}

/** Runs in a page of the other program. */
async function heardByWorker() {
  const { active } = await navigator.serviceWorker.ready
  const { port1, port2 } = new MessageChannel()
  const heard = new Promise<readonly string[]>((resolve) => {
    port1.addEventListener('message', ({ data }) => resolve(data as readonly string[]))
    port1.start()
  })
  active!.postMessage(null, [port2])
  return heard
}
