import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir } from '../../../testing/temp-dir.ts'
import { createTroubledDisk } from '../../../testing/troubled-disk.ts'
import { loadBlake3 } from '../../util/blake3.ts'
import { type UserDisk, userDisk } from '../../sources/index.ts'
import { placeFile, removePlaced } from './place-file.ts'

const { signal } = new AbortController()
const blake3 = await loadBlake3()
const bytes = Buffer.from('a film')
const film = { size: bytes.length, checksum: Uint8Array.from(blake3.hash(bytes)) }

test('a file is not taken away where the two places are one', async () => {
  using temp = createTempDir('place')
  const folder = join(temp.path, 'a')
  mkdirSync(folder)
  symlinkSync(folder, join(temp.path, 'b'))
  const [from, to] = [join(folder, 'a.mov'), join(temp.path, 'b', 'a.mov')]
  writeFileSync(from, bytes)
  await expect(removePlaced({ ...film, from, to }, userDisk, signal)).rejects.toMatchObject({ code: 'Conflict' })
  expect(readFileSync(from)).toEqual(bytes)
})

test('a file is not taken away where it lies nowhere else', async () => {
  using temp = createTempDir('place')
  const [from, to] = [join(temp.path, 'a.mov'), join(temp.path, 'b.mov')]
  writeFileSync(from, bytes)
  await expect(removePlaced({ ...film, from, to }, userDisk, signal)).rejects.toMatchObject({ code: 'Conflict' })
  symlinkSync(from, to)
  await expect(removePlaced({ ...film, from, to }, userDisk, signal)).rejects.toMatchObject({ code: 'Conflict' })
  await expect(placeFile({ ...film, from, to, draft: `${to}.part` }, userDisk, signal)).rejects.toMatchObject({
    code: 'AlreadyExists',
  })
  rmSync(to)
  linkSync(from, to)
  await removePlaced({ ...film, from, to }, userDisk, signal)
  expect(existsSync(from)).toBe(false)
  expect(readFileSync(to)).toEqual(bytes)
})

test('a copy that does not come about leaves no draft, and nothing in a place that is taken', async () => {
  using temp = createTempDir('place')
  const [from, to] = [join(temp.path, 'a.mov'), join(temp.path, 'deep', 'folder', 'b.mov')]
  const draft = join(temp.path, 'draft')
  writeFileSync(from, bytes)
  // A second name of it: it is copied.
  linkSync(from, join(temp.path, 'other.mov'))
  await placeFile({ ...film, from, to, draft }, userDisk, signal)
  expect(readFileSync(to)).toEqual(bytes)
  writeFileSync(to, 'b film')
  await expect(placeFile({ ...film, from, to, draft }, userDisk, signal)).rejects.toMatchObject({
    code: 'AlreadyExists',
  })
  expect(readFileSync(to, 'utf8')).toBe('b film')
  expect(readdirSync(temp.path).toSorted()).toEqual(['a.mov', 'deep', 'other.mov'])
})

test.each([
  ['as a link', false],
  ['as a copy', true],
])('a move %s that is killed at any call of the disk is completed by the next one', async (_how, isCopied) => {
  for (let at = 1, isOver = false; !isOver; at++) {
    using temp = createTempDir('place')
    const [from, to] = [join(temp.path, 'a.mov'), join(temp.path, 'deep', 'b.mov')]
    const draft = join(temp.path, 'draft')
    writeFileSync(from, bytes)
    if (isCopied) linkSync(from, join(temp.path, 'other.mov'))
    const { disk, stopped } = createTroubledDisk(userDisk, { at, how: 'stop' })
    const move = async (on: UserDisk) => {
      await placeFile({ ...film, from, to, draft }, on, signal)
      await removePlaced({ ...film, from, to }, on, signal)
    }
    isOver = await Promise.race([stopped.then(() => false), move(disk).then(() => true)])
    const isAnywhere = [from, to].some((path) => existsSync(path) && readFileSync(path).equals(bytes))
    expect([at, isAnywhere]).toEqual([at, true])
    // A file that is at its new place only has been moved.
    if (existsSync(from)) await move(userDisk)
    expect([at, existsSync(from), existsSync(draft), readFileSync(to).equals(bytes)]).toEqual([at, false, false, true])
  }
})
