import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { instancePaths, type PathHost, pathHost } from '@spacedrive/client/node'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test } from 'vitest'
import { isFree, makePrivateFolder, socketPlaces, takePlace } from './socket-place.ts'

const onWindows = process.platform === 'win32'

function host(overrides: Partial<PathHost> = {}): PathHost {
  return { ...pathHost(), platform: 'linux', env: {}, temporary: '/tmp', home: '/home/ann', ...overrides }
}

async function listening(path: string): Promise<Server & AsyncDisposable> {
  const server = createServer().listen(path)
  await once(server, 'listening')
  return server
}

test.skipIf(onWindows)('the socket is in the session’s runtime folder, named after the instance', () => {
  using runtime = createTempDir('run')
  const env = { XDG_RUNTIME_DIR: runtime.path }
  const first = (instance?: string) => socketPlaces(instancePaths({ instance }, host()), host({ env }))[0]
  expect(first()).toBe(join(runtime.path, 'spacedrive.sock'))
  expect(first('alice')).toBe(join(runtime.path, 'spacedrive-alice.sock'))
})

test.skipIf(onWindows)('a runtime folder that is missing or that others can enter is not used', () => {
  using runtime = createTempDir('run')
  chmodSync(runtime.path, 0o755)
  for (const XDG_RUNTIME_DIR of [runtime.path, '/no/such/folder', 'relative']) {
    const places = socketPlaces(instancePaths({}, host()), host({ env: { XDG_RUNTIME_DIR }, uid: pathHost().uid }))
    expect(places[0]).toBe(`/tmp/spacedrive-${pathHost().uid}/spacedrive.sock`)
  }
})

test.skipIf(onWindows)('a data folder of one’s own has its socket in it, unless the path is too long for one', () => {
  const near = socketPlaces(instancePaths({ dataDir: '/d' }, host()), host({ uid: 1000 }))
  expect(near).toEqual([
    '/d/run/spacedrive.sock',
    expect.stringMatching(/^\/tmp\/spacedrive-1000\/spacedrive-[0-9a-f]{16}\.sock$/),
  ])
  const far = socketPlaces(instancePaths({ dataDir: `/${'d'.repeat(100)}` }, host()), host({ uid: 1000 }))
  expect(far).toHaveLength(1)
  expect(far[0]).not.toBe(near[1])
})

test.runIf(process.platform === 'linux')(
  'a path as long as the system takes works, and one byte more is not offered',
  async () => {
    using dir = createTempDir('long')
    const room = 107 - Buffer.byteLength(join(dir.path, 'run', 'spacedrive.sock'))
    const fits = join(dir.path, 'x'.repeat(room - 1))
    const [place] = socketPlaces(instancePaths({ dataDir: fits }, host()), host())
    expect(Buffer.byteLength(place!)).toBe(107)
    mkdirSync(join(fits, 'run'), { recursive: true })
    await using server = await listening(place!)
    expect(server.listening).toBe(true)
    expect(socketPlaces(instancePaths({ dataDir: `${fits}x` }, host()), host())).toHaveLength(1)
  },
)

test('on Windows it is a pipe named after the data folder', () => {
  const pipe = (dataDir: string) =>
    socketPlaces(instancePaths({ dataDir }, host()), host({ platform: 'win32', uid: -1 }))
  expect(pipe('/a')).toEqual([expect.stringMatching(/^\\\\\.\\pipe\\spacedrive-[0-9a-f]{16}$/)])
  expect(pipe('/a')).not.toEqual(pipe('/b'))
})

test.skipIf(onWindows)('a socket that a crashed daemon left is removed, one that answers is not', async () => {
  using dir = createTempDir('sock')
  const left = join(dir.path, 'left.sock')
  // Ended without closing it, as by a crash.
  spawnSync(process.execPath, [
    '-e',
    `require('net').createServer().listen(${JSON.stringify(left)}, () => process.kill(process.pid, 'SIGKILL'))`,
  ])
  expect(existsSync(left)).toBe(true)
  expect(await isFree(left)).toBe(true)
  expect(existsSync(left)).toBe(false)

  const live = join(dir.path, 'live.sock')
  await using server = await listening(live)
  expect([await isFree(live), server.listening, existsSync(live)]).toEqual([false, true, true])
})

test.skipIf(onWindows)('of several daemons one looks at a place at a time', () => {
  using dir = createTempDir('sock')
  const place = join(dir.path, 'spacedrive.sock')
  {
    using _first = takePlace(place)
    expect(() => takePlace(place)).toThrow('is in use by process')
  }
  using _second = takePlace(place)
})

test.skipIf(onWindows)('a file that is no socket is left alone', async () => {
  using dir = createTempDir('sock')
  const file = join(dir.path, 'spacedrive.sock')
  writeFileSync(file, 'a letter')
  expect([await isFree(file), existsSync(file)]).toEqual([false, true])
})

test.skipIf(onWindows)('the folder of a socket is closed to others, and never somebody else’s', () => {
  using dir = createTempDir('private')
  const folder = join(dir.path, 'a', 'b')
  makePrivateFolder(folder)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  chmodSync(folder, 0o777)
  makePrivateFolder(folder)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(() => makePrivateFolder(folder, { uid: pathHost().uid + 1 })).toThrow('other users can enter')
  symlinkSync(folder, join(dir.path, 'link'))
  expect(() => makePrivateFolder(join(dir.path, 'link'))).toThrow('other users can enter')
})

test.skipIf(onWindows)('a folder for sockets that somebody else has made is passed over', () => {
  using temporary = createTempDir('tmp')
  const { uid } = pathHost()
  const at = host({ temporary: temporary.path, uid })
  // Another user has created a file, and a link to a foreign folder, under our names.
  writeFileSync(join(temporary.path, `spacedrive-${uid}`), '')
  symlinkSync('/tmp', join(temporary.path, `spacedrive-${uid}-1`))
  const places = socketPlaces(instancePaths({}, at), at)
  expect(places[0]).toBe(join(temporary.path, `spacedrive-${uid}-2`, 'spacedrive.sock'))
  for (let n = 2; n < 10; n++) writeFileSync(join(temporary.path, `spacedrive-${uid}-${n}`), '')
  // The data folder is left.
  expect(socketPlaces(instancePaths({}, at), at).at(-1)).toBe('/home/ann/.local/share/spacedrive/run/spacedrive.sock')
})
