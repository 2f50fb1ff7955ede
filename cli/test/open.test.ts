import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { TestHome } from './run-cli.ts'

interface Link {
  readonly url: string
  readonly expiresAt: string
  readonly opened: boolean
}

test('open prints a link that signs in once where no browser can be opened', async () => {
  await using home = await TestHome.create()
  const started = await home.json<{ explorer: string }>('start', '--http-port', '0')
  const { explorer, tokenFile } = await home.json<{ explorer: string; tokenFile: string }>('status')
  expect([started.explorer, tokenFile]).toEqual([explorer, expect.stringMatching(/run\/http-token$/)])

  const printed = await home.run('open')
  expect(printed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^http:\/\/127\.\S+\/session\/\S+$/m) })
  const link = await home.json<Link>('open', '/jobs', '--print')
  expect(link).toMatchObject({ opened: false })
  const shown = await fetch(link.url)
  expect([shown.status, await shown.text()]).toEqual([200, expect.stringContaining('/session/sign-in.js')])
  // What the page there does, with a key of its own.
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64url')
  const body = JSON.stringify({ code: link.url.slice(link.url.lastIndexOf('/') + 1), publicKey: key })
  const { origin } = new URL(link.url)
  // A program that held the usual address before may have left scripts for it in the browser.
  expect(origin).not.toBe(new URL(explorer).origin)
  const headers = { 'content-type': 'application/json', origin }
  const signIn = () => fetch(new URL('/session', origin), { method: 'POST', headers, body })
  expect(await (await signIn()).json()).toMatchObject({ to: '/jobs' })
  expect((await signIn()).status).toBe(401)
})

test('a daemon without an explorer says so', async () => {
  await using home = await TestHome.create()
  await home.json('start', '--http-port', 'off')
  expect(await home.json('status')).toMatchObject({ explorer: null, tokenFile: null, httpSocket: null })
  const refused = await home.run('open')
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('no explorer is served') })
  const again = await home.run('start', '--http-port', '0')
  expect(again.stderr).toContain('restart --http-port')
  expect(await home.json('restart', '--http-port', '0')).toMatchObject({ explorer: expect.stringContaining('http://') })
})

test.each(['x', '70000', '-1'])('--http-port %s is no port', async (port) => {
  await using home = await TestHome.create()
  const refused = await home.run('start', `--http-port=${port}`)
  expect(refused.code).not.toBe(0)
  expect(refused.stderr).toContain('http.port cannot be')
})
