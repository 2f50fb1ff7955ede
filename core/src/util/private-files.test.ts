import { spawnSync } from 'node:child_process'
import { linkSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
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
      expect([path, await guard.has(path), guard.hasSync(path)]).toEqual([path, true, true])
      await expect(guard.refuse(path)).rejects.toMatchObject({ code: 'PermissionDenied' })
    }
    for (const path of [place.root, place.files, join(place.files, 'letter.txt'), '/', join(place.root, 'nothing')])
      expect([path, await guard.has(path), guard.hasSync(path)]).toEqual([path, false, false])
  }
})

test('a copy of a data folder is private, too, and so is the data folder of another instance', async () => {
  using place = createPlace()
  const guard = new PrivateFiles(place.data)
  const copy = join(place.files, 'backup')
  mkdirSync(join(copy, 'run'), { recursive: true })
  for (const name of ['device.json', 'network-key.json', 'run/token']) writeFileSync(join(copy, name), 'x')
  // A folder with one of the files is any folder.
  expect(await guard.has(join(copy, 'network-key.json'))).toBe(false)
  writeFileSync(join(copy, 'network.db'), 'x')
  for (const path of [copy, join(copy, 'network-key.json'), join(copy, 'run/token')]) {
    expect([path, await guard.has(path), guard.hasSync(path)]).toEqual([path, true, true])
    await expect(guard.refuse(path)).rejects.toMatchObject({ code: 'PermissionDenied' })
  }
  expect([await guard.has(place.files), guard.hasSync(place.files)]).toEqual([false, false])
})

test('a library outside of the data folder is private, too', async () => {
  using place = createPlace()
  const guard = new PrivateFiles(place.data)
  const library = join(place.files, 'Photos.sdlibrary')
  mkdirSync(join(library, 'sidecars'), { recursive: true })
  for (const name of ['library.json', 'database.db', 'sidecars/text']) writeFileSync(join(library, name), 'x')
  for (const path of [library, join(library, 'database.db'), join(library, 'sidecars/text')])
    expect([path, await guard.has(path), guard.hasSync(path)]).toEqual([path, true, true])
})

test('a key that is made later is private at once where it lies, and within a second where it has another name', async () => {
  using place = createPlace()
  const guard = new PrivateFiles(place.data)
  expect(await guard.has(join(place.files, 'letter.txt'))).toBe(false)
  writeFileSync(join(place.data, 'run/new-key'), 'key')
  expect(await guard.has(join(place.data, 'run/new-key'))).toBe(true)
  linkSync(join(place.data, 'run/new-key'), join(place.files, 'other.txt'))
  await expect.poll(() => guard.has(join(place.files, 'other.txt')), { timeout: 10_000 }).toBe(true)
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
