import { existsSync, statSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
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
  ['a cookie of nobody', { cookie: 'spacedrive_session=x; spacedrive_session_00000000=y' }],
])('whoever sends %s is told that nobody is signed in', async (_what, headers) => {
  await using http = await startTestHttp()
  const answer = await http.raw('/session', { headers })
  expect(answer).toMatchObject({
    status: 401,
    headers: { 'content-type': 'application/problem+json', 'www-authenticate': 'Bearer realm="spacedrive"' },
  })
  expect(JSON.parse(answer.body)).toMatchObject({ status: 401, code: 'NotAuthorised' })
})

test('a link signs a browser in once, and leads to the page that was wanted', async () => {
  await using http = await startTestHttp()
  const { url } = http.core.linkToExplorer('/browse?path=%2Fhome')
  const first = await fetch(url, { redirect: 'manual' })
  expect(first.status).toBe(303)
  expect(first.headers.get('location')).toBe('/browse?path=%2Fhome')
  const [cookie = ''] = first.headers.getSetCookie()
  expect(cookie).toMatch(
    /^spacedrive_session_[0-9a-f]{8}=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
  )
  expect((await http.raw('/session', { headers: { cookie: cookie.split(';')[0] } })).status).toBe(204)

  const second = await fetch(url, { redirect: 'manual' })
  expect(second.status).toBe(401)
  expect(second.headers.getSetCookie()).toEqual([])
})

test('a person who follows a used link reads a sentence', async () => {
  await using http = await startTestHttp()
  const { body, headers, status } = await http.raw('/session/used', { headers: { accept: 'text/html,*/*' } })
  expect([status, headers['content-type']]).toEqual([401, 'text/html; charset=utf-8'])
  expect(body).toContain('this link was used, or is too old; `spacedrive open` makes another.')
  expect(JSON.parse((await http.raw('/session/used')).body)).toMatchObject({ code: 'NotAuthorised' })
})

test('a link that is only looked at is not used up', async () => {
  await using http = await startTestHttp()
  const { url } = http.server.link('/')
  expect((await fetch(url, { method: 'HEAD', redirect: 'manual' })).status).toBe(405)
  expect((await fetch(url, { redirect: 'manual' })).status).toBe(303)
})

test('a link is of no use after two minutes, a session after thirty days', async () => {
  let now = Date.parse('2026-01-01')
  await using http = await startTestHttp({ now: () => now })
  const late = http.server.link('/')
  expect(late.expiresAt).toBe('2026-01-01T00:02:00.000Z')
  now += 120_000
  expect((await fetch(late.url, { redirect: 'manual' })).status).toBe(401)

  const cookie = await http.signIn()
  now += 30 * 86_400_000 - 1
  expect((await http.raw('/session', { headers: { cookie } })).status).toBe(204)
  now += 1
  expect((await http.raw('/session', { headers: { cookie } })).status).toBe(401)
})

test.each(['//evil.example/', '/\\evil.example', 'https://evil.example/', 'x'])('no link leads to %s', async (to) => {
  await using http = await startTestHttp()
  expect((await http.fetch('/session')).status).toBe(204)
  const { dispatch } = await import('../src/dispatch.ts')
  const asked = dispatch(
    http.core,
    { method: 'explorer.link', params: { to }, rights: 'all' },
    new AbortController().signal,
  )
  await expect(asked).rejects.toMatchObject({ code: 'InvalidInput' })
})

test('of too many sessions the oldest ends, and signing out ends one', async () => {
  await using http = await startTestHttp({ limits: { sessions: 2 } })
  const cookies = [await http.signIn(), await http.signIn(), await http.signIn()]
  const state = async () =>
    Promise.all(cookies.map(async (cookie) => (await http.raw('/session', { headers: { cookie } })).status))
  expect(await state()).toEqual([401, 204, 204])
  const headers = { cookie: cookies[1], origin: http.origin }
  expect((await http.raw('/session', { method: 'DELETE', headers })).status).toBe(204)
  expect(await state()).toEqual([401, 401, 204])
})

test('after ten links that are none, an address has to wait a minute; the token still lets in', async () => {
  let now = Date.parse('2026-01-01')
  await using http = await startTestHttp({ now: () => now })
  const guess = async () => (await http.raw('/session/guess')).status
  const wrong = async () => (await http.raw('/session', { headers: { authorization: 'Bearer guess' } })).status
  for (let n = 0; n < 10; n++) expect([await guess(), await wrong()]).toEqual([401, 401])
  expect([await guess(), await wrong()]).toEqual([429, 429])
  const link = http.server.link('/')
  const early = await fetch(link.url, { redirect: 'manual' })
  expect([early.status, early.headers.get('retry-after')]).toEqual([429, '60'])
  expect((await http.fetch('/session')).status).toBe(204)
  now += 60_000
  expect((await fetch(http.server.link('/').url, { redirect: 'manual' })).status).toBe(303)
})

test('a script with an old token keeps nobody from signing in', async () => {
  await using http = await startTestHttp({ limits: { failedLogins: 1 } })
  const headers = { authorization: 'Bearer old' }
  expect((await http.raw('/session', { headers })).status).toBe(401)
  expect((await http.raw('/session', { headers })).status).toBe(429)
  expect(await http.signIn()).toContain('spacedrive_session')
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
