import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { connectTo, instancePaths, readRecord } from '@spacedrive/client/node'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test } from 'vitest'
import { DaemonProcess } from './daemon-process.ts'

test('a second daemon on a data folder refuses, and says who has it', async () => {
  using folder = createTempDir('daemon')
  await using first = new DaemonProcess({ dataDir: folder.path })
  await first.ready
  await using second = new DaemonProcess({ dataDir: folder.path })
  const why = expect.stringContaining(`the data folder ${folder.path} is in use by process ${first.pid}`)
  expect(await second.ready).toMatchObject({ ready: false, code: 'Locked', message: why, details: { pid: first.pid } })
  expect(await second.exit).toEqual({ code: 4, stdout: '', stderr: why })
  using client = (await connectTo(first.paths))!
  expect(client.hello.pid).toBe(first.pid)
})

test('files of a killed daemon do not stop the next one', async () => {
  using folder = createTempDir('daemon')
  await using killed = new DaemonProcess({ dataDir: folder.path })
  await killed.ready
  killed.kill('SIGKILL')
  await killed.exit
  // The daemon remembers its port only if the usual one was taken.
  const left = readdirSync(killed.paths.runDir).filter((name) => name !== 'http-port.json')
  expect(left.toSorted()).toEqual(['daemon.json', 'http-key.pem', 'http-token', 'http.sock', 'spacedrive.sock'])
  expect(await connectTo(killed.paths)).toBeNull()

  await using next = new DaemonProcess({ dataDir: folder.path })
  expect(await next.ready).toEqual({ ready: true })
  using client = (await connectTo(next.paths))!
  expect(client.hello.pid).toBe(next.pid)
})

test('a record whose socket is another daemon’s by now leads nowhere', async () => {
  using folder = createTempDir('daemon')
  using other = createTempDir('daemon')
  await using daemon = new DaemonProcess({ dataDir: other.path })
  await daemon.ready
  const { recordFile, runDir } = instancePaths({ dataDir: folder.path })
  mkdirSync(runDir, { recursive: true })
  writeFileSync(recordFile, JSON.stringify({ ...readRecord(daemon.paths.recordFile), pid: 1 }))
  expect(await connectTo(instancePaths({ dataDir: folder.path }))).toBeNull()
})

test('a copy of a data folder that is in use gets a daemon of its own, with its own library', async () => {
  using folder = createTempDir('daemon')
  const [dataDir, copy] = [join(folder.path, 'original'), join(folder.path, 'copy')]
  await using original = new DaemonProcess({ dataDir })
  await original.ready
  using first = (await connectTo(original.paths))!
  await first.action('libraries.create', { name: 'Photos' })
  cpSync(dataDir, copy, { recursive: true, filter: (path) => !path.endsWith('.sock') })
  expect(await connectTo(instancePaths({ dataDir: copy }))).toBeNull()

  await using daemon = new DaemonProcess({ dataDir: copy })
  expect(await daemon.ready).toEqual({ ready: true })
  using second = (await connectTo(daemon.paths))!
  expect(second.hello).toMatchObject({ pid: daemon.pid, dataDir: copy })
  const path = join(copy, 'libraries/Photos.sdlibrary')
  expect(await second.query('libraries.list', {})).toMatchObject([{ name: 'Photos', path, open: true, error: null }])
  const { notices } = await second.query('system.status', {})
  expect(notices).toEqual([expect.stringContaining('is a copy of that of')])
})

test('without a data folder of its own the daemon keeps to the places of the platform', async () => {
  using folder = createTempDir('daemon')
  const runtime = join(folder.path, 'runtime')
  mkdirSync(runtime, { mode: 0o700 })
  const env = {
    HOME: folder.path,
    XDG_DATA_HOME: join(folder.path, 'data'),
    XDG_STATE_HOME: join(folder.path, 'state'),
    XDG_RUNTIME_DIR: runtime,
  }
  await using main = new DaemonProcess({ env })
  await using named = new DaemonProcess({ env, args: ['--instance', 'test'] })
  expect([await main.ready, await named.ready]).toEqual([{ ready: true }, { ready: true }])
  expect(readdirSync(runtime).toSorted()).toEqual(['spacedrive-test.sock', 'spacedrive.sock'])
  expect(readRecord(join(env.XDG_DATA_HOME, 'spacedrive/run/daemon.json'))?.pid).toBe(main.pid)
  expect(readRecord(join(env.XDG_DATA_HOME, 'spacedrive/instances/test/run/daemon.json'))?.pid).toBe(named.pid)
})

test.skipIf(process.platform === 'win32')('a daemon that ends leaves alone who has its place by then', async () => {
  using folder = createTempDir('daemon')
  await using daemon = new DaemonProcess({ dataDir: folder.path })
  await daemon.ready
  const { socket } = readRecord(daemon.paths.recordFile)!
  await using heir = createServer()
  daemon.kill('SIGTERM')
  while (existsSync(socket)) await setImmediate()
  heir.listen(socket)
  await daemon.exit
  expect([heir.listening, existsSync(socket)]).toEqual([true, true])
})

test('a data folder whose path is too long for a socket has it elsewhere', async () => {
  using folder = createTempDir('daemon')
  const dataDir = join(folder.path, 'long'.repeat(40))
  await using daemon = new DaemonProcess({ dataDir })
  expect(await daemon.ready).toEqual({ ready: true })
  using client = (await connectTo(daemon.paths))!
  expect(client.hello).toMatchObject({ pid: daemon.pid, dataDir })
})

test('a run folder that others could enter is closed to them', async () => {
  using folder = createTempDir('daemon')
  const { runDir } = instancePaths({ dataDir: folder.path })
  mkdirSync(runDir)
  chmodSync(runDir, 0o755)
  await using daemon = new DaemonProcess({ dataDir: folder.path })
  await daemon.ready
  expect(statSync(runDir).mode & 0o777).toBe(0o700)
})

test('an instance must have a name that can be a file’s', async () => {
  await using daemon = new DaemonProcess({ args: ['--instance', '../evil'] })
  expect(await daemon.ready).toMatchObject({ ready: false, code: 'InvalidInput' })
  expect((await daemon.exit).code).toBe(1)
})
