import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import type { Page, Response } from '@playwright/test'
import { makePdf, makeZip } from '../../core/testing/documents/index.ts'
import { expect, test } from './fixtures.ts'

/** What would run if a name were taken for more than text sets this. */
const RAN = 'document.title = "RAN"'

/** Names that are more than they seem, and what has to be seen of each. */
const names: readonly (readonly [name: string, shown: string])[] = [
  [`<script>${RAN}<\u2215script>.txt`, '<script>'],
  [`<img src=x onerror='${RAN}'>.txt`, '<img src=x'],
  [`"><svg onload='${RAN}'>.txt`, '"><svg'],
  ['javascript:alert(1).txt', 'javascript:alert(1)'],
  ['{{constructor.constructor("x")()}}.txt', '{{constructor'],
  ['report\u202Efdp.exe', 'U+202E'],
  ['two\nlines.txt', 'U+000A'],
  ['bell\u0007.txt', 'U+0007'],
  ['zero\u200Bwidth.txt', 'U+200B'],
  ['  spaces  ', 'spaces'],
  [`${'x'.repeat(251)}.txt`, 'xxxx'],
  ['%2e%2e%2f.txt', '%2e%2e%2f'],
  ['a?b#c&d.txt', 'a?b#c&d'],
]

for (const view of ['list', 'grid', 'columns'])
  test(`names are shown as text, whatever they are, in the view ${view}`, async ({ daemon, files, page }) => {
    for (const [name] of names) files.write(name, 'x')
    writeFileSync(Buffer.concat([Buffer.from(`${files.path}/not utf-8 `), Buffer.from([0xff, 0xfe])]), 'x')
    await files.index()
    await daemon.open(page, files.address({ view, inspector: 'true' }))
    const cells = page.getByRole('grid').locator('bdi')
    for (const [, shown] of names) await expect(cells.filter({ hasText: shown }).first()).toBeVisible()
    await expect(cells.filter({ hasText: 'not utf-8' })).toBeVisible()
    // Each is looked at, and its page has its name.
    await cells.first().click()
    for (let i = 0; i <= names.length; i++) {
      await page.keyboard.press(view === 'list' ? 'ArrowDown' : 'ArrowRight')
      expect(await page.title()).not.toBe('RAN')
    }
    await expect(page.locator('main img[src="x"], main script, main svg[onload]')).toHaveCount(0)
  })

test('a file with a name that is not UTF-8 is opened, and so is one with every special character', async ({
  daemon,
  files,
  page,
}) => {
  writeFileSync(
    Buffer.concat([Buffer.from(`${files.path}/bytes `), Buffer.from([0xff, 0xfe]), Buffer.from('.txt')]),
    'first',
  )
  files.write('a?b#c&d%20e+f.txt', 'second')
  await files.index()
  await daemon.open(page, files.address({ view: 'list' }))
  await page.getByRole('row', { name: /^bytes/ }).click()
  await page.keyboard.press('Space')
  await expect(page.getByRole('dialog').getByText('first')).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByRole('row', { name: /^a\?b/ }).click()
  await page.keyboard.press('Space')
  await expect(page.getByRole('dialog').getByText('second')).toBeVisible()
})

const RUNS = `<script>${RAN}; fetch('/rpc')</script>`
const documents: Readonly<Record<string, string>> = {
  'page.html': `<!doctype html><title>quiet</title>${RUNS}<body onload='${RAN}'><a href="javascript:${RAN}">x</a>`,
  'page.xhtml': `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>quiet</title><script>document.title = 1</script></head></html>`,
  'drawing.svg': `<svg xmlns="http://www.w3.org/2000/svg" onload="document.title = 1"><title>quiet</title><script>document.title = 1</script></svg>`,
  'feed.xml': `<?xml version="1.0"?><x xmlns:h="http://www.w3.org/1999/xhtml"><h:script>document.title = 1</h:script></x>`,
  'page.mhtml': `MIME-Version: 1.0\nContent-Type: text/html\n\n${RUNS}`,
}

for (const [name, content] of Object.entries(documents))
  test(`${name} from the disk runs nothing when it is opened by its address`, async ({ daemon, files, page }) => {
    const path = files.write(name, content)
    await daemon.open(page, files.address({ view: 'list', sel: path, preview: 'true' }))
    const address = await page.getByRole('link', { name: 'Download' }).getAttribute('href')
    const asked = requestsOf(page)
    const answer = await page.goto(address!).catch(() => null)
    // One that the browser only saves shows nothing at all.
    if (answer === null) return
    expect(answer.headers()['content-security-policy']).toMatch(/^sandbox;/)
    expect(answer.headers()['x-content-type-options']).toBe('nosniff')
    expect(await page.evaluate('self.origin')).toBe('null')
    expect(await page.title()).not.toMatch(/RAN|1/)
    expect(asked.filter((url) => url.includes('/rpc'))).toEqual([])
  })

test('nothing is asked for elsewhere, whatever is looked at', async ({ daemon, files, page }) => {
  const asked = requestsOf(page)
  files.write('paper.pdf', makePdf(['one']))
  files.write('code.ts', 'export const answer = 42')
  files.write('far.svg', '<svg xmlns="http://www.w3.org/2000/svg"><image href="https://example.com/a.png"/></svg>')
  files.write(
    'far.html',
    '<img src="https://example.com/b.png"><link rel="stylesheet" href="https://example.com/c.css">',
  )
  files.write('bundle.zip', makeZip({ 'one.txt': 'x' }))
  await files.index('content')
  const routes = [
    '/',
    '/search',
    '/search?q=far',
    '/timeline',
    '/duplicates',
    '/statistics',
    '/jobs',
    '/locations',
    '/settings',
  ]
  for (const route of routes) {
    await daemon.open(page, route)
    await expect(page.getByRole('main')).toBeVisible()
  }
  for (const view of ['list', 'grid', 'columns', 'timeline', 'size']) {
    await daemon.open(page, files.address({ view }))
    await expect(page.getByRole('main')).toBeVisible()
  }
  for (const name of ['paper.pdf', 'code.ts', 'far.svg', 'far.html', 'bundle.zip']) {
    await daemon.open(page, files.address({ view: 'list', sel: join(files.path, name), preview: 'true' }))
    await expect(page.getByRole('dialog')).toBeVisible()
    await page.waitForLoadState('networkidle')
  }
  expect(asked.length).toBeGreaterThan(0)
  const origin = await daemon.pageOrigin()
  expect(asked.filter((url) => !isOf(origin, url))).toEqual([])
})

test('a link signs in once, and says so to who comes second', async ({ browser, daemon }) => {
  const { url } = await daemon.call<{ url: string }>('explorer.link', {})
  const first = await (await browser.newContext()).newPage()
  await first.goto(url)
  await expect(first.getByRole('main')).toBeVisible()
  await first.waitForURL((at) => !at.pathname.includes('session'))
  const second = await (await browser.newContext()).newPage()
  await second.goto(url)
  await expect(second.getByRole('heading', { name: 'This link does not sign in' })).toBeVisible()
  for (const { context } of [first, second].map((page) => ({ context: page.context() }))) {
    expect(await context.cookies()).toEqual([])
    await context.close()
  }
})

test('a browser that is not signed in sees only how to sign in', async ({ browser, daemon, files, page }) => {
  files.write('secret.txt')
  await files.index()
  const stranger = await (await browser.newContext()).newPage()
  await stranger.goto(daemon.origin + files.address({ view: 'list' }))
  await expect(stranger.getByRole('heading', { name: 'This browser is not signed in' })).toBeVisible()
  await expect(stranger.getByText('spacedrive open')).toBeVisible()
  expect(await stranger.content()).not.toContain('secret')
  await stranger.context().close()
  // A session that ends is noticed at once.
  await daemon.open(page, files.address({ view: 'list' }))
  await expect(page.getByRole('row', { name: /^secret/ })).toBeVisible()
  for (const { id } of await daemon.call<{ id: string }[]>('sessions.list')) await daemon.call('sessions.end', { id })
  await expect(page.getByRole('heading', { name: 'This browser is not signed in' })).toBeVisible()
})

test('a page of another port gets and does nothing', async ({ daemon, page }) => {
  await daemon.open(page, '/jobs')
  const server = createServer((_, answer) => answer.end('<!doctype html><title>other</title>'))
  await using _closing = closing(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  for (const origin of [daemon.origin, await daemon.pageOrigin()]) {
    const statuses: number[] = []
    const onResponse = (answer: Response) => {
      if (isOf(origin, answer.url())) statuses.push(answer.status())
    }
    page.on('response', onResponse)
    const outcomes = await page.evaluate(attack, origin)
    page.off('response', onResponse)
    expect(outcomes).toEqual({ read: 'refused', written: 'sent', socket: 'refused', picture: 'refused' })
    expect(statuses.filter((status) => status !== 403)).toEqual([])
  }
  const libraries = await daemon.call<{ name: string }[]>('libraries.list')
  expect(libraries.map(({ name }) => name)).toEqual(['Test'])
})

/** All that a page asks for from now on. */
function requestsOf(page: Page): string[] {
  const asked: string[] = []
  page.on('request', (request) => void asked.push(request.url()))
  page.on('websocket', (socket) => void asked.push(socket.url()))
  return asked
}

/** What never leaves the browser is of every origin. Files are at another port of the same daemon. */
function isOf(origin: string, url: string): boolean {
  const { host, hostname, pathname, protocol } = new URL(url)
  if (['data:', 'blob:', 'about:'].includes(protocol) || host === new URL(origin).host) return true
  return hostname === new URL(origin).hostname && pathname.startsWith('/media/')
}

function closing(server: Server): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** What is used of a picture; these tests know no types of a document. */
declare class Image extends EventTarget {
  src: string
}

/** Runs in a page of another origin: all ways to ask, and what came of each. */
async function attack(origin: string) {
  const outcomeOf = (target: EventTarget, success: string) =>
    new Promise<string>((resolve) => {
      target.addEventListener(success, () => resolve('answered'))
      target.addEventListener('error', () => resolve('refused'))
    })
  const answerTo = (path: string, options: RequestInit) =>
    fetch(origin + path, { ...options, credentials: 'include' }).then(
      () => 'answered',
      () => 'refused',
    )
  const picture = new Image()
  const shown = outcomeOf(picture, 'load')
  picture.src = `${origin}/media/file/a.png?path=%2Fetc%2Fhostname`
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'libraries.create', params: { name: 'Stolen' } })
  return {
    read: await answerTo('/api/v1/system/status', {}),
    // What comes of it is not told to the page.
    written: await answerTo('/rpc', { method: 'POST', mode: 'no-cors', body }).then(() => 'sent'),
    socket: await outcomeOf(new WebSocket(`${origin.replace('http', 'ws')}/ws`), 'open'),
    picture: await shown,
  }
}

test('actions that only this machine may run are not offered to other machines', async ({
  browser,
  daemon,
  files,
  page,
}) => {
  files.write('letter.txt', 'hello')
  await files.index()
  const openMenu = async (on: Page) => {
    await on.getByRole('row', { name: /^letter/ }).click({ button: 'right' })
    await expect(on.getByRole('menuitem', { name: 'Copy path' })).toBeVisible()
    return on.getByRole('menuitem', { name: 'Open with its application' })
  }
  await daemon.open(page, files.address({ view: 'list' }))
  await expect(await openMenu(page)).toBeVisible()

  const passphrase = 'correct horse battery'
  const exposed = await daemon.call<{ urls: string[] }>('explorer.expose', {
    passphrase,
    port: 0,
    address: '127.0.0.1',
    allow: ['view', 'manage', 'disk'],
  })
  await using _hidden = { [Symbol.asyncDispose]: async () => void (await daemon.call('explorer.hide')) }
  const origin = `https://127.0.0.1:${new URL(exposed.urls[0]!).port}`
  // Nobody vouches for the certificate.
  await using context = await browser.newContext({ ignoreHTTPSErrors: true })
  const elsewhere = await context.newPage()
  await elsewhere.goto(origin)
  await elsewhere.getByLabel('Passphrase').fill(passphrase)
  await elsewhere.getByRole('button', { name: 'Sign in' }).click()
  await elsewhere.goto(`${origin}${files.address({ view: 'list' })}`)
  await expect(await openMenu(elsewhere)).toHaveCount(0)
  await elsewhere.goto(`${origin}/settings`)
  await expect(elsewhere.getByLabel('watch.enabled')).toBeDisabled()
  await elsewhere.goto(`${origin}/devices?pair=code`)
  await expect(elsewhere.getByRole('heading', { name: 'Devices' })).toBeVisible()
  await expect(elsewhere.getByRole('dialog')).toHaveCount(0)
  await expect(elsewhere.getByRole('button', { name: 'Pair' })).toHaveCount(0)
})
