import { generateKeyPairSync } from 'node:crypto'
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test } from 'vitest'
import { ownUser } from '../src/asker.ts'
import { HttpServer } from '../src/http/index.ts'
import { startTestHttp } from './test-http.ts'

test('the token is in a file that only this user can read, and lets in', async () => {
  await using http = await startTestHttp()
  expect(statSync(http.server.tokenFile).mode & 0o777).toBe(0o600)
  expect(http.token).toMatch(/^[\w-]{43}$/)
  expect((await http.fetch('/session')).status).toBe(204)
})

test.each([
  ['none', {}],
  ['a wrong token', { authorization: 'Bearer wrong' }],
  ['an empty token', { authorization: 'Bearer ' }],
  ['another scheme', { authorization: 'Basic c3BhY2U6ZHJpdmU=' }],
  ['a cookie', { cookie: '__Host-spacedrive_session=x; spacedrive_session=y' }],
  ['an API key that is none', { authorization: 'Bearer sdk_x' }],
])('whoever sends %s is told that nobody is signed in', async (_what, headers) => {
  await using http = await startTestHttp()
  const answer = await http.raw('/session', { headers })
  expect(answer).toMatchObject({
    status: 401,
    headers: { 'content-type': 'application/problem+json', 'www-authenticate': 'Bearer realm="spacedrive"' },
  })
  // Says how a program gets in, not only a browser.
  const detail: unknown = expect.stringContaining('`spacedrive session key <name>` makes')
  expect(JSON.parse(answer.body)).toMatchObject({ status: 401, code: 'NotAuthorised', detail })
})

test('a link signs a page in once, leads where it was wanted, and gives no cookie', async () => {
  await using http = await startTestHttp()
  const { url } = http.server.link('/browse?path=%2Fhome')
  const first = await fetch(url)
  expect([first.status, first.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect(first.headers.getSetCookie()).toEqual([])
  const page = await http.openPage(url)
  const { access } = await page.prove()
  expect((await http.raw('/session', { headers: { authorization: `Bearer ${access}` } })).status).toBe(204)
  await expect(http.openPage(url)).rejects.toThrow('401')
})

test('a link that is only looked at is not used up', async () => {
  await using http = await startTestHttp()
  const { url } = http.server.link('/')
  for (const method of ['HEAD', 'GET']) expect((await fetch(url, { method })).status).toBe(200)
  expect((await http.openPage(url)).id).toMatch(/^[\w-]+$/)
})

test('a link is of no use after two minutes, a session after thirty days', async () => {
  let now = Date.parse('2026-01-01')
  await using http = await startTestHttp({ now: () => now })
  const late = http.server.link('/')
  expect(late.expiresAt).toBe('2026-01-01T00:02:00.000Z')
  now += 120_000
  await expect(http.openPage(late.url)).rejects.toThrow('401')

  const headers = await http.signIn()
  now += 30 * 86_400_000 - 1
  expect((await http.raw('/session', { headers })).status).toBe(204)
  now += 1
  expect((await http.raw('/session', { headers })).status).toBe(401)
})

test('a page that leads to a link is removed when the link is used or too old, and after the daemon was killed', async () => {
  using folder = createTempDir('pages')
  await using http = await startTestHttp({ limits: { linkMs: 200, links: 2 } })
  const pages = () => readdirSync(folder.path)
  const used = http.server.link('/', folder.path)
  expect(pages()).toEqual([expect.stringMatching(/^spacedrive-open-[\w-]{12}\.html$/)])
  await http.openPage(used.url).catch(() => {})
  expect(pages()).toEqual([])
  // Of too many links the oldest gives way; the others get too old.
  for (let n = 0; n < 3; n++) http.server.link('/', folder.path)
  expect(pages().length).toBeLessThan(3)
  await expect.poll(pages).toEqual([])

  const left = ['spacedrive-open-abcdefghijkl.html', 'letter.html', 'spacedrive-open-x.html']
  for (const at of [http.core.dataDir, folder.path]) for (const name of left) writeFileSync(join(at, name), '')
  const long = Date.now() / 1_000 - 10
  utimesSync(join(folder.path, left[0]!), long, long)
  http.server.link('/', folder.path)
  expect(pages()).not.toContain(left[0])
  expect(pages()).toEqual(expect.arrayContaining(left.slice(1)))
  const { connections, core } = http
  await http.server[Symbol.asyncDispose]()
  expect(pages().toSorted()).toEqual(left.slice(1).toSorted())
  await using again = await HttpServer.listen({ core, connections, runDir: core.dataDir, port: 0 })
  expect([again.exposed, existsSync(join(core.dataDir, left[0]!)), existsSync(join(core.dataDir, left[1]!))]).toEqual([
    null,
    false,
    true,
  ])
})

test('a page for a link is written to a folder that is there, by its whole path', async () => {
  await using http = await startTestHttp()
  expect(() => http.server.link('/', 'pages')).toThrow('pages is not an absolute path')
  expect(() => http.server.link('/', join(http.folder, 'missing'))).toThrow('missing')
})

test.each(['//evil.example/', '/\\evil.example', 'https://evil.example/', 'x'])('no link leads to %s', async (to) => {
  await using http = await startTestHttp()
  expect((await http.fetch('/session')).status).toBe(204)
  const { dispatch } = await import('../src/dispatch.ts')
  const asked = dispatch(
    { core: http.core, explorer: () => http.server },
    { method: 'explorer.link', params: { to }, asker: ownUser },
    new AbortController().signal,
  )
  await expect(asked).rejects.toMatchObject({ code: 'InvalidInput' })
})

test('the page is told how the user starts the program, as the last command has said', async () => {
  await using http = await startTestHttp()
  expect((await http.fetch('/session')).status).toBe(204)
  const { dispatch } = await import('../src/dispatch.ts')
  const ask = (method: string, params: object) =>
    dispatch(
      { core: http.core, explorer: () => http.server },
      { method, params, asker: ownUser },
      new AbortController().signal,
    )
  expect(await ask('explorer.program', {})).toEqual({ program: null })
  await ask('explorer.link', { program: 'npx spacedrive' })
  await ask('explorer.link', {})
  expect(await ask('explorer.program', {})).toEqual({ program: 'npx spacedrive' })
  await expect(ask('explorer.link', { program: 'a`b' })).rejects.toMatchObject({ code: 'InvalidInput' })
})

test('of too many sessions the oldest ends, and signing out ends one', async () => {
  await using http = await startTestHttp({ limits: { sessions: 2 } })
  const all = [await http.signIn(), await http.signIn(), await http.signIn()]
  const state = async () => Promise.all(all.map(async (headers) => (await http.raw('/session', { headers })).status))
  expect(await state()).toEqual([401, 204, 204])
  expect((await http.raw('/session', { method: 'DELETE', headers: all[1]! })).status).toBe(204)
  expect(await state()).toEqual([401, 401, 204])
})

test('after ten links that are none, an address has to wait a minute; a right link and the token still let in', async () => {
  let now = Date.parse('2026-01-01')
  await using http = await startTestHttp({ now: () => now })
  const publicKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
  const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64url')
  const guess = async () => (await http.post('/session', { code: 'guess', publicKey: key })).status
  const wrong = async () => (await http.raw('/session', { headers: { authorization: 'Bearer guess' } })).status
  for (let n = 0; n < 10; n++) expect([await guess(), await wrong()]).toEqual([401, 401])
  expect([await guess(), await wrong()]).toEqual([429, 429])
  // Another user of this machine, who has the same address, keeps nobody from signing in.
  expect((await http.openPage()).id).toMatch(/./)
  expect((await http.fetch('/session')).status).toBe(204)
  now += 60_000
  expect([await guess(), await wrong()]).toEqual([401, 401])
})

test('a script with an old token does not block sign-ins', async () => {
  await using http = await startTestHttp({ limits: { failedLogins: 1 } })
  const headers = { authorization: 'Bearer old' }
  expect((await http.raw('/session', { headers })).status).toBe(401)
  expect((await http.raw('/session', { headers })).status).toBe(429)
  expect(await http.signIn()).toHaveProperty('authorization')
})

test('a token that others could read is not used any more', async () => {
  await using http = await startTestHttp()
  const { openTokenFile } = await import('../src/http/token-file.ts')
  expect(await openTokenFile(http.server.tokenFile)).toBe(http.token)
  const { chmodSync } = await import('node:fs')
  chmodSync(http.server.tokenFile, 0o644)
  const next = await openTokenFile(http.server.tokenFile)
  expect(next).not.toBe(http.token)
  writeFileSync(http.server.tokenFile, 'short')
  expect(await openTokenFile(http.server.tokenFile)).toMatch(/^[\w-]{43}$/)
  expect(existsSync(http.server.tokenFile)).toBe(true)
})
