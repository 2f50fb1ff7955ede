import { mkdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { takeLock } from '@spacedrive/core/lock'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test } from 'vitest'
import { startTestHttp, type TestHttp } from './test-http.ts'

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))

/** The workspace of a very small page, where the tools that build the real one are found. */
async function makeWorkspace(folder: string): Promise<string> {
  await mkdir(join(folder, 'src'), { recursive: true })
  await symlink(modules, join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{"name":"page","type":"module"}')
  await writeFile(join(folder, 'index.html'), '<!doctype html><script type="module" src="/src/main.js"></script>')
  await writeFile(join(folder, 'src/main.js'), `document.title = ${JSON.stringify('first '.repeat(500))}`)
  return folder
}

/** A page that was built elsewhere, as a published package brings it. */
async function makeBuilt(folder: string): Promise<string> {
  const dist = join(folder, 'dist')
  await mkdir(join(dist, 'assets'), { recursive: true })
  await writeFile(join(dist, 'index.html'), '<!doctype html><title>page</title>')
  await writeFile(join(dist, 'assets/a-1234.js'), 'plain')
  await writeFile(join(dist, 'assets/a-1234.js.br'), 'brotli')
  await writeFile(join(dist, 'assets/a-1234.js.gz'), 'gzip')
  await writeFile(join(dist, 'assets/notes.secret'), 'not of a page')
  await writeFile(join(folder, 'secret.js'), 'beside the page')
  return folder
}

const page = async (http: TestHttp, path = '/') =>
  http.raw(path, { at: http.pageOrigin, headers: { accept: 'text/html' } })

async function built(http: TestHttp): Promise<string> {
  await expect.poll(async () => (await page(http)).status, { interval: 100 }).toBe(200)
  return (await page(http)).body
}

test('every place in the explorer is the page, which loads nothing from elsewhere', async () => {
  using folder = createTempDir('page')
  await using http = await startTestHttp({ webFolder: await makeBuilt(folder.path) })
  for (const path of ['/', '/index.html', '/browse?path=%2Fhome%2Fann%2Fa.txt', '/search', '/settings']) {
    const { body, headers, status } = await page(http, path)
    expect([status, body]).toEqual([200, '<!doctype html><title>page</title>'])
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy': expect.stringContaining("default-src 'self';"),
    })
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("require-trusted-types-for 'script'; trusted-types default dompurify")
    // Files have an origin of their own; nothing comes from anywhere else.
    expect(policy.replaceAll(/http:\/\/127\.[\d.]+:\d+/g, '')).not.toMatch(/unsafe|https?:/)
  }
  const { etag } = (await page(http)).headers
  expect((await http.raw('/', { headers: { 'if-none-match': etag } })).status).toBe(304)
})

test('a program gets the page at the root alone, so a wrong address is an error', async () => {
  using folder = createTempDir('page')
  await using http = await startTestHttp({ webFolder: await makeBuilt(folder.path) })
  const status = async (path: string, accept?: string) =>
    (await http.raw(path, { at: http.pageOrigin, headers: accept === undefined ? {} : { accept } })).status
  expect(await Promise.all(['/', '/index.html'].map((path) => status(path)))).toEqual([200, 200])
  expect(
    await Promise.all([undefined, '*/*', 'application/json'].map((accept) => status('/locations', accept))),
  ).toEqual([404, 404, 404])
  expect(await status('/locations', 'text/html,*/*;q=0.8')).toBe(200)
})

test('its files never change their meaning, and come as small as the reader understands', async () => {
  using folder = createTempDir('page')
  await using http = await startTestHttp({ webFolder: await makeBuilt(folder.path) })
  const asset = (encoding: string) => http.raw('/assets/a-1234.js', { headers: { 'accept-encoding': encoding } })
  expect((await asset('gzip, br')).headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'content-encoding': 'br',
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'accept-encoding',
  })
  const bodies = await Promise.all(['gzip, br', 'gzip', 'br;q=0, gzip;q=0.5', 'identity'].map(asset))
  expect(bodies.map(({ body }) => body)).toEqual(['brotli', 'gzip', 'gzip', 'plain'])
})

test.each([
  '/assets/../secret.js',
  '/assets/..%2fsecret.js',
  '/assets/%2e%2e/%2e%2e/secret.js',
  '/assets/..%5csecret.js',
  '/..%2f..%2fetc%2fpasswd.txt',
  '//etc/passwd.txt',
  '/assets/notes.secret',
  '/assets/a-1234.js%00.txt',
  '/assets/',
  '/.sources',
  '/assets/no-such.js',
])('%s is not served', async (path) => {
  using folder = createTempDir('page')
  await using http = await startTestHttp({ webFolder: await makeBuilt(folder.path) })
  const { body, headers, status } = await http.raw(path)
  // A place without a dot is the page, whatever its name.
  const isPage = status === 200 && body === '<!doctype html><title>page</title>'
  expect(status === 404 || status === 400 || isPage).toBe(true)
  expect(headers['cache-control']).not.toContain('immutable')
})

test('in a checkout, the page is built when it is first opened, and again when its sources change', async () => {
  using folder = createTempDir('page')
  const web = await makeWorkspace(folder.path)
  await using http = await startTestHttp({ webFolder: web })
  const waiting = await page(http)
  expect(waiting).toMatchObject({
    status: 503,
    headers: { 'retry-after': '1', 'cache-control': 'no-store' },
    body: expect.stringContaining('http-equiv="refresh"'),
  })
  const index = await built(http)
  const [, script = ''] = /src="(\/assets\/[^"]+\.js)"/.exec(index) ?? []
  const compressed = await http.raw(script, { headers: { 'accept-encoding': 'br' } })
  expect([compressed.status, compressed.headers['content-encoding']]).toEqual([200, 'br'])

  await using other = await startTestHttp({ webFolder: web })
  expect((await page(other)).status).toBe(200)

  {
    // The next build waits for its turn.
    using _turn = takeLock(join(web, '.page/lock'), 'the page')
    await writeFile(join(web, 'src/main.js'), 'document.title = "second"')
    await expect.poll(async () => (await page(http)).status).toBe(503)
    expect((await http.raw(script)).status).toBe(200)
  }
  await built(http)
  expect((await http.raw(script)).status).toBe(404)
})

test('two daemons that want the page at once build it once', async () => {
  using folder = createTempDir('page')
  const web = await makeWorkspace(folder.path)
  await using one = await startTestHttp({ webFolder: web })
  await using other = await startTestHttp({ webFolder: web })
  const indexes = await Promise.all([built(one), built(other)])
  expect(indexes[0]).toBe(indexes[1])
  expect(await readFile(join(web, 'dist/index.html'), 'utf8')).toBe(indexes[0])
})

test('a page that cannot be built says why, and is tried again when its sources change', async () => {
  using folder = createTempDir('page')
  const web = await makeWorkspace(folder.path)
  const main = join(web, 'src/main.js')
  await writeFile(main, 'import "./no-such-<file>.js"')
  await using http = await startTestHttp({ webFolder: web })
  await expect.poll(async () => (await page(http)).status, { interval: 100 }).toBe(500)
  const { body, headers } = await page(http)
  expect(body).toContain('no-such-&lt;file&gt;.js')
  expect(headers['content-security-policy']).toContain("default-src 'none'")
  await writeFile(main, 'document.title = "mended"')
  await utimes(main, new Date(), new Date())
  await built(http)
})
