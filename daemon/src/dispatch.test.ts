import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Core, type Logger, silentLogger } from '@spacedrive/core'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test } from 'vitest'
import { ownUser } from './asker.ts'
import { dispatch } from './dispatch.ts'

/** No page is served. */
const explorer = () => null

interface World extends AsyncDisposable {
  readonly logged: unknown[]
  /** Calls `system.doctor` with this outcome in place of a real examination. */
  doctor(outcome: () => unknown): Promise<unknown>
}

async function openWorld(): Promise<World> {
  const dir = createTempDir('dispatch')
  const logged: unknown[] = []
  const log: Logger = { ...silentLogger, error: (fields) => void logged.push(fields) }
  const core = await Core.open({ dataDir: dir.path, log })
  return {
    logged,
    async doctor(outcome) {
      const request = { method: 'system.doctor', params: {}, asker: ownUser } as const
      const standIn = Object.assign(Object.create(core) as Core, { doctor: async () => outcome() })
      return dispatch({ core: standIn, explorer }, request, new AbortController().signal).catch((err: unknown) => err)
    },
    async [Symbol.asyncDispose]() {
      await core.close()
      dir[Symbol.dispose]()
    },
  }
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: write`), { code })
}

test.each([
  ['ENOSPC', 'DiskFull'],
  ['EDQUOT', 'DiskFull'],
  ['EACCES', 'PermissionDenied'],
  ['EROFS', 'PermissionDenied'],
])('%s of the system, from wherever it comes, is %s', async (systemCode, code) => {
  await using world = await openWorld()
  const failed = await world.doctor(() => {
    throw systemError(systemCode)
  })
  expect(failed).toMatchObject({ code, message: expect.stringMatching(/^system\.doctor: /) })
})

test('a database that fails is told with what can be done, and logged', async () => {
  await using world = await openWorld()
  const full = Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 })
  const failed = await world.doctor(() => {
    throw full
  })
  expect(failed).toMatchObject({ code: 'DiskFull', message: expect.stringContaining('free some and try again') })
  expect(world.logged).toHaveLength(1)
})

test.each([
  ['libraries.create', { name: 'New', path: 'here' }],
  ['libraries.open', { path: '../Mine.sdlibrary' }],
  ['libraries.backup', { to: 'backup.sdbackup' }],
  ['locations.add', { path: 'photos' }],
  ['files.list', { path: `base64:${Buffer.from('photos').toString('base64')}` }],
])('%s refuses a relative path, whatever folder the daemon was started in', async (method, params) => {
  using dir = createTempDir('dispatch')
  await using core = await Core.open({ dataDir: dir.path })
  await core.libraries.create({ name: 'Mine' })
  const asked = dispatch({ core, explorer }, { method, params, asker: ownUser }, new AbortController().signal)
  await expect(asked).rejects.toMatchObject({ code: 'InvalidInput', message: expect.stringContaining('absolute path') })
})

test('a folder is listed and browsed where there is no library, or none that is asked for', async () => {
  using dir = createTempDir('dispatch')
  using files = createTempDir('files')
  writeFileSync(join(files.path, 'b.txt'), 'bb')
  writeFileSync(join(files.path, 'a.txt'), 'a')
  mkdirSync(join(files.path, 'node_modules'))
  await using core = await Core.open({ dataDir: dir.path })
  const { signal } = new AbortController()
  const ask = (method: string, params: object, library?: string) =>
    dispatch({ core, explorer }, { method, params, library, asker: ownUser }, signal)
  const path = realpathSync(files.path)
  expect(await ask('files.list', { path: files.path, sort: 'size' })).toMatchObject({
    path,
    source: 'disk',
    total: 2,
    items: [
      { id: null, name: 'b.txt', size: 2 },
      { id: null, name: 'a.txt', size: 1 },
    ],
  })
  expect(await ask('indexing.browse', { path: files.path, scope: 'recursive' })).toMatchObject({ path, total: 3 })
  await expect(ask('files.list', { path: join(path, 'none') })).rejects.toMatchObject({ code: 'NotFound' })
  await expect(ask('files.list', { path }, 'Photos')).rejects.toMatchObject({ code: 'NotFound' })
  await expect(ask('locations.list', {})).rejects.toMatchObject({ code: 'NotFound' })
})

test('an unknown operation is refused with the name that was meant', async () => {
  using dir = createTempDir('dispatch')
  await using core = await Core.open({ dataDir: dir.path })
  const { signal } = new AbortController()
  const ask = (method: string) => dispatch({ core, explorer }, { method, params: {}, asker: ownUser }, signal)
  await expect(ask('location.list')).rejects.toMatchObject({
    code: 'NotFound',
    message: 'there is no operation "location.list"; did you mean locations.list?',
  })
  await expect(ask('nothing.alike')).rejects.toThrow(/^there is no operation "nothing.alike"$/)
  const long = `locations.list${'x'.repeat(100)}`
  await expect(ask(long)).rejects.toThrow(new RegExp(`^there is no operation "${long}"$`))
})

test('an action with a field that it does not have is refused, and does nothing', async () => {
  using dir = createTempDir('dispatch')
  await using core = await Core.open({ dataDir: dir.path })
  const { signal } = new AbortController()
  const ask = (method: string, params: object) =>
    dispatch({ core, explorer }, { method, params, asker: ownUser, confirm: true }, signal)
  await ask('libraries.create', { name: 'Photos' })
  await expect(ask('libraries.delete', { library: 'Photos', dryRun: true })).rejects.toMatchObject({
    code: 'InvalidInput',
    message: 'libraries.delete: there is no field "dryRun"',
  })
  await expect(ask('libraries.create', { nmae: 'Films', name: 'Films' })).rejects.toThrow('did you mean name?')
  await expect(ask('libraries.create', { name: 'Films', ['x'.repeat(10_000)]: 1 })).rejects.toThrow(/"x{100}"$/)
  expect(await ask('libraries.list', {})).toMatchObject([{ name: 'Photos' }])
})

test('a query with a field that it does not have is refused with the nearest name', async () => {
  using dir = createTempDir('dispatch')
  await using core = await Core.open({ dataDir: dir.path })
  await core.libraries.create({ name: 'Photos' })
  const { signal } = new AbortController()
  const ask = (method: string, params: unknown) =>
    dispatch({ core, explorer }, { method, params, asker: ownUser }, signal)
  await expect(ask('search.files', { query: 'x', typ: ['image'] })).rejects.toMatchObject({
    code: 'InvalidInput',
    message: 'search.files: there is no field "typ"; did you mean type?',
    details: { issues: [{ field: 'typ', message: 'is unknown' }] },
  })
  // The unknown name explains more than the missing one.
  await expect(ask('files.info', { pth: '/' })).rejects.toThrow('there is no field "pth"; did you mean path?')
  await expect(ask('locations.list', { library: 'Photos' })).rejects.toThrow(
    'there is no field "library"; send library beside the input: ?library= in the URL over HTTP, "library" beside "params" over JSON-RPC',
  )
  for (const params of ['locations', ['locations'], 7])
    await expect(ask('locations.list', params)).rejects.toThrow('locations.list: it must be an object')
  expect(await ask('locations.list', {})).toEqual([])
})

test('an operation whose library is closed meanwhile is told so', async () => {
  using dir = createTempDir('dispatch')
  const errors: object[] = []
  await using core = await Core.open({
    dataDir: dir.path,
    log: { ...silentLogger, error: (fields) => errors.push(fields) },
  })
  await core.libraries.create({ name: 'Photos' })
  const { signal } = new AbortController()
  // The library closes between two steps of the requests.
  const closing = core.libraries.close()
  const requests = ['libraries.info', 'locations.list', 'devices.list', 'search.files', 'volumes.list'].map((method) =>
    dispatch({ core, explorer }, { method, params: {}, asker: ownUser }, signal).catch((err: unknown) => err),
  )
  await closing
  const refusals = (await Promise.all(requests)).filter((answer) => answer instanceof Error)
  // The whole errors, so that a failure shows their causes.
  expect({ errors, others: refusals.filter((err) => !('code' in err) || err.code !== 'Unavailable') }).toEqual({
    errors: [],
    others: [],
  })
})

test('an output of another shape than was declared is a mistake of ours, and does not leave', async () => {
  await using world = await openWorld()
  expect(await world.doctor(() => ({ ok: 'perhaps', secret: 1 }))).toMatchObject({ code: 'Internal', details: null })
  expect(world.logged).toHaveLength(1)
})

test('a field that was not declared does not leave', async () => {
  await using world = await openWorld()
  const report = { ok: true, checks: [], engines: [] }
  expect(await world.doctor(() => ({ ...report, secret: 1 }))).toEqual(report)
})

test('no params is an empty input, and null is one too', async () => {
  using dir = createTempDir('dispatch')
  await using core = await Core.open({ dataDir: dir.path })
  const { signal } = new AbortController()
  for (const params of [undefined, null, {}]) {
    expect(await dispatch({ core, explorer }, { method: 'libraries.list', params, asker: ownUser }, signal)).toEqual([])
  }
  await expect(
    dispatch({ core, explorer }, { method: 'libraries.list', params: [], asker: ownUser }, signal),
  ).rejects.toMatchObject({
    code: 'InvalidInput',
  })
})

test('many mistakes are told, a bounded number of them', async () => {
  using dir = createTempDir('dispatch')
  await using core = await Core.open({ dataDir: dir.path })
  await core.libraries.create({ name: 'Photos' })
  const params = { path: 7, mode: 'deeper' }
  const failed = await dispatch(
    { core, explorer },
    { method: 'locations.add', params, asker: ownUser },
    new AbortController().signal,
  ).catch((err: unknown) => err)
  expect(failed).toMatchObject({
    code: 'InvalidInput',
    message: 'locations.add: path must be a string; mode must be one of shallow, content, deep, or metadata',
    details: { issues: [{ field: 'path' }, { field: 'mode' }] },
  })
})
