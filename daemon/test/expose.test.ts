import { randomUUID, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { request } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect as connectTls } from 'node:tls'
import { PROTOCOL } from '@spacedrive/client'
import type { Access } from '@spacedrive/core/domain'
import type { Op } from '@spacedrive/core/ops'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Exposed } from '../src/explorer-host.ts'
import { HttpServer } from '../src/http/index.ts'
import { ops } from '../src/ops/index.ts'
import { startTestHttp, type TestHttp } from './test-http.ts'

const PASSPHRASE = 'correct horse battery'

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

async function expose(
  http: TestHttp,
  passphrase = PASSPHRASE,
  allow: readonly Access[] = ['view'],
): Promise<Exposed & { port: number }> {
  const names = ['files.example.org']
  const exposed = await http.server.expose({ passphrase, port: 0, address: '127.0.0.1', names, allow })
  return { ...exposed, port: Number(new URL(exposed.urls[0]!).port) }
}

interface Asked {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
  /** Of the browser. */
  readonly localAddress?: string
}

/** As a browser that has accepted the certificate. */
function ask(port: number, path: string, { body, headers = {}, method = 'GET', ...from }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method, headers, agent: false, rejectUnauthorized: false, ...from }
    const asked = request(options, (answer) => {
      const { headers: said, statusCode = 0 } = answer
      text(answer).then((rest) => resolve({ status: statusCode, headers: said, body: rest }), reject)
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

function login(
  port: number,
  passphrase: string,
  more: Record<string, string> = {},
  from: Pick<Asked, 'localAddress'> = {},
): Promise<Answer> {
  const body = new URLSearchParams({ passphrase, to: '/jobs' }).toString()
  const origin = `https://127.0.0.1:${port}`
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(body.length),
    origin,
    ...more,
  }
  return ask(port, '/login', { method: 'POST', headers, body, ...from })
}

async function signIn(port: number, from: Pick<Asked, 'localAddress'> = {}): Promise<string> {
  const { headers } = await login(port, PASSPHRASE, {}, from)
  return headers['set-cookie']![0]!.split(';')[0]!
}

test('the passphrase signs in over TLS; its cookie and the token are each valid only at their own address', async () => {
  await using http = await startTestHttp()
  const { port } = await expose(http)
  const person = { accept: 'text/html' }
  const asked = await ask(port, '/browse?path=/x', { headers: person })
  expect([asked.status, asked.headers.location]).toEqual([303, '/login?to=%2Fbrowse%3Fpath%3D%2Fx'])
  const { location = '' } = asked.headers
  const form = await ask(port, location)
  expect(form.body).toContain('value="/browse?path=/x"')
  expect(form.headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'sha256-.*; form-action 'self'/,
  )
  expect(form.body).not.toContain('<script')
  const signedIn = await login(port, PASSPHRASE)
  expect([signedIn.status, signedIn.headers.location]).toEqual([303, '/jobs'])
  const [cookie] = signedIn.headers['set-cookie']!
  expect(cookie).toMatch(
    /^__Host-spacedrive_session=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict; Secure$/,
  )
  const headers = { cookie: cookie!.split(';')[0]! }
  expect((await ask(port, '/api/v1/system/status', { headers })).status).toBe(200)
  expect((await ask(port, '/session', { headers })).status).toBe(204)
  // Sessions of one place are none of the other, and the token is for this machine.
  expect((await http.raw('/api/v1/system/status', { headers })).status).toBe(401)
  const local = await http.signIn()
  expect((await ask(port, '/api/v1/system/status', { headers: local })).status).toBe(401)
  const token = { authorization: `Bearer ${http.token}` }
  expect((await ask(port, '/api/v1/system/status', { headers: token })).status).toBe(401)
  expect((await http.fetch('/api/v1/system/status')).status).toBe(200)
  // Nothing else is said to strangers.
  for (const path of ['/assets/x.js', '/api/reference.js', '/openapi.json', '/session/abc', '/metrics']) {
    expect([path, (await ask(port, path)).status]).toEqual([path, 401])
  }
  const away = await ask(port, '/login?to=//evil.example')
  expect(away.body).toContain('name="to" value="/"')
})

test('a cookie of an old passphrase is of no use after a restart, though somebody was signing in by it meanwhile', async () => {
  await using http = await startTestHttp()
  const { port } = await expose(http)
  const headers = { cookie: await signIn(port) }
  // They are looked at one after the other, so the passphrase is changed between them.
  const signingIn = Array.from({ length: 6 }, () => login(port, PASSPHRASE).catch(() => {}))
  const next = await expose(http, 'quite another passphrase')
  await Promise.all(signingIn)
  // While these are looked at, those from before have been.
  for (let n = 0; n < 3; n++) expect((await login(next.port, PASSPHRASE)).status).toBe(401)
  expect((await ask(next.port, '/session', { headers })).status).toBe(401)
  const { connections, core, server } = http
  await server[Symbol.asyncDispose]()
  expect(existsSync(join(core.dataDir, 'http-expose-sessions.json'))).toBe(false)
  await using again = await HttpServer.listen({ core, connections, runDir: core.dataDir, port: 0 })
  const { port: last } = new URL(again.exposed!.urls[0]!)
  expect((await ask(Number(last), '/session', { headers })).status).toBe(401)
})

test.skipIf(process.platform === 'darwin')(
  'whoever signs in again and again ends only sessions of the same address',
  async () => {
    await using http = await startTestHttp({ limits: { sessions: 4 } })
    const { port } = await expose(http)
    const from = async (localAddress: string) => ({ cookie: await signIn(port, { localAddress }) })
    const owner = [await from('127.0.0.2'), await from('127.0.0.2')]
    const others = []
    for (let n = 0; n < 6; n++) others.push(await from('127.0.0.3'))
    const status = (headers: Record<string, string>) =>
      ask(port, '/session', { headers }).then((answer) => answer.status)
    expect(await Promise.all(owner.map(status))).toEqual([204, 204])
    expect(await Promise.all(others.map(status))).toEqual([401, 401, 401, 401, 204, 204])
  },
)

test('an exposure that fails does not bring back the passphrase before it, now or after a restart', async () => {
  await using http = await startTestHttp()
  await expose(http)
  const taken = Number(new URL(http.origin).port)
  const asked = { passphrase: 'quite another passphrase', port: taken, address: '127.0.0.1', names: [], allow: [] }
  await expect(http.server.expose(asked)).rejects.toThrow('is not exposed any more: run `spacedrive web expose` again')
  expect(http.server.exposed).toBe(null)
  const { connections, core, server } = http
  await server[Symbol.asyncDispose]()
  await using again = await HttpServer.listen({ core, connections, runDir: core.dataDir, port: 0 })
  expect(again.exposed).toBe(null)
})

test('it is reached by its names and addresses, asked by its own page, and speaks nothing but TLS 1.3', async () => {
  await using http = await startTestHttp()
  const { fingerprint, port, urls } = await expose(http)
  expect(urls).toContain(`https://files.example.org:${port}/`)
  expect((await ask(port, '/health', { headers: { host: `files.example.org:${port}` } })).status).toBe(200)
  expect((await ask(port, '/health', { headers: { host: `evil.example:${port}` } })).status).toBe(403)
  expect((await login(port, PASSPHRASE, { origin: 'https://evil.example' })).status).toBe(403)
  expect((await login(port, PASSPHRASE, { origin: 'null' })).status).toBe(403)
  expect((await login(port, PASSPHRASE, { 'content-type': 'text/plain' })).status).toBe(415)
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const certificate = socket.getPeerX509Certificate()!
  expect(socket.getProtocol()).toBe('TLSv1.3')
  socket.destroy()
  expect(certificate.fingerprint256).toBe(fingerprint)
  expect(certificate.checkHost('files.example.org')).toBe('files.example.org')
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1')
  expect(certificate.verify(certificate.publicKey)).toBe(true)
  const plain = connect({ host: '127.0.0.1', port })
  plain.write(`GET /health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
  const said = await text(plain).catch(() => '')
  expect(said).not.toContain('HTTP')
  const old = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, maxVersion: 'TLSv1.2' })
  await expect(once(old, 'secureConnect')).rejects.toThrow(/protocol version/)
  const key = join(http.core.dataDir, 'http-tls.pem')
  expect(statSync(key).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(http.core.dataDir, 'http-expose.json'), 'utf8')).not.toContain(PASSPHRASE)
  expect(http.server.exposed).toMatchObject({ fingerprint })
})

test('a remote session has exactly the chosen rights, by every interface', async () => {
  await using http = await startTestHttp()
  const { port } = await expose(http)
  const headers = {
    cookie: await signIn(port),
    origin: `https://127.0.0.1:${port}`,
    'content-type': 'application/json',
  }
  const post = async (path: string, body: unknown) => {
    const answer = await ask(port, path, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: answer.status, said: JSON.parse(answer.body) as Record<string, unknown> }
  }
  const refused = { code: 'PermissionDenied' }
  for (const { access, name } of Object.values<Op>(ops)) {
    if (access === 'view') continue
    const detail = access === null ? 'only on the machine itself' : `needs the right "${access}"`
    expect([name, await post(`/api/v1/${name.replace('.', '/')}`, {})]).toMatchObject([
      name,
      { status: 403, said: { ...refused, detail: expect.stringContaining(detail) } },
    ])
    expect(await post('/rpc', { jsonrpc: '2.0', id: 1, method: name, params: {} })).toMatchObject({
      said: { error: { data: refused } },
    })
  }
  const query = 'mutation { configSet(key: "log.level", value: "debug") { key } }'
  expect(await post('/graphql', { query })).toMatchObject({ said: { errors: [{ extensions: refused }] } })

  const options = { headers: { cookie: headers.cookie, origin: headers.origin }, rejectUnauthorized: false }
  const socket = new WebSocket(`wss://127.0.0.1:${port}/ws`, options)
  await once(socket, 'open')
  const call = async (method: string, params: object) => {
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: method, method, params }))
    const [said] = (await once(socket, 'message')) as [Buffer]
    return JSON.parse(said.toString()) as object
  }
  await call('hello', { version: '0', protocol: PROTOCOL })
  for (const method of ['files.open', 'daemon.stop', 'locations.add', 'network.start'])
    expect(await call(method, {})).toMatchObject({ id: method, error: { data: refused } })
  socket.terminate()
  // They may look, and this machine may do all of it.
  expect((await ask(port, '/api/v1/libraries/list', { headers })).status).toBe(200)
  const body = JSON.stringify({ key: 'log.level', value: 'debug' })
  const here = await http.fetch('/api/v1/config/set', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  expect(here.status).toBe(200)
})

test('of the operations that everyone who is let in may ask for, none changes more than what is made first and prepared for download', () => {
  const changing = Object.values<Op>(ops).filter(({ access, kind }) => access === 'view' && kind === 'action')
  expect(changing.map(({ name }) => name)).toEqual(['sidecars.want', 'network.ping', 'downloads.prepare'])
})

test('with the right to transfer, files come to the chosen folder and nowhere else', async () => {
  await using http = await startTestHttp()
  const { port } = await expose(http, PASSPHRASE, ['transfer'])
  const headers = {
    cookie: await signIn(port),
    origin: `https://127.0.0.1:${port}`,
    'content-type': 'application/json',
  }
  const post = async (path: string, body: unknown) => {
    const answer = await ask(port, path, { method: 'POST', headers, body: JSON.stringify(body) })
    return JSON.parse(answer.body) as Record<string, unknown>
  }
  const id = randomUUID()
  const to = join(http.folder, 'anywhere')
  expect(await post('/api/v1/offers/accept', { id, to })).toMatchObject({ code: 'PermissionDenied' })
  expect(await post('/api/v1/files/fetch', { paths: ['local://x/a'], to })).toMatchObject({ code: 'PermissionDenied' })
  // Without a folder it is looked at.
  expect(await post('/api/v1/offers/accept', { id })).toMatchObject({ code: 'NotFound' })
  expect(await post('/api/v1/locations/add', { path: http.folder })).toMatchObject({ code: 'PermissionDenied' })
})

test('the right to view covers files in locations and no others', async () => {
  await using http = await startTestHttp()
  const library = await http.core.libraries.create({ name: 'Photos' })
  const [shared, other] = ['shared', 'other'].map((name) => join(http.folder, name))
  for (const folder of [shared!, other!]) {
    mkdirSync(folder)
    writeFileSync(join(folder, 'a.txt'), 'text')
  }
  symlinkSync(join(other!, 'a.txt'), join(shared!, 'link.txt'))
  const add = { path: shared, mode: 'shallow' }
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify(add)
  expect((await http.fetch('/api/v1/locations/add', { method: 'POST', headers, body })).status).toBe(200)
  const { port } = await expose(http)
  const signedIn = { cookie: await signIn(port) }
  const status = async (address: string, path: string) =>
    (await ask(port, `${address}path=${encodeURIComponent(path)}`, { headers: signedIn })).status
  const addresses = ['/media/file/x?', '/api/v1/files/info?', '/api/v1/files/read?length=10&offset=0&']
  for (const address of addresses) {
    expect([address, await status(address, join(shared!, 'a.txt'))]).toEqual([address, 200])
    for (const path of [
      join(other!, 'a.txt'),
      join(shared!, 'link.txt'),
      join(shared!, '../other/a.txt'),
      '/etc/hostname',
    ])
      expect([address, path, [400, 403, 404].includes(await status(address, path))]).toEqual([address, path, true])
  }
  expect(await status('/api/v1/files/list?', other!)).toBe(403)
  const disk = await expose(http, PASSPHRASE, ['disk'])
  const all = { cookie: await signIn(disk.port) }
  const path = encodeURIComponent(join(other!, 'a.txt'))
  expect((await ask(disk.port, `/media/file/x?path=${path}`, { headers: all })).status).toBe(200)
  expect(library.name).toBe('Photos')
})

test('whoever may look is told of no path outside of locations whether there is anything, by no operation', async () => {
  await using http = await startTestHttp()
  await http.core.libraries.create({ name: 'Photos' })
  const [shared, other] = ['shared', 'other'].map((name) => join(http.folder, name))
  for (const folder of [shared!, other!]) mkdirSync(folder)
  writeFileSync(join(other!, 'there.txt'), 'text')
  symlinkSync(other!, join(shared!, 'link'))
  await http.core.libraries.resolve().locations.add({ path: shared!, mode: 'shallow' })
  const { port } = await expose(http, PASSPHRASE, ['manage'])
  const headers = {
    cookie: await signIn(port),
    origin: `https://127.0.0.1:${port}`,
    'content-type': 'application/json',
  }
  const code = async (name: string, params: object) => {
    const body = JSON.stringify(params)
    const { body: said } = await ask(port, `/api/v1/${name.replace('.', '/')}`, { method: 'POST', headers, body })
    return (JSON.parse(said) as { code?: string }).code
  }
  const fields = ['path', 'entryPath', 'target'] as const
  const looking = Object.values<Op>(ops).flatMap(({ access, files, input, name }) => {
    const shape = 'shape' in input ? Object.keys(input.shape as object) : []
    const named = fields.filter((field) => shape.includes(field))
    if (named.length === 0 || access === null || access === 'disk') return []
    expect([name, files]).toEqual([name, named])
    return [{ name, named }]
  })
  expect(looking.length).toBeGreaterThan(15)
  const more = { length: 10, offset: 0, kind: 'text', prefix: 'a', ephemeral: true }
  for (const { name, named } of looking) {
    const { shape } = ops[name as keyof typeof ops].input as unknown as { shape: Record<string, unknown> }
    const needed = Object.fromEntries(Object.entries(more).filter(([field]) => field in shape))
    if ('entryPath' in shape) delete needed['prefix']
    for (const path of [join(other!, 'there.txt'), join(other!, 'nothing.txt'), join(shared!, 'link/nothing/../x')]) {
      const params = { ...needed, ...Object.fromEntries(named.map((field) => [field, path])) }
      expect([name, path, await code(name, params)]).toEqual([name, path, 'PermissionDenied'])
    }
    expect([
      name,
      await code(name, { ...needed, ...Object.fromEntries(named.map((field) => [field, join(shared!, 'nothing')])) }),
    ]).not.toEqual([name, 'PermissionDenied'])
  }
})

test('the keys of this device are never served, by whichever path', async () => {
  await using http = await startTestHttp()
  const { port } = await expose(http, PASSPHRASE, ['disk'])
  const headers = { cookie: await signIn(port) }
  const folder = join(http.folder, 'files')
  mkdirSync(folder)
  symlinkSync(http.core.dataDir, join(folder, 'link'))
  linkSync(join(http.core.dataDir, 'http-token'), join(folder, 'hard.txt'))
  for (const path of [
    join(http.core.dataDir, 'http-token'),
    join(http.core.dataDir, 'device.json'),
    join(folder, 'hard.txt'),
    join(folder, 'link', 'http-token'),
  ]) {
    const query = `path=${encodeURIComponent(path)}`
    for (const address of [`/media/file/x?${query}`, `/api/v1/files/read?${query}&length=100`]) {
      const remote = await ask(port, address, { headers })
      const local = await http.fetch(address)
      for (const [status, body] of [
        [remote.status, remote.body],
        [local.status, await local.text()],
      ] as const) {
        expect([path, address, status]).not.toEqual([path, address, 200])
        expect(body).not.toContain(http.token)
      }
    }
  }
})

test('wrong passphrases from another machine cause growing delays, but none on this machine', async () => {
  let now = Date.now()
  await using http = await startTestHttp({ now: () => now })
  const { port } = await expose(http)
  for (let attempt = 0; attempt < 3; attempt++) {
    const wrong = await login(port, 'wrong passphrase')
    expect([wrong.status, wrong.body]).toMatchObject([401, expect.stringContaining('The passphrase is wrong.')])
  }
  const waits: number[] = []
  for (let attempt = 0; attempt < 3; attempt++) {
    const held = await login(port, PASSPHRASE)
    expect(held.status).toBe(429)
    waits.push(Number(held.headers['retry-after']))
    now += waits.at(-1)! * 1_000
    expect((await login(port, 'wrong passphrase')).status).toBe(401)
  }
  expect(waits).toEqual([2, 4, 8])
  expect((await http.fetch('/api/v1/system/status')).status).toBe(200)
  now += 16_000
  expect((await login(port, PASSPHRASE)).status).toBe(303)
  expect((await login(port, 'wrong passphrase')).status).toBe(401)
})

test('guesses that come at once are looked at one by one', async () => {
  const now = Date.now()
  await using http = await startTestHttp({ now: () => now })
  const { port } = await expose(http)
  const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => login(port, `wrong passphrase ${at}`)))
  const looked = answers.filter(({ status }) => status === 401).length
  expect([looked, answers.filter(({ status }) => status === 429).length]).toEqual([3, 17])
})

test('--off ends every session and connection from elsewhere at once, and none of this machine', async () => {
  await using http = await startTestHttp()
  const { port } = await expose(http)
  const cookie = await signIn(port)
  const origin = `https://127.0.0.1:${port}`
  const remote = new WebSocket(`wss://127.0.0.1:${port}/ws`, { headers: { cookie, origin }, rejectUnauthorized: false })
  await once(remote, 'open')
  const local = new WebSocket(`${http.origin.replace('http', 'ws')}/ws`, {
    headers: { authorization: `Bearer ${http.token}` },
  })
  await once(local, 'open')
  const closed = once(remote, 'close')
  expect(await http.server.hide()).toBe(true)
  await closed
  await expect(ask(port, '/health')).rejects.toThrow(/ECONNREFUSED/)
  expect(http.server.exposed).toBeNull()
  expect(local.readyState).toBe(WebSocket.OPEN)
  local.terminate()
  expect(await http.server.hide()).toBe(false)
  // What was signed in before is not any more.
  const again = await expose(http)
  expect((await ask(again.port, '/api/v1/system/status', { headers: { cookie } })).status).toBe(401)
})

test('another passphrase ends the sessions of the one before, and a key that others could read is not used again', async () => {
  await using http = await startTestHttp()
  const first = await expose(http)
  const cookie = await signIn(first.port)
  const second = await expose(http, 'another passphrase')
  expect(second.fingerprint).toBe(first.fingerprint)
  expect((await ask(second.port, '/session', { headers: { cookie } })).status).toBe(401)
  expect((await login(second.port, PASSPHRASE)).status).toBe(401)
  const file = join(http.core.dataDir, 'http-tls.pem')
  const pem = readFileSync(file, 'utf8')
  expect(new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERT'))).fingerprint256).toBe(first.fingerprint)
  await http.server.hide()
  writeFileSync(file, pem.slice(0, 100))
  expect((await expose(http)).fingerprint).not.toBe(first.fingerprint)
})

test('it is there again when the daemon is, with those who were signed in', async () => {
  await using http = await startTestHttp()
  const { fingerprint, port } = await expose(http)
  const cookie = await signIn(port)
  const files = ['http-expose.json', 'http-expose-sessions.json'].map((name) => join(http.core.dataDir, name))
  const kept = files.map((file) => readFileSync(file))
  await http.server.hide()
  for (const [at, file] of files.entries()) writeFileSync(file, kept[at]!, { mode: 0o600 })
  const { connections, core } = http
  await using again = await HttpServer.listen({ core, connections, runDir: core.dataDir, port: 0 })
  expect(again.exposed).toMatchObject({ fingerprint })
  const newPort = Number(new URL(again.exposed!.urls[0]!).port)
  expect((await ask(newPort, '/session', { headers: { cookie } })).status).toBe(204)
})

test.skipIf(process.platform === 'win32')(
  'a passphrase in a file that others could have changed opens nothing, and a new exposure replaces it',
  async () => {
    await using http = await startTestHttp()
    await expose(http)
    const file = join(http.core.dataDir, 'http-expose.json')
    const kept = readFileSync(file)
    await http.server.hide()
    writeFileSync(file, kept)
    chmodSync(file, 0o666)
    const { connections, core } = http
    await using again = await HttpServer.listen({ core, connections, runDir: core.dataDir, port: 0 })
    expect(again.exposed).toBe(null)
    const notice: unknown = expect.stringContaining(`${file} is not a private file of this user`)
    expect(again.notices).toContainEqual(notice)
    await again.expose({ passphrase: PASSPHRASE, port: 0, address: '127.0.0.1', names: [], allow: [] })
    expect(statSync(file).mode & 0o077).toBe(0)
    expect(again.notices).not.toContainEqual(notice)
  },
)

test('a passphrase that is too short is refused, and one that cannot listen says so', async () => {
  await using http = await startTestHttp()
  const headers = { 'content-type': 'application/json' }
  const post = async (input: object) =>
    (await http.fetch('/api/v1/explorer/expose', { method: 'POST', headers, body: JSON.stringify(input) })).json()
  expect(await post({ passphrase: 'short' })).toMatchObject({
    code: 'InvalidInput',
    detail: expect.stringContaining('12'),
  })
  const { port } = new URL(http.server.url)
  const taken = { passphrase: PASSPHRASE, port: Number(port), address: '127.0.0.1' }
  expect(await post(taken)).toMatchObject({ code: 'Unavailable', detail: expect.stringContaining(port) })
  expect(http.server.exposed).toBeNull()
})
