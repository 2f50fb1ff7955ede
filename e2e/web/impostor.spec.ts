import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, test as base, TestDaemon } from './fixtures.ts'

/** A daemon of its own for each test: it is stopped, and another program takes its port. */
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

/** Another user's program at the port of the daemon: it writes down all that it is sent. */
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
  server.listen(Number(new URL(origin).port), '127.0.0.1')
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

test('a program that takes the port of the daemon hears nothing from an open tab that lets it in', async ({
  own,
  page,
}) => {
  const files = own.folder()
  files.write('letter.txt', 'hello')
  await files.index('content')
  await own.open(page, files.address({ view: 'list' }))
  await expect(page.getByRole('row', { name: /^letter/ })).toBeVisible()
  expect(await page.context().cookies()).toEqual([])
  await own.stop()
  const squatter = await squat(own.origin, () => ({
    status: 200,
    type: 'application/json',
    body: JSON.stringify({ nonce: 'x', signature: 'A'.repeat(86), access: 'x', mediaKey: 'x', media: own.origin }),
  }))
  {
    await using _squatting = squatter
    await own.startAgain()
    await expect(page.getByText('Another program answers at this address')).toBeVisible()
    expect(squatter.heard.length).toBeGreaterThan(0)
    expect(squatter.heard.filter(({ method }) => method === 'UPGRADE')).toEqual([])
    // All of it, at the daemon's new address.
    const status = await own.call<{ explorer: string }>('system.status')
    const origin = new URL(status.explorer).origin
    expect(origin).not.toBe(own.origin)
    for (const { body, headers, method, url } of squatter.heard) {
      expect([headers.cookie, headers.authorization]).toEqual([undefined, undefined])
      for (const from of [origin, own.origin]) {
        const sent = { 'content-type': 'application/json', origin: from }
        const answer = await fetch(origin + url, { method, headers: sent, ...(method === 'GET' ? {} : { body }) })
        // Files of the page are open to all.
        if (url.startsWith('/assets/') || url === '/favicon.svg') continue
        expect([url, answer.status]).toEqual([url, answer.status < 400 ? 'let in' : answer.status])
      }
    }
  }
  // The port is free again: the tab finds nobody, and its session is over with the old address.
  await expect(page.getByText('cannot be reached')).toBeVisible()
})

test('a page that the other program served cannot use the key that the browser keeps', async ({ own, page }) => {
  await own.open(page, '/jobs')
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
    await using _squatting = await squat(own.origin, () => answer)
    // It has the origin, and so the key, which it can use and not read.
    await other.goto(own.origin)
    const used = await other.evaluate(useKey)
    expect(used).toMatchObject({ exported: 'refused', signed: 64 })
    id = used.id
    await own.startAgain()
    const { explorer } = await own.call<{ explorer: string }>('system.status')
    const { origin } = new URL(explorer)
    // The session ended with the address: there is nothing left that could be signed for.
    expect([await challenge(origin, origin, id), await challenge(origin, own.origin, id)]).toEqual([401, 403])
  }
  // The daemon comes back to its address: the key that was in other hands is of no use there either.
  await own.stop()
  await own.startAgain()
  expect(await challenge(own.origin, own.origin, id)).toBe(401)
})

test('the tab goes on by itself when the daemon is back at its address', async ({ own, page }) => {
  await own.open(page, '/jobs')
  await expect(page.getByRole('heading', { name: 'Jobs' })).toBeVisible()
  await own.stop()
  await expect(page.getByText('cannot be reached')).toBeVisible()
  await own.startAgain()
  await expect(page.getByText('cannot be reached')).toBeHidden()
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
declare const indexedDB: { open(name: string): Asked<Database> }

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
