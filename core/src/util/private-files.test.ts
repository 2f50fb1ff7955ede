import { spawnSync } from 'node:child_process'
import { linkSync, mkdirSync, realpathSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createTempDir } from '../../testing/index.ts'
import { PrivateFiles } from './private-files.ts'

/** Creates a data folder with a key, and a folder of files beside it. */
function createPlace() {
  const dir = createTempDir('private')
  const data = join(dir.path, 'data')
  const files = join(dir.path, 'files')
  mkdirSync(join(data, 'run'), { recursive: true })
  mkdirSync(join(data, 'libraries/Photos.sdlibrary/sidecars/aa/bb'), { recursive: true })
  mkdirSync(files)
  mkdirSync(join(data, 'libraries/Photos.sdlibrary/backups'))
  const backup = 'data/libraries/Photos.sdlibrary/backups/daily.db'
  for (const path of ['data/network-key.json', 'data/run/token', backup, 'files/letter.txt'])
    writeFileSync(join(dir.path, path), path)
  writeFileSync(join(data, 'libraries/Photos.sdlibrary/sidecars/aa/bb/thumb.webp'), 'x')
  return { data, files, root: realpathSync(dir.path), [Symbol.dispose]: () => dir[Symbol.dispose]() }
}

function isPrivateSync(guard: PrivateFiles, path: string): boolean {
  return guard.reasonSync(path) !== null
}

test('files are private by what they are, whatever they are called', async () => {
  using place = createPlace()
  linkSync(join(place.data, 'network-key.json'), join(place.files, 'holiday.jpg'))
  linkSync(join(place.data, 'libraries/Photos.sdlibrary/backups/daily.db'), join(place.files, 'second.db'))
  symlinkSync(place.data, join(place.root, 'link'))
  // The second name of the data folder is a link.
  for (const named of [place.data, join(place.root, 'link')]) {
    const guard = new PrivateFiles(named)
    for (const path of [
      place.data,
      join(place.data, 'network-key.json'),
      join(place.data, 'run/token'),
      join(place.data, 'libraries/Photos.sdlibrary/sidecars/aa/bb/thumb.webp'),
      join(place.data, 'not there yet.json'),
      join(place.files, 'holiday.jpg'),
      join(place.files, 'second.db'),
    ]) {
      expect([path, await guard.has(path), isPrivateSync(guard, path)]).toEqual([path, true, true])
      await expect(guard.refuse(path)).rejects.toMatchObject({ code: 'PermissionDenied' })
    }
    for (const path of [place.root, place.files, join(place.files, 'letter.txt'), '/', join(place.root, 'nothing')])
      expect([path, await guard.has(path), isPrivateSync(guard, path)]).toEqual([path, false, false])
  }
})

test('however many files the data folder has, a second name of a key is private', async () => {
  using place = createPlace()
  for (const folder of ['aa', 'opened', 'zz', 'run', '.']) {
    mkdirSync(join(place.data, folder), { recursive: true })
    for (let i = 0; i < 4_500; i++) writeFileSync(join(place.data, folder, `${i}`), '')
  }
  // A system lists a folder in any order, so there are keys before and after the others.
  const keys = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? `network-key.json.${i}` : `run/token.${i}`))
  const guard = new PrivateFiles(place.data)
  for (const [i, key] of keys.entries()) {
    writeFileSync(join(place.data, key), key)
    linkSync(join(place.data, key), join(place.files, `${i}.jpg`))
  }
  for (const i of keys.keys()) expect([i, await guard.has(join(place.files, `${i}.jpg`))]).toEqual([i, true])
})

const ID = '0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b'
const DATABASE = `SQLite format 3\0${'x'.repeat(100)}`
const DATE = '2026-01-01T00:00:00.000Z'
const OURS = {
  'network-key.json': JSON.stringify({ version: 1, device: ID, key: 'abc', seed: 'def' }),
  'device.json': JSON.stringify({ version: 1, id: ID, name: 'laptop', createdAt: DATE, machine: null, folder: '/x' }),
  'network.db': DATABASE,
  'library.json': JSON.stringify({ version: 2, id: ID, name: 'Photos', createdAt: DATE }),
  'database.db': DATABASE,
}

function writeOurs(folder: string, names: readonly (keyof typeof OURS)[]): void {
  mkdirSync(folder, { recursive: true })
  for (const name of names) writeFileSync(join(folder, name), OURS[name])
}

test.each([
  { what: 'a data folder without its key', names: ['device.json', 'network.db'], why: 'is a data folder, because' },
  { what: 'a data folder of which only the key is left', names: ['network-key.json'], why: 'has the key of a device' },
  { what: 'a library', names: ['library.json', 'database.db'], why: 'is a library, because' },
] as const)('a copy of $what is private', async ({ names, why }) => {
  using place = createPlace()
  const guard = new PrivateFiles(place.data)
  const copy = join(place.root, 'files/backup')
  writeOurs(copy, names.slice(1))
  mkdirSync(join(copy, 'run'))
  writeFileSync(join(copy, 'run/token'), 'x')
  // A folder with one of the files is any folder.
  expect([await guard.has(join(copy, 'run/token')), isPrivateSync(guard, copy)]).toEqual([false, false])
  writeOurs(copy, names.slice(0, 1))
  for (const path of [copy, join(copy, names[0]), join(copy, 'run/token')]) {
    expect([path, await guard.has(path), isPrivateSync(guard, path)]).toEqual([path, true, true])
    await expect(guard.refuse(path)).rejects.toMatchObject({
      code: 'PermissionDenied',
      message: expect.stringContaining(`${copy} ${why}`),
    })
    expect(guard.reasonSync(path)).toMatchObject({ what: expect.stringContaining(names.join(' and ')) })
  }
  expect([await guard.has(place.files), isPrivateSync(guard, place.files)]).toEqual([false, false])
})

test('files of other programs that have the same names make nothing private', async () => {
  using place = createPlace()
  const guard = new PrivateFiles(place.data)
  const files: Record<string, Record<string, string>> = {
    PlatformIO: { 'library.json': '{ "name": "ArduinoJson", "version": "7.0.4" }', 'database.db': DATABASE },
    unreadable: { 'library.json': 'x', 'device.json': '[1]', 'network-key.json': 'null', 'network.db': DATABASE },
    'no databases': { 'library.json': OURS['library.json'], 'database.db': 'x', 'device.json': OURS['device.json'] },
    large: { 'network-key.json': OURS['network-key.json'] + ' '.repeat(64 * 1024) },
    home: { 'device.json': JSON.stringify({ id: ID, name: 'lamp', version: '1.0' }), 'network.db': DATABASE },
  }
  for (const [name, of] of Object.entries(files)) {
    const folder = join(place.files, name)
    mkdirSync(folder)
    for (const [file, text] of Object.entries(of)) writeFileSync(join(folder, file), text)
    for (const path of [folder, ...Object.keys(of).map((file) => join(folder, file))])
      expect([path, await guard.has(path), isPrivateSync(guard, path)]).toEqual([path, false, false])
  }
  // Not even opened: a pipe would wait for a writer.
  const pipes = join(place.files, 'pipes')
  mkdirSync(pipes)
  if (process.platform !== 'win32') spawnSync('mkfifo', [join(pipes, 'network-key.json')])
  expect([await guard.has(pipes), isPrivateSync(guard, pipes)]).toEqual([false, false])
})

test('files that somebody puts into a shared folder make nothing private but themselves', async () => {
  using place = createPlace()
  const guard = new PrivateFiles(place.data, () => [join(place.root, 'link to files'), '/nonexistent'])
  symlinkSync(place.files, join(place.root, 'link to files'))
  writeOurs(place.files, ['library.json', 'database.db', 'device.json', 'network.db', 'network-key.json'])
  writeOurs(join(place.files, 'copy'), ['network-key.json'])
  mkdirSync(join(place.files, 'run'))
  for (const name of ['run/token', 'network-key.json.copied-2026', 'network.db-wal'])
    writeFileSync(join(place.files, name), 'x')
  for (const name of ['', 'letter.txt'])
    expect([await guard.has(join(place.files, name)), isPrivateSync(guard, join(place.files, name))]).toEqual([
      false,
      false,
    ])
  for (const name of [...Object.keys(OURS), 'copy', 'run/token', 'network-key.json.copied-2026', 'network.db-wal'])
    expect([name, await guard.has(join(place.files, name)), isPrivateSync(guard, join(place.files, name))]).toEqual([
      name,
      true,
      true,
    ])
})

test('what a folder contains is read again within a second', async () => {
  using place = createPlace()
  const guard = new PrivateFiles(place.data)
  const copy = join(place.files, 'copy')
  writeOurs(copy, ['device.json', 'network.db'])
  writeFileSync(join(copy, 'device.json'), '')
  // The guard caches an answer only if the folder has been unchanged for a while.
  await expect.poll(() => Date.now() - statSync(copy).ctimeMs).toBeGreaterThan(2_500)
  expect(await guard.has(copy)).toBe(false)
  // No time stamp of the folder changes.
  writeFileSync(join(copy, 'device.json'), OURS['device.json'])
  await expect.poll(() => guard.has(copy)).toBe(true)
})

test('a key that is made later is private at once where it lies, and within a second where it has another name', async () => {
  using place = createPlace()
  const guard = new PrivateFiles(place.data)
  expect(await guard.has(join(place.files, 'letter.txt'))).toBe(false)
  writeFileSync(join(place.data, 'run/new-key'), 'key')
  expect(await guard.has(join(place.data, 'run/new-key'))).toBe(true)
  linkSync(join(place.data, 'run/new-key'), join(place.files, 'other.txt'))
  await expect.poll(() => guard.has(join(place.files, 'other.txt'))).toBe(true)
})

const canMount = spawnSync('unshare', ['-rm', 'true']).status === 0

test.runIf(canMount)('a bind mount of the data folder, of a folder in it or of one file hides nothing', () => {
  using place = createPlace()
  const mounts = ['whole', 'run', 'key'].map((name) => join(place.root, name))
  for (const folder of mounts.slice(0, 2)) mkdirSync(folder)
  writeFileSync(mounts[2]!, '')
  const sources = [place.data, join(place.data, 'run'), join(place.data, 'network-key.json')]
  const commands = mounts.map((to, at) => `mount --bind '${sources[at]}' '${to}'`)
  const script = `
    const { PrivateFiles } = await import(${JSON.stringify(fileURLToPath(new URL('private-files.ts', import.meta.url)))})
    const guard = new PrivateFiles(${JSON.stringify(place.data)})
    const paths = ${JSON.stringify([join(mounts[0]!, 'network-key.json'), join(mounts[1]!, 'token'), mounts[2]!, join(place.files, 'letter.txt')])}
    console.log(JSON.stringify(await Promise.all(paths.map((path) => guard.has(path)))))`
  const node = `'${process.execPath}' --input-type=module`
  const { stderr, stdout } = spawnSync('unshare', ['-rm', 'sh', '-c', `${commands.join(' && ')} && ${node}`], {
    input: script,
    encoding: 'utf8',
  })
  expect([stderr, stdout.trim()]).toEqual(['', '[true,true,true,false]'])
})

test.runIf(canMount)('the root of a file system does not become private as a whole', () => {
  using place = createPlace()
  const root = join(place.root, 'stick')
  mkdirSync(root)
  const script = `
    const { mkdirSync, writeFileSync } = await import('node:fs')
    const { PrivateFiles } = await import(${JSON.stringify(fileURLToPath(new URL('private-files.ts', import.meta.url)))})
    const guard = new PrivateFiles(${JSON.stringify(place.data)})
    const ours = ${JSON.stringify(OURS)}
    const root = ${JSON.stringify(root)}
    mkdirSync(root + '/folder')
    for (const folder of [root, root + '/folder'])
      for (const [name, text] of [...Object.entries(ours), ['letter.txt', 'x']]) writeFileSync(folder + '/' + name, text)
    const paths = ['', '/letter.txt', '/network-key.json', '/network.db', '/folder/letter.txt']
    console.log(JSON.stringify(await Promise.all(paths.map((path) => guard.has(root + path)))))
    console.log(JSON.stringify(paths.map((path) => guard.reasonSync(root + path) !== null)))`
  const node = `'${process.execPath}' --input-type=module`
  const { stderr, stdout } = spawnSync('unshare', ['-rm', 'sh', '-c', `mount -t tmpfs none '${root}' && ${node}`], {
    input: script,
    encoding: 'utf8',
  })
  const expected = '[false,false,true,true,true]'
  expect([stderr, stdout.trim()]).toEqual(['', `${expected}\n${expected}`])
})

test('a file that gets the inode of a deleted file of the data folder is not private', async ({ skip }) => {
  using place = createPlace()
  const guard = new PrivateFiles(place.data)
  const draft = join(place.data, 'run/draft')
  writeFileSync(draft, 'x')
  const { ino } = statSync(draft)
  expect(await guard.has(draft)).toBe(true)
  rmSync(draft)
  let path = join(place.files, 'new 0')
  for (let i = 0; i < 50; i++) {
    path = join(place.files, `new ${i}`)
    writeFileSync(path, 'x')
    if (statSync(path).ino === ino) break
  }
  if (statSync(path).ino !== ino) skip('this file system does not reuse inodes at once')
  expect(await guard.has(path)).toBe(false)
  expect(isPrivateSync(guard, path)).toBe(false)
})

test('a file of the data folder stays private when it is renamed there', async () => {
  using place = createPlace()
  const guard = new PrivateFiles(place.data)
  expect(await guard.has(join(place.data, 'network-key.json'))).toBe(true)
  linkSync(join(place.data, 'network-key.json'), join(place.files, 'holiday.jpg'))
  renameSync(join(place.data, 'network-key.json'), join(place.data, 'network-key.json.old'))
  expect(await guard.has(join(place.files, 'holiday.jpg'))).toBe(true)
})
