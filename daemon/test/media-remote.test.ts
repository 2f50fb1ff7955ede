import { createTestNetwork, type TestNetwork } from '@spacedrive/core/testing/network'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import type { Core } from '@spacedrive/core'
import type { ContentPlaces, Rights } from '@spacedrive/core/domain'
import { answerTo, type Asker } from '../src/asker.ts'
import { dispatch } from '../src/dispatch.ts'
import { Downloads } from '../src/downloads/index.ts'
import type { HttpEnv } from '../src/http/http-env.ts'
import { problemResponse } from '../src/http/problem.ts'
import { mediaRoutes } from '../src/media/index.ts'

/** No page is served. */
const explorer = () => null

const page = '<!doctype html><title>a page</title>'

/** alice, whose daemon is asked, and bob, who has the files. */
async function createRemoteMedia() {
  const network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  for (const what of ['browse', 'read'] as const) allow(network, what, true)
  const app = createApp(alice.core, 'all')
  const query = (path: string) => `path=${encodeURIComponent(bob.path(path))}`
  return {
    network,
    alice,
    bob,
    app,
    file: (path: string) => `/remote/${network.idOf('bob')}/file/name?${query(path)}`,
    address: (path: string) => `/file/name?path=${encodeURIComponent(`local://bob${bob.path(path)}`)}`,
    query,
  }
}

function by(rights: Rights): Asker {
  return { rights, id: null, onRefused: null }
}

/** The addresses of files, for somebody with these rights. */
function createApp(core: Core, rights: Rights): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  app.onError((err) => problemResponse(err, 'test'))
  app.use(async (c, next) => {
    c.set('requestId', 'test')
    await answerTo(by(rights), next)
  })
  app.route('/', mediaRoutes({ core, downloads: new Downloads(Date.now) }))
  return app
}

function allow(network: TestNetwork, what: 'browse' | 'read', allowed: boolean): void {
  const { grants } = network.device('bob').core.network
  if (allowed) grants.allow(network.idOf('alice'), what, { everything: true })
  else grants.takeBack(network.idOf('alice'), what)
}

test('without the right "disk" no path of another device is reached, by no address and no operation', async () => {
  const { address, alice, bob, file, network, query } = await createRemoteMedia()
  await using _network = network
  bob.write('a.txt', 'text')
  const own = (path: string) => `/remote/${alice.core.device.info().id}/file?path=${encodeURIComponent(path)}`
  const unknown = '0198c0de-0000-7000-8000-000000000001'
  const urls = [file('a.txt'), address('a.txt'), `/remote/bob/thumb?${query('a.txt')}`, own(bob.path('a.txt'))]
  for (const rights of [['view'], ['view', 'manage', 'transfer']] as const) {
    const app = createApp(alice.core, rights)
    for (const url of urls) expect([url, (await app.request(url)).status]).toEqual([url, 403])
    const path = `local://bob${bob.path('a.txt')}`
    const signal = new AbortController().signal
    for (const [method, params] of [
      ['files.read', { path, offset: 0, length: 4 }],
      ['files.info', { path }],
      ['files.list', { path: `local://bob${bob.path('')}` }],
      ['files.sizes', { path }],
      ['files.fetch', { addresses: [path] }],
      ['files.fetch', { addresses: [`content://${unknown}`, `local://bob${bob.path('')}`] }],
      ['network.places', { device: 'bob' }],
      ['network.where', { path }],
    ] as const)
      await expect(
        dispatch({ core: alice.core, explorer }, { method, params, asker: by(rights) }, signal),
      ).rejects.toMatchObject({
        code: 'PermissionDenied',
      })
  }
  const reaching = createApp(alice.core, ['view', 'disk'])
  expect((await reaching.request(urls[0]!)).status).toBe(200)
})

test('without the right "disk" it is told which devices have a content, and not where', async () => {
  const { alice, bob, network } = await createRemoteMedia()
  await using _network = network
  const signal = new AbortController().signal
  const folder = bob.path('photos')
  const file = bob.write('photos/a.txt', 'a text')
  const added = await dispatch(
    { core: bob.core, explorer },
    { method: 'locations.add', params: { path: folder }, asker: by('all') },
    signal,
  )
  const { job } = added as { job: { id: string } }
  await dispatch(
    { core: bob.core, explorer },
    { method: 'jobs.wait', params: { job: job.id }, asker: by('all') },
    signal,
  )
  const info = await dispatch(
    { core: bob.core, explorer },
    { method: 'files.info', params: { path: file }, asker: by('all') },
    signal,
  )
  const { contentId } = info as { contentId: string }
  const where = async (rights: Rights) => {
    const params = { path: `content://${contentId}` }
    const { devices } = (await dispatch(
      { core: alice.core, explorer },
      { method: 'network.where', params, asker: by(rights) },
      signal,
    )) as ContentPlaces
    return devices.find(({ isOwn }) => !isOwn)?.files
  }
  expect(await where('all')).toMatchObject([{ path: `local://bob${file}`, size: 6 }])
  expect(await where(['view', 'disk'])).toEqual(await where('all'))
  expect(await where(['view', 'manage', 'transfer'])).toMatchObject([{ path: null, size: 6 }])
})

test('a file of a paired device is sent as one of this device is, whole, in ranges and by its tag', async () => {
  const { address, app, bob, file, network } = await createRemoteMedia()
  await using _network = network
  bob.write('page.html', page)
  for (const url of [file('page.html'), address('page.html')]) {
    const whole = await app.request(url)
    expect([whole.status, await whole.text()]).toEqual([200, page])
    expect(whole.headers.get('content-type')).toMatch(/^text\/html/)
    expect(whole.headers.get('content-security-policy')).toMatch(/^sandbox/)
    expect(whole.headers.get('content-disposition')).toBe('inline; filename="page.html"')
    const part = await app.request(url, { headers: { range: 'bytes=2-8' } })
    expect([part.status, await part.text()]).toEqual([206, page.slice(2, 9)])
    expect(part.headers.get('content-range')).toBe(`bytes 2-8/${page.length}`)
    const again = await app.request(url, { headers: { 'if-none-match': whole.headers.get('etag')! } })
    expect(again.status).toBe(304)
  }
})

test('a large file comes piece by piece, to its last byte', async () => {
  const { app, bob, file, network } = await createRemoteMedia()
  await using _network = network
  const bytes = randomBytes(3_000_000)
  writeFileSync(bob.path('large.bin'), bytes)
  const server = serve({ fetch: app.fetch, overrideGlobalObjects: false, port: 0, hostname: '127.0.0.1' })
  try {
    await new Promise((resolve) => server.once('listening', resolve))
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const got = Buffer.from(await (await fetch(origin + file('large.bin'))).arrayBuffer())
    expect(got.equals(bytes)).toBe(true)
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
})

test('a refusal of the other device is passed on, and an offline device is reported', async () => {
  const { app, bob, file, network, query } = await createRemoteMedia()
  await using _network = network
  bob.write('a.txt')
  expect((await app.request(file('none.txt'))).status).toBe(404)
  expect((await app.request(`/remote/carol/file?${query('a.txt')}`)).status).toBe(404)
  expect((await app.request('/remote/bob/file')).status).toBe(400)
  expect((await app.request('/remote/bob/file?content=x')).status).toBe(400)
  expect((await app.request(`/remote/bob/thumb?${query('a.txt')}`)).status).toBe(404)
  allow(network, 'read', false)
  const refused = await app.request(file('a.txt'))
  expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'NotAuthorised' }])
})
