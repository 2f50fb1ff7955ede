import { existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { connectTo, instancePaths, readRecord, stopDaemon } from '@spacedrive/client/node'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test, vi } from 'vitest'
import { DaemonProcess } from './daemon-process.ts'

/** Any port, so that other daemons of this machine are in nobody's way. */
const args = ['--http-port', '0']
const onWindows = process.platform === 'win32'

/** The daemon may make files in it again while it is being removed. */
function removeFolder(path: string): void {
  rmSync(path, { recursive: true, maxRetries: 20 })
}

test.skipIf(onWindows).each([
  ['the socket', (dir: string) => rmSync(join(dir, 'run/spacedrive.sock'))],
  ['the sockets', (dir: string) => ['spacedrive.sock', 'http.sock'].forEach((name) => rmSync(join(dir, 'run', name)))],
  ['the record', (dir: string) => rmSync(join(dir, 'run/daemon.json'))],
  ['the lock', (dir: string) => rmSync(join(dir, 'daemon.lock'))],
  ['the folder of the socket', (dir: string) => removeFolder(join(dir, 'run'))],
])('%s removed under a running daemon is made again, and no second daemon starts', async (_what, remove) => {
  using folder = createTempDir('presence')
  await using daemon = new DaemonProcess({ dataDir: folder.path, args })
  await daemon.ready
  const { paths } = daemon
  using before = (await connectTo(paths))!
  const { httpSocket } = await before.query('system.status', {})
  remove(folder.path)
  await vi.waitUntil(() => existsSync(paths.lockFile) && existsSync(readRecord(paths.recordFile)?.socket ?? ''))
  await vi.waitUntil(() => existsSync(httpSocket!))

  using client = (await connectTo(paths))!
  expect(client.hello.pid).toBe(daemon.pid)
  // Whoever was connected still is.
  expect(await before.query('system.status', {})).toMatchObject({ pid: daemon.pid, httpSocket })
  expect(statSync(readRecord(paths.recordFile)!.socket).mode & 0o777).toBe(0o600)
  await using second = new DaemonProcess({ dataDir: folder.path, args })
  expect(await second.ready).toMatchObject({ ready: false, code: 'Locked' })
  expect(await stopDaemon({ dataDir: folder.path })).toBe(true)
  expect((await daemon.exit).code).toBe(0)
})

test.skipIf(onWindows)('a command finds a daemon whose files were removed a moment ago', async () => {
  using folder = createTempDir('presence')
  await using daemon = new DaemonProcess({ dataDir: folder.path, args })
  await daemon.ready
  removeFolder(join(folder.path, 'run'))
  expect(await stopDaemon({ dataDir: folder.path })).toBe(true)
  expect((await daemon.exit).code).toBe(0)
})

test.skipIf(onWindows).each([
  ['removed', removeFolder],
  ['moved away', (path: string) => renameSync(path, `${path} elsewhere`)],
])('a daemon whose data folder is %s ends and says so, and another one can start', async (_what, act) => {
  using folder = createTempDir('presence')
  const dataDir = join(folder.path, 'data')
  await using daemon = new DaemonProcess({ dataDir, args: [...args, '--foreground'] })
  await daemon.ready
  using client = (await connectTo(daemon.paths))!
  await client.action('libraries.create', { name: 'Photos' })
  act(dataDir)
  const { code, stdout } = await daemon.exit
  expect([code, stdout]).toEqual([0, expect.stringContaining(`the data folder ${dataDir} is gone`)])
  await using next = new DaemonProcess({ dataDir, args })
  expect(await next.ready).toEqual({ ready: true })
  expect(JSON.parse(readFileSync(instancePaths({ dataDir }).recordFile, 'utf8'))).toMatchObject({ pid: next.pid })
})
