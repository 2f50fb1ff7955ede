import { utimesSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { ListInput } from '../src/sources/index.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'

const { signal } = new AbortController()
const plain = {
  all: false,
  sort: 'name',
  reverse: false,
  foldersFirst: true,
  thumbs: false,
  limit: 1_000,
  offset: 0,
} as const

async function names(t: TestCore, input: Partial<ListInput> = {}): Promise<string[]> {
  const { items } = await t.library.files.list({ ...plain, path: t.root, ...input }, signal)
  return items.map(({ name }) => name)
}

/** Two folders, and files that differ in all that a folder is listed by. */
function writeMixed(t: TestCore): void {
  t.write('b/large.bin', 'x'.repeat(5_000))
  t.write('z/small.bin', 'x')
  const files = { 'a.txt': 30, 'c.JPG': 10, 'file 2.md': 20, 'file 10.md': 20, y: 1 }
  for (const [i, [name, size]] of Object.entries(files).entries()) {
    const path = t.write(name, 'x'.repeat(size))
    utimesSync(path, 1_700_000_000 + i, 1_700_000_000 + i)
  }
  utimesSync(t.path('b'), 1_600_000_000, 1_600_000_000)
  utimesSync(t.path('z'), 1_800_000_000, 1_800_000_000)
}

test('a folder is listed in every order, folders before all else or among it, and on the disk as in the index', async () => {
  await using t = await createTestCore()
  writeMixed(t)
  const expected = async () => {
    const files = ['a.txt', 'c.JPG', 'file 2.md', 'file 10.md', 'y']
    expect(await names(t)).toEqual(['b', 'z', ...files])
    expect(await names(t, { reverse: true })).toEqual(['z', 'b', ...files.toReversed()])
    expect(await names(t, { foldersFirst: false })).toEqual([
      'a.txt',
      'b',
      'c.JPG',
      'file 2.md',
      'file 10.md',
      'y',
      'z',
    ])
    expect(await names(t, { sort: 'modified' })).toEqual(['z', 'b', 'y', 'file 10.md', 'file 2.md', 'c.JPG', 'a.txt'])
    expect(await names(t, { sort: 'modified', foldersFirst: false })).toEqual([
      'z',
      'y',
      'file 10.md',
      'file 2.md',
      'c.JPG',
      'a.txt',
      'b',
    ])
    expect((await names(t, { sort: 'size' })).slice(2)).toEqual(['a.txt', 'file 2.md', 'file 10.md', 'c.JPG', 'y'])
    expect(await names(t, { sort: 'extension' })).toEqual(['b', 'z', 'y', 'c.JPG', 'file 2.md', 'file 10.md', 'a.txt'])
    expect(await names(t, { sort: 'type', reverse: true })).toEqual([
      'b',
      'z',
      'y',
      'a.txt',
      'file 2.md',
      'file 10.md',
      'c.JPG',
    ])
    expect((await names(t, { sort: 'created' })).toSorted()).toEqual((await names(t)).toSorted())
    expect(await names(t, { sort: 'name', offset: 2, limit: 2 })).toEqual(['a.txt', 'c.JPG'])
  }
  await expected()
  await t.add()
  await expected()
  expect((await names(t, { sort: 'size' })).slice(0, 2)).toEqual(['b', 'z'])
  expect((await names(t, { sort: 'size', foldersFirst: false }))[0]).toBe('b')
})

test('a window of a large folder is the same cut of the whole, whatever the order, and new files are in it', async () => {
  await using t = await createTestCore()
  for (let i = 0; i < 2_500; i++) t.write(`many/${i}.txt`, 'x'.repeat((i * 7) % 1_000))
  await t.add()
  const path = t.path('many')
  for (const sort of ['name', 'size', 'type'] as const)
    for (const reverse of [false, true]) {
      const whole = await names(t, { path, sort, reverse, limit: 10_000 })
      expect(new Set(whole).size).toBe(2_500)
      expect(await names(t, { path, sort, reverse, offset: 2_100, limit: 50 })).toEqual(whole.slice(2_100, 2_150))
    }
  const bySize = await names(t, { path, sort: 'size', limit: 10_000 })
  t.write('many/largest.txt', 'x'.repeat(1_001))
  await t.library.locations.rescan({ location: t.root, force: false })
  await t.settle()
  expect(await names(t, { path, sort: 'size', limit: 10_000 })).toEqual(['largest.txt', ...bySize])
  t.remove('many/largest.txt')
  await t.library.locations.rescan({ location: t.root, force: false })
  await t.settle()
  expect(await names(t, { path, sort: 'size', limit: 10_000 })).toEqual(bySize)
})

test('a folder that is not indexed is seen anew when it is opened, and when something comes', async () => {
  await using t = await createTestCore()
  for (let i = 0; i < 4; i++) t.write(`${i}.txt`, 'x')
  expect(await names(t, { limit: 2 })).toEqual(['0.txt', '1.txt'])
  expect(await names(t, { limit: 2, offset: 2 })).toEqual(['2.txt', '3.txt'])
  t.write('new.txt', 'x'.repeat(10))
  expect(await names(t, { limit: 3, offset: 2 })).toEqual(['2.txt', '3.txt', 'new.txt'])
  t.append('3.txt', 'x'.repeat(20))
  expect(await names(t, { sort: 'size', limit: 2 })).toEqual(['3.txt', 'new.txt'])
  await expect(names(t, { path: t.path('none') })).rejects.toMatchObject({ code: 'NotFound' })
  const given = AbortSignal.abort()
  await expect(t.library.files.list({ ...plain, path: t.root }, given)).rejects.toBe(given.reason)
  expect(await names(t, { limit: 1 })).toEqual(['0.txt'])
})

test('a row is found again by its path, and by what its name begins with, from a place on', async () => {
  await using t = await createTestCore()
  for (let i = 0; i < 2_200; i++) t.write(`many/img_${i}.txt`)
  t.write('many/Résumé.pdf')
  t.write('many/folder/x')
  const path = t.path('many')
  const seek = async (input: object) => {
    const order = { sort: 'name', reverse: false, foldersFirst: true } as const
    return (await t.library.files.seek({ path, all: false, from: 0, ...order, ...input }, signal)).offset
  }
  const find = async () => {
    const byName = await names(t, { path, limit: 10_000 })
    expect(await seek({ prefix: 'IMG_21' })).toBe(byName.indexOf('img_21.txt'))
    expect(await seek({ prefix: 'img_21', from: byName.indexOf('img_21.txt') + 1 })).toBe(byName.indexOf('img_210.txt'))
    expect(await seek({ prefix: 'img_', from: byName.length - 1 })).toBe(byName.indexOf('img_0.txt'))
    expect(await seek({ prefix: 'resume' })).toBe(byName.indexOf('Résumé.pdf'))
    expect(await seek({ prefix: 'none' })).toBeNull()
    const reversed = await names(t, { path, reverse: true, sort: 'size', limit: 10_000 })
    expect(await seek({ entryPath: `${path}/img_77.txt`, reverse: true, sort: 'size' })).toBe(
      reversed.indexOf('img_77.txt'),
    )
    expect(await seek({ entryPath: `${path}/folder` })).toBe(0)
    expect(await seek({ entryPath: `${path}/gone` })).toBeNull()
  }
  await find()
  await t.add()
  await find()
})

test('what lies in a folder that is not indexed comes with its rule, its bytes and its time, and one file of it alone', async () => {
  await using t = await createTestCore()
  const raw = Buffer.concat([Buffer.from(t.path('raw-')), Buffer.from([0xff]), Buffer.from('.txt')])
  t.write('Ünïcode.txt', 'abc')
  t.write('empty')
  t.write('package.json')
  t.write('node_modules/x.js')
  writeFileSync(raw, 'raw')
  utimesSync(t.path('Ünïcode.txt'), 1_700_000_000, 1_700_000_000)
  const { items, total } = await t.library.files.list({ ...plain, path: t.root, all: true }, signal)
  expect(items.map(({ hiddenBy, id, name, nameBase64 }) => [name, hiddenBy, id, nameBase64])).toEqual([
    ['node_modules', 'dev', null, undefined],
    ['empty', undefined, null, undefined],
    ['package.json', undefined, null, undefined],
    ['raw-\uFFFD.txt', undefined, null, Buffer.from('raw-\xff.txt', 'latin1').toString('base64')],
    ['Ünïcode.txt', undefined, null, undefined],
  ])
  expect(items.at(-1)).toMatchObject({ size: 3, modifiedAt: '2023-11-14T22:13:20.000Z', extension: 'txt' })
  expect([total, await names(t)]).toEqual([5, ['empty', 'package.json', 'raw-\uFFFD.txt', 'Ünïcode.txt']])
  expect(await names(t, { all: true, offset: 5 })).toEqual([])

  for (const { nameBase64, path, pathBase64, ...entry } of items) {
    const asked = pathBase64 === undefined ? path : `base64:${pathBase64}`
    expect(await t.library.files.info(asked, signal)).toMatchObject({ ...entry, path })
  }
  const options = { recursive: false, content: false, limit: 10, names: ['empty', 'node_modules', 'gone'] }
  const looked = await t.library.indexing.look(t.root, options, signal)
  expect([looked.total, looked.items.map(({ hiddenBy, name }) => [name, hiddenBy])]).toEqual([
    2,
    [
      ['node_modules', 'dev'],
      ['empty', undefined],
    ],
  ])
})
