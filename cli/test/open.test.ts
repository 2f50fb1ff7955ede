import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { createTempDir } from '@spacedrive/core/testing'
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

/** Programs of the desktop: one that opens what it is given, and one that names the browser. */
function desktop(folder: string, browser: string): NodeJS.ProcessEnv {
  const programs = {
    'xdg-open': `printf '%s\\n' "$@" >> "$HOME/opened"`,
    'xdg-mime': `echo ${browser}.desktop`,
  }
  for (const [name, line] of Object.entries(programs))
    writeFileSync(join(folder, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 })
  return { PATH: `${folder}${delimiter}${process.env.PATH}`, DISPLAY: ':0' }
}

/** Signs in as the page of a link does. */
async function signInBy(url: string): Promise<number> {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64url')
  const { origin } = new URL(url)
  const body = JSON.stringify({ code: url.slice(url.lastIndexOf('/') + 1), publicKey: key })
  const headers = { 'content-type': 'application/json', origin }
  return (await fetch(new URL('/session', origin), { method: 'POST', headers, body })).status
}

test.skipIf(process.platform !== 'linux')(
  'the program that opens a browser is given a page for this user alone, and never the link',
  async () => {
    using programs = createTempDir('desktop')
    await using home = await TestHome.create(desktop(programs.path, 'firefox'))
    await home.json('start', '--http-port', '0')
    const { dataDir } = await home.json<{ dataDir: string }>('status')
    const { opened, url } = await home.json<Link>('open')
    const arguments_ = readFileSync(join(home.path, 'opened'), 'utf8')
    const page = arguments_.trim()
    expect([opened, dirname(page)]).toEqual([true, join(dataDir, 'run')])
    expect(arguments_).not.toMatch(/http|session/)
    expect(statSync(page).mode & 0o777).toBe(0o600)
    expect(readFileSync(page, 'utf8')).toContain(`content="0; url=${url}"`)
    const said = await home.run('open')
    expect(said.stdout).toMatch(/^Opened http:\/\/127\.\S+ in your browser\.\n$/)
    expect(said.stderr).toContain(' open --print` and open the link')

    expect(await signInBy(url)).toBe(200)
    const [, other = ''] = readFileSync(join(home.path, 'opened'), 'utf8').trim().split('\n')
    expect([existsSync(page), existsSync(other)]).toEqual([false, true])
    await home.json('stop')
    expect(existsSync(other)).toBe(false)
  },
)

test.skipIf(process.platform !== 'linux')(
  'a browser that is a snap, which reads no hidden folder, gets the page in its own folder',
  async () => {
    using programs = createTempDir('desktop')
    await using home = await TestHome.create(desktop(programs.path, 'firefox_firefox'))
    const folder = join(home.path, 'snap', 'firefox', 'common')
    mkdirSync(folder, { recursive: true })
    await home.json('start', '--http-port', '0')
    const { url } = await home.json<Link>('open')
    const page = readFileSync(join(home.path, 'opened'), 'utf8').trim()
    expect([dirname(page), statSync(page).mode & 0o777]).toEqual([folder, 0o600])
    expect(await signInBy(url)).toBe(200)
    expect(existsSync(page)).toBe(false)
  },
)

test.skipIf(process.platform !== 'linux')(
  'if the page cannot be written or no program opens it, the link is printed, and why no browser was opened',
  async () => {
    using programs = createTempDir('desktop')
    await using home = await TestHome.create(desktop(programs.path, 'firefox_firefox'))
    const folder = join(home.path, 'snap', 'firefox', 'common')
    mkdirSync(dirname(folder), { recursive: true })
    writeFileSync(folder, 'no folder')
    await home.json('start', '--http-port', '0')
    const printed = await home.run('open')
    expect(printed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^http:\/\/127\.\S+\/session\/\S+$/m) })
    expect(printed.stderr).toMatch(/No browser was opened: .*snap\/firefox\/common/)
    expect(existsSync(join(home.path, 'opened'))).toBe(false)
    expect(await signInBy(printed.stdout.trim())).toBe(200)
    rmSync(folder)
    chmodSync(join(programs.path, 'xdg-open'), 0o644)
    writeFileSync(join(programs.path, 'xdg-open'), 'exit 1')
    expect(await home.json<Link>('open')).toMatchObject({ opened: false, url: expect.stringContaining('/session/') })
  },
)

test('a daemon without an explorer says so', async () => {
  await using home = await TestHome.create()
  await home.json('start', '--http-port', 'off')
  expect(await home.json('status')).toMatchObject({ explorer: null, tokenFile: null, httpSocket: null })
  const refused = await home.run('open')
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('the explorer is not running') })
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
