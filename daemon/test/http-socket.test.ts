import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { request } from 'node:http'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { PROTOCOL } from '@spacedrive/client'
import { connectTo, type InstancePaths } from '@spacedrive/client/node'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { httpSocketPlace } from '../src/socket-place.ts'
import { DaemonProcess } from './daemon-process.ts'

const onWindows = process.platform === 'win32'
/** Any port, so that other daemons of this machine are in nobody's way. */
const args = ['--http-port', '0']

function ask(
  socketPath: string,
  path: string,
  { body, headers, method }: { body?: string; headers?: Record<string, string>; method?: string } = {},
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, method, headers: { host: 'localhost', ...headers } }, (answer) => {
      text(answer).then((said) => resolve({ status: answer.statusCode ?? 0, body: said }), reject)
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

async function statusOf(paths: InstancePaths) {
  using client = (await connectTo(paths))!
  return await client.query('system.status', {})
}

test.skipIf(onWindows)('HTTP is answered on a socket of the data folder, to this user without the token', async () => {
  using folder = createTempDir('socket')
  await using daemon = new DaemonProcess({ dataDir: folder.path, args })
  expect(await daemon.ready).toEqual({ ready: true })
  const { httpSocket, notices } = await statusOf(daemon.paths)
  expect([httpSocket, notices]).toEqual([join(folder.path, 'run', 'http.sock'), []])
  const socket = httpSocket!
  const modes = [socket, dirname(socket)].map((path) => statSync(path).mode & 0o777)
  expect(modes).toEqual([0o600, 0o700])

  expect(await ask(socket, '/health')).toEqual({ status: 200, body: '{"status":"ok"}' })
  const status = await ask(socket, '/api/v1/system/status')
  expect([status.status, JSON.parse(status.body)]).toEqual([200, expect.objectContaining({ pid: daemon.pid })])
  const rpc = await ask(socket, '/rpc', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'devices.rename', params: { name: 'desk' } }),
  })
  expect(JSON.parse(rpc.body)).toMatchObject({ id: 1, result: { name: 'desk' } })
  using files = createTempDir('letters')
  const file = join(files.path, 'letter.txt')
  writeFileSync(file, 'a letter')
  const range = await ask(socket, `/media/file/x?path=${encodeURIComponent(file)}`, { headers: { range: 'bytes=2-' } })
  expect(range).toEqual({ status: 206, body: 'letter' })

  daemon.kill('SIGTERM')
  expect((await daemon.exit).code).toBe(0)
  expect(existsSync(socket)).toBe(false)
})

test.skipIf(onWindows)('a WebSocket is opened through the socket', async () => {
  using folder = createTempDir('socket')
  await using daemon = new DaemonProcess({ dataDir: folder.path, args })
  await daemon.ready
  const client = new WebSocket(`ws+unix://${join(daemon.paths.runDir, 'http.sock')}:/ws`)
  await once(client, 'open')
  client.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'hello', params: { version: '0', protocol: PROTOCOL } }))
  const [said] = (await once(client, 'message')) as [Buffer]
  expect(JSON.parse(said.toString())).toMatchObject({ id: 1, result: { pid: daemon.pid } })
  client.terminate()
})

test.skipIf(onWindows)('a page that a port leads to the socket is refused, under whatever name', async () => {
  using folder = createTempDir('socket')
  await using daemon = new DaemonProcess({ dataDir: folder.path, args })
  await daemon.ready
  const socket = join(daemon.paths.runDir, 'http.sock')
  const statuses = async (headers: Record<string, string>) =>
    Promise.all(
      ['/health', '/', '/api/v1/system/status', '/media/file/x'].map(
        async (path) => (await ask(socket, path, { headers })).status,
      ),
    )
  const refused = [403, 403, 403, 403]
  for (const host of ['evil.example', 'localhost:8080', '127.0.0.1']) expect(await statuses({ host })).toEqual(refused)
  for (const origin of ['http://localhost', 'http://evil.example', 'null']) {
    expect(await statuses({ origin })).toEqual(refused)
  }
  for (const site of ['same-origin', 'none', 'cross-site']) {
    expect(await statuses({ 'sec-fetch-site': site })).toEqual(refused)
  }
})

test.skipIf(onWindows)('the socket that a killed daemon left gives way to the next one', async () => {
  using folder = createTempDir('socket')
  const socket = join(folder.path, 'run', 'http.sock')
  {
    await using killed = new DaemonProcess({ dataDir: folder.path, args })
    await killed.ready
    killed.kill('SIGKILL')
    await killed.exit
  }
  expect(statSync(socket).isSocket()).toBe(true)
  await using daemon = new DaemonProcess({ dataDir: folder.path, args })
  await daemon.ready
  expect((await ask(socket, '/health')).status).toBe(200)
})

test.skipIf(onWindows)('a file that is no socket stays, and status says that HTTP has none', async () => {
  using folder = createTempDir('socket')
  await using first = new DaemonProcess({ dataDir: folder.path, args })
  await first.ready
  first.kill('SIGTERM')
  await first.exit
  const file = join(first.paths.runDir, 'http.sock')
  writeFileSync(file, 'a letter')
  await using daemon = new DaemonProcess({ dataDir: folder.path, args })
  await daemon.ready
  const { explorer, httpSocket, notices } = await statusOf(daemon.paths)
  expect([httpSocket, explorer, notices]).toEqual([
    null,
    expect.stringContaining('http://127.0.0.1:'),
    [expect.stringContaining(`occupies ${file}`)],
  ])
  daemon.kill('SIGTERM')
  await daemon.exit
  expect(readFileSync(file, 'utf8')).toBe('a letter')
})

test.skipIf(onWindows)(
  'a folder whose path is too long for a socket is said to be, and served by its port',
  async () => {
    using folder = createTempDir('socket')
    const dataDir = join(folder.path, 'd'.repeat(100))
    await using daemon = new DaemonProcess({ dataDir, args })
    await daemon.ready
    const { explorer, httpSocket, notices } = await statusOf(daemon.paths)
    const bytes = Buffer.byteLength(join(dataDir, 'run', 'http.sock'))
    expect([httpSocket, notices]).toEqual([
      null,
      [
        expect.stringMatching(
          new RegExp(`has ${bytes} bytes, .* the maximum of 10[37]; choose a shorter folder with --data-dir`),
        ),
      ],
    ])
    expect((await fetch(new URL('health', explorer!))).status).toBe(200)
    expect(readdirSync(daemon.paths.runDir)).not.toContain('http.sock')
  },
)

test('on Windows it is a pipe beside that of the daemon', () => {
  expect(httpSocketPlace({ dataDir: 'C:\\d', runDir: 'C:\\d\\run' }, { platform: 'win32' })).toMatch(
    /^\\\\\.\\pipe\\spacedrive-[0-9a-f]{16}-http$/,
  )
})
