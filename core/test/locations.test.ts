import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { createTestCore } from '../testing/index.ts'

const { signal } = new AbortController()

test('a folder that is added is listed, counted and searched', async () => {
  await using t = await createTestCore()
  t.write('photos/cat.jpg')
  t.write('photos/dog.jpg')
  t.write('notes.txt', 'hello')
  const { job } = await t.add()
  expect(job).toMatchObject({ status: 'completed', warnings: 0 })
  const [location] = await t.library.locations.list()
  expect(location).toMatchObject({
    path: t.root,
    state: 'complete',
    counts: { files: 3, directories: 1, symlinks: 0, others: 0, bytes: 33 },
  })
  expect(await t.found('cat')).toEqual(['photos/cat.jpg'])
  expect(await t.differences()).toEqual([])
})

test('a folder cannot be added twice, nor inside or around another, unless that is asked', async () => {
  await using t = await createTestCore()
  t.write('inner/a.txt')
  await t.add()
  await expect(t.add()).rejects.toMatchObject({ code: 'AlreadyExists' })
  await expect(t.add({ path: t.path('inner') })).rejects.toMatchObject({ code: 'Conflict' })
  await expect(t.add({ path: t.path('nowhere') })).rejects.toMatchObject({ code: 'NotFound' })
  await expect(t.add({ path: t.write('file.txt') })).rejects.toMatchObject({ code: 'InvalidInput' })
})

test('a location reached through a symlink is the folder it leads to', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  symlinkSync(t.root, `${t.root}-link`)
  await t.add({ path: `${t.root}-link` })
  expect((await t.library.locations.list())[0]?.path).toBe(t.root)
})

test('nested locations share their entries, and removing one keeps what the other holds', async () => {
  await using t = await createTestCore()
  t.write('outer.txt')
  t.write('inner/a.txt')
  t.write('inner/deep/b.txt')
  const inner = await t.add({ path: t.path('inner') })
  const before = (await t.library.files.info(t.path('inner/a.txt'), signal)).id
  const outer = await t.add({ allowNested: true })
  const entries = t.library.store.connection.prepare('select count(*) as n from entries').get()
  expect(entries).toEqual({ n: 6 })
  expect((await t.library.locations.info(outer.locationId)).counts.files).toBe(3)
  await t.library.locations.remove(inner.locationId)
  await t.settle()
  expect((await t.library.files.info(t.path('inner/a.txt'), signal)).id).toBe(before)
  expect(await t.differences()).toEqual([])
  await t.library.locations.remove(outer.locationId)
  expect(t.library.store.connection.prepare('select count(*) as n from entries').get()).toEqual({ n: 0 })
})

test('removing the outer of two nested locations keeps the inner one whole', async () => {
  await using t = await createTestCore()
  t.write('outer.txt')
  t.write('inner/a.txt')
  const outer = await t.add()
  await t.add({ path: t.path('inner'), allowNested: true })
  await t.library.locations.remove(outer.locationId)
  expect(await t.found('txt')).toEqual(['inner/a.txt'])
  expect((await t.library.locations.list())[0]?.counts.files).toBe(1)
})

test('a root that goes away makes the location offline, keeps every row, and comes back by itself', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  const { locationId } = await t.add()
  renameSync(t.root, `${t.root}-away`)
  await vi.waitFor(async () => expect(await t.library.locations.info(locationId)).toMatchObject({ state: 'offline' }))
  const [offline] = (
    await t.library.search.search({
      query: 'a.txt',
      type: [],
      ext: [],
      location: [],
      content: false,
      semantic: false,
      sort: 'name',
      limit: 10,
    })
  ).items
  expect(offline).toMatchObject({ name: 'a.txt', online: false })
  renameSync(`${t.root}-away`, t.root)
  await vi.waitFor(async () => expect(await t.library.locations.info(locationId)).toMatchObject({ state: 'complete' }))
})

test('a rescan of an offline location, or of a folder in it, is refused and says why', async () => {
  await using t = await createTestCore()
  t.write('sub/a.txt')
  const { locationId } = await t.add({ watch: false })
  renameSync(t.root, `${t.root}-away`)
  for (const location of [locationId, t.path('sub')]) {
    await expect(t.library.locations.rescan({ location, force: false })).rejects.toMatchObject({
      code: 'Offline',
      message: `location files is offline: ${t.root} does not exist. Nothing was scanned`,
    })
  }
  expect(await t.library.locations.info(locationId)).toMatchObject({ state: 'offline' })
  await t.settle()
  expect(t.library.jobs.list().filter(({ status }) => status === 'failed')).toEqual([])
})

test('a file in an offline location says so, by whatever it is asked for, and where another copy is', async () => {
  await using t = await createTestCore()
  const bytes = 'the same bytes '.repeat(1_000)
  const away = t.write('stick/a.txt', bytes)
  t.write('stick/alone.txt', 'only here '.repeat(1_000))
  const copy = t.write('disk/b.txt', bytes)
  for (const name of ['stick', 'disk']) await t.add({ path: t.path(name), mode: 'content', watch: false })
  await t.settle()
  renameSync(t.path('stick'), t.path('gone'))
  const { library } = t
  const { sources } = t.core
  const read = (path: string) => sources.read({ path, offset: 0, length: 1 }, library, signal)
  const offline = {
    code: 'Offline',
    message: `${away} is in the location stick, which is offline: ${t.path('stick')} does not exist. A copy that can be read now: ${copy}`,
  }
  // At first nothing but the disk says so.
  await expect(read(away)).rejects.toMatchObject(offline)
  await expect(library.files.open(away)).rejects.toMatchObject(offline)
  await expect(library.locations.rescan({ location: 'stick', force: false })).rejects.toMatchObject({ code: 'Offline' })
  await expect(read(away)).rejects.toMatchObject(offline)
  await expect(library.files.open(away)).rejects.toMatchObject(offline)
  const { id } = await library.files.info(away, signal)
  expect(() => library.files.fileById(id!)).toThrow(offline.message)
  await expect(sources.archive({ path: away, offset: 0, limit: 1 }, library, signal)).rejects.toMatchObject(offline)
  await expect(read(t.path('stick/alone.txt'))).rejects.toThrow(
    /No other copy can be read on this device; `spacedrive file where .*alone\.txt` asks the other devices$/,
  )
  // It is not in the index, so nobody knows whether it exists.
  const unknown = t.path('stick/unknown.txt')
  await expect(library.files.info(unknown, signal)).rejects.toMatchObject({ code: 'Offline' })
  await expect(read(unknown)).rejects.toThrow(/No other copy is known$/)
  // Elsewhere a missing file is a missing file.
  await expect(read(t.path('disk/none.txt'))).rejects.toMatchObject({ code: 'NotFound' })
})

test('a root replaced by an empty folder deletes nothing until the rescan is forced', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  const { locationId } = await t.add({ watch: false })
  rmSync(t.root, { recursive: true })
  mkdirSync(t.root)
  // The file system may give the new folder the inode of the old one; then the scan refuses it.
  const refused = await t.library.locations
    .rescan({ location: locationId, force: false })
    .then(({ job }) => t.library.jobs.wait(job.id))
    .then(({ error }) => error)
    .catch((err: unknown) => err)
  expect(refused).toMatchObject({ code: 'Conflict' })
  expect(await t.library.locations.info(locationId)).toMatchObject({ state: 'offline', counts: { files: 1 } })
  const forced = await t.library.locations.rescan({ location: locationId, force: true })
  expect(await t.library.jobs.wait(forced.job.id)).toMatchObject({ status: 'completed' })
  expect(await t.library.locations.info(locationId)).toMatchObject({ state: 'complete', counts: { files: 0 } })
})

test('a paused location is left alone, and catches up when it is resumed', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  const { locationId } = await t.add()
  await t.library.locations.pause(locationId)
  t.write('b.txt')
  await expect(t.library.locations.rescan({ location: locationId, force: false })).rejects.toMatchObject({
    code: 'Conflict',
  })
  expect(await t.found('b.txt')).toEqual([])
  await t.library.locations.resume(locationId)
  await vi.waitFor(async () => expect(await t.found('b.txt')).toEqual(['b.txt']))
})

test('rules keep things out, say so, and let them in when they change', async () => {
  await using t = await createTestCore()
  execFileSync('git', ['init', '-q', t.root])
  t.write('.gitignore', '*.log\n')
  t.write('noise.log')
  t.write('keep.txt')
  t.write('node_modules/x/index.js')
  t.write('package.json')
  const { locationId } = await t.add()
  expect(await t.found('noise')).toEqual([])
  expect(await t.library.indexing.explain(t.root)).toMatchObject({ indexed: true, rule: null })
  expect(await t.library.indexing.explain(t.path('noise.log'))).toMatchObject({
    indexed: false,
    rule: { name: 'gitignore', pattern: '*.log' },
  })
  expect(await t.library.indexing.explain(t.path('node_modules/x/index.js'))).toMatchObject({
    rule: { name: 'dev' },
    hiddenAt: t.path('node_modules'),
  })
  const listed = await t.library.files.list(
    { path: t.root, all: true, sort: 'name', reverse: false, foldersFirst: true, thumbs: false, limit: 50, offset: 0 },
    signal,
  )
  expect(listed.items.find((item) => item.name === 'noise.log')).toMatchObject({ hiddenBy: 'gitignore' })
  await expect(t.library.locations.update({ location: locationId })).rejects.toMatchObject({
    code: 'InvalidInput',
    message: expect.stringContaining('say what to change'),
  })
  await t.library.locations.update({ location: locationId, rules: [] })
  await t.settle()
  expect(await t.found('noise')).toEqual(['noise.log'])
  expect(await t.differences()).toEqual([])
})

test('changes made while the engine was closed are found when it opens', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  t.write('sub/b.txt')
  await t.add()
  await t.core.close()
  t.move('sub/b.txt', 'sub/c.txt')
  t.append('a.txt', 'more')
  t.write('new/d.txt')
  await t.restart()
  await vi.waitFor(async () => expect(await t.differences()).toEqual([]))
  expect(await t.found('c.txt')).toEqual(['sub/c.txt'])
})

test('a run of one folder that the index does not know fails, and says nothing of its location', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  await t.add({ watch: false })
  mkdirSync(t.path('late'))
  const { job } = await t.library.indexing.indexPath({ location: t.path('late'), scope: 'recursive' })
  expect(await t.library.jobs.wait(job.id)).toMatchObject({ status: 'failed', error: { code: 'NotFound' } })
  expect(await t.library.locations.list()).toMatchObject([{ state: 'complete', error: null }])
})

test('a library folder inside a location is not indexed', async () => {
  await using t = await createTestCore()
  await t.core.libraries.create({ name: 'Inside', path: t.root })
  t.write('a.txt')
  await t.add()
  expect((await t.library.locations.list())[0]?.counts.files).toBe(1)
  await expect(t.add({ path: join(t.root, 'Inside.sdlibrary') })).rejects.toMatchObject({ code: 'InvalidInput' })
})

test.skipIf(process.platform === 'win32')('the root of the file system can be a location', async () => {
  await using t = await createTestCore()
  const { job } = await t.add({ path: '/', maxDepth: 1, rules: [], watch: false })
  expect(job.status).toBe('completed')
  expect(await t.library.files.info('/etc/passwd', signal)).toMatchObject({
    path: '/etc/passwd',
    id: expect.any(String),
  })
  expect(await t.library.indexing.explain('/etc/passwd')).toMatchObject({ indexed: true, rule: null })
  const [location] = t.library.locations.map.all()
  await t.library.indexing.refresh(location!, [{ dir: '/etc', names: ['passwd', 'hosts'], subtree: true }])
  const { differences } = await t.library.indexing.verify({ path: '/etc', content: false, fix: false }, signal)
  expect(differences).toEqual([])
  expect(
    (await t.library.indexing.quickScan({ path: '/etc', scope: 'current', ephemeral: false }, signal)).persisted,
  ).toBe(true)
  expect(t.library.locations.map.all()[0]).toMatchObject({ name: '/', path: '/', state: 'complete' })
})

test.runIf(process.platform === 'linux')('a rule is explained for a path whose bytes are no text', async () => {
  await using t = await createTestCore()
  t.write('.spacedriveignore', '*.log\n')
  const folder = Buffer.concat([Buffer.from(`${t.root}/`), Buffer.from([0xff])])
  mkdirSync(folder)
  const file = (name: string) => Buffer.concat([folder, Buffer.from(`/${name}`)])
  for (const name of ['a.log', 'b.txt', 'package.json']) writeFileSync(file(name), '')
  mkdirSync(file('node_modules'))
  await t.add()
  const explain = (name: string) => t.library.indexing.explain(`base64:${file(name).toString('base64')}`)
  expect(await explain('a.log')).toMatchObject({ indexed: false, rule: { name: 'spacedriveignore', pattern: '*.log' } })
  expect(await explain('b.txt')).toMatchObject({ indexed: true, rule: null })
  expect(await explain('node_modules')).toMatchObject({ indexed: false, rule: { name: 'dev' } })
  await expect(explain('missing')).rejects.toMatchObject({ code: 'NotFound' })
})

test('browsing inside a location applies the rules of the location', async () => {
  await using t = await createTestCore()
  t.write('.spacedriveignore', '/sub/secret.txt\n')
  t.write('sub/secret.txt')
  t.write('sub/plain.txt')
  await t.add()
  const { items } = await t.library.indexing.browse(
    { path: t.path('sub'), scope: 'current', content: false, limit: 10 },
    signal,
  )
  expect(items.map(({ name, hiddenBy }) => [name, hiddenBy])).toEqual([
    ['plain.txt', undefined],
    ['secret.txt', 'spacedriveignore'],
  ])
})

test('a rescan of a folder reads that folder alone; of one that is not indexed, the folder around it', async () => {
  await using t = await createTestCore()
  for (const folder of ['a', 'b']) t.write(`${folder}/deep/one.txt`)
  await t.add()
  await t.settle()
  const rescan = async (path: string) => {
    const { job, location } = await t.library.locations.rescan({ location: path, force: false })
    const ended = await t.library.jobs.wait(job.id, signal)
    return { status: ended.status, location: location.path, input: t.library.jobs.info(job.id).input }
  }
  expect(await rescan(t.path('a/deep'))).toMatchObject({
    status: 'completed',
    location: t.root,
    input: { path: t.path('a/deep') },
  })
  expect(await rescan(t.path('a/nowhere/at-all'))).toMatchObject({ status: 'completed', input: { path: t.path('a') } })
  expect(await rescan(t.path('nowhere'))).toMatchObject({ status: 'completed', input: { path: null } })
  expect(await rescan(t.root)).toMatchObject({ status: 'completed', input: { path: null } })
  await expect(rescan('/nowhere')).rejects.toMatchObject({ code: 'NotFound' })
  expect(await t.differences()).toEqual([])
})

test('a rescan of a folder finds what changed in it while nothing was watched', async () => {
  await using t = await createTestCore()
  for (const folder of ['a', 'b']) t.write(`${folder}/old.txt`)
  const { locationId } = await t.add()
  await t.library.locations.update({ location: locationId, watch: false })
  await t.settle()
  for (const folder of ['a', 'b']) t.write(`${folder}/new-file.txt`)
  const { job } = await t.library.locations.rescan({ location: t.path('a'), force: false })
  await t.library.jobs.wait(job.id, signal)
  expect(await t.found('new-file')).toEqual(['a/new-file.txt'])
})
