import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTempDir } from '../../../testing/temp-dir.ts'
import { createTestIndex, type TestIndex } from '../../../testing/test-index.ts'

/** What the disk holds, in the form the rows are compared in. */
function disk(root: string): Map<string, object> {
  const found = new Map<string, object>()
  const look = (dir: string, prefix: string) => {
    for (const name of readdirSync(Buffer.from(dir, 'latin1'), 'latin1')) {
      const stats = lstatSync(Buffer.from(`${dir}/${name}`, 'latin1'), { bigint: true })
      const kind = stats.isFile() ? 0 : stats.isDirectory() ? 1 : stats.isSymbolicLink() ? 2 : 3
      const size = kind === 0 || kind === 2 ? Number(stats.size) : 0
      found.set(prefix + name, {
        kind,
        size,
        mtime: Number(stats.mtimeMs),
        ns: Number(stats.mtimeNs % 1_000_000n),
        inode: Number(stats.ino),
        nlink: Number(stats.nlink),
      })
      if (kind === 1) look(`${dir}/${name}`, `${prefix}${name}/`)
    }
  }
  look(Buffer.from(root).toString('latin1'), '')
  return found
}

function indexed(index: TestIndex): Map<string, object> {
  const rows = [...index.rows()].map(([path, row]) => {
    const { kind, size, mtime, mtime_ns: ns, inode, nlink } = row
    return [path, { kind, size, mtime, ns, inode, nlink }] as const
  })
  return new Map(rows)
}

function expectTrue(index: TestIndex, root: string): void {
  const sorted = (map: Map<string, object>) => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1))
  expect(sorted(indexed(index))).toEqual(sorted(disk(root)))
  expect(index.wrongSums()).toEqual([])
}

test('a first scan records everything, a second changes nothing and writes nothing', async () => {
  using dir = createTempDir()
  mkdirSync(join(dir.path, 'a/b/c'), { recursive: true })
  writeFileSync(join(dir.path, 'a/one.txt'), 'one')
  writeFileSync(join(dir.path, 'a/b/c/two.txt'), 'twotwo')
  symlinkSync('/', join(dir.path, 'a/loop'))
  using index = await createTestIndex(dir.path)
  expect((await index.scan()).changes).toEqual({ added: 6, modified: 0, moved: 0, removed: 0 })
  expectTrue(index, dir.path)
  index.commits.length = 0
  expect((await index.scan()).changes).toEqual({ added: 0, modified: 0, moved: 0, removed: 0 })
  expect(index.commits.flatMap((touched) => [...touched.added, ...touched.modified])).toEqual([])
})

test('a file edited in place with its times put back is noticed all the same', async () => {
  using dir = createTempDir()
  const file = join(dir.path, 'a.txt')
  writeFileSync(file, 'before')
  const { atime, mtime } = lstatSync(file)
  using index = await createTestIndex(dir.path)
  await index.scan()
  writeFileSync(file, 'after!')
  utimesSync(file, atime, mtime)
  expect((await index.scan()).changes.modified).toBe(1)
})

test('a moved file and a moved folder keep their ids', async () => {
  using dir = createTempDir()
  mkdirSync(join(dir.path, 'from/deep'), { recursive: true })
  mkdirSync(join(dir.path, 'to'))
  writeFileSync(join(dir.path, 'from/deep/a.txt'), 'a')
  writeFileSync(join(dir.path, 'from/b.txt'), 'b')
  using index = await createTestIndex(dir.path)
  await index.scan()
  const before = index.rows()
  renameSync(join(dir.path, 'from/deep'), join(dir.path, 'to/shallow'))
  renameSync(join(dir.path, 'from/b.txt'), join(dir.path, 'to/c.txt'))
  const { changes } = await index.scan()
  expect(changes).toMatchObject({ added: 0, moved: 2, removed: 0 })
  const after = index.rows()
  expect(after.get('to/shallow')?.uuid).toBe(before.get('from/deep')?.uuid)
  expect(after.get('to/shallow/a.txt')?.uuid).toBe(before.get('from/deep/a.txt')?.uuid)
  expect(after.get('to/c.txt')?.uuid).toBe(before.get('from/b.txt')?.uuid)
  expectTrue(index, dir.path)
})

test('an emptied root is not believed until somebody says so', async () => {
  using dir = createTempDir()
  writeFileSync(join(dir.path, 'a.txt'), 'a')
  using index = await createTestIndex(dir.path)
  await index.scan()
  rmSync(join(dir.path, 'a.txt'))
  await expect(index.scan()).rejects.toMatchObject({ code: 'Conflict' })
  expect(index.rows().size).toBe(1)
  await index.scan({ force: true })
  expect(index.rows().size).toBe(0)
})

test('a scan that is stopped and begun again does each folder once', async () => {
  using dir = createTempDir()
  for (let i = 0; i < 50; i++) {
    mkdirSync(join(dir.path, `d${i}`))
    writeFileSync(join(dir.path, `d${i}/f.txt`), 'x')
  }
  using index = await createTestIndex(dir.path)
  const controller = new AbortController()
  const startedAt = Date.now()
  let leases = 0
  const lease = async () => {
    if (++leases === 2) controller.abort()
    return { [Symbol.dispose]: () => {} }
  }
  await expect(index.scan({ startedAt }, { signal: controller.signal, lease })).rejects.toThrow(/abort/i)
  await index.scan({ startedAt })
  const added = index.commits.flatMap((touched) => touched.added)
  expect(new Set(added).size).toBe(added.length)
  expectTrue(index, dir.path)
})

test('a folder that cannot be read keeps its rows and is told once', async ({ skip }) => {
  using dir = createTempDir()
  mkdirSync(join(dir.path, 'closed'))
  writeFileSync(join(dir.path, 'closed/a.txt'), 'a')
  using index = await createTestIndex(dir.path)
  await index.scan()
  chmodSync(join(dir.path, 'closed'), 0)
  if (process.getuid?.() === 0) skip('root reads everything')
  const report = await index.scan()
  chmodSync(join(dir.path, 'closed'), 0o755)
  expect(report.unreadable).toBe(1)
  expect(index.warnings).toEqual([{ code: 'PermissionDenied', path: join(dir.path, 'closed') }])
  expect(index.rows().has('closed/a.txt')).toBe(true)
})

test('files that could not be read are announced when their folder may be read again', async () => {
  using dir = createTempDir()
  mkdirSync(join(dir.path, 'closed/below'), { recursive: true })
  writeFileSync(join(dir.path, 'closed/below/file'), 'text')
  using index = await createTestIndex(dir.path)
  await index.scan()
  index.db.exec(`update entries set content_state = 2 where name = 'file'`)
  chmodSync(join(dir.path, 'closed'), 0o700)
  index.commits.length = 0
  await index.scan()
  const { id } = index.rows().get('closed/below/file')!
  expect(index.db.prepare('select content_state from entries where id = ?').get(id)).toEqual({ content_state: 0 })
  expect(index.commits.flatMap((touched) => touched.modified)).toContain(id)
})

test('files that could not be read wait again once they have moved, or a folder above them', async () => {
  using dir = createTempDir()
  for (const folder of ['closed/inner/deep', 'closed/other']) mkdirSync(join(dir.path, folder), { recursive: true })
  const files = ['closed/inner/deep/one.txt', 'closed/two.txt', 'closed/other/three.txt']
  for (const file of files) writeFileSync(join(dir.path, file), file)
  using index = await createTestIndex(dir.path)
  await index.scan()
  index.db.exec('update entries set content_state = 2 where kind = 0')
  renameSync(join(dir.path, 'closed/inner'), join(dir.path, 'inner'))
  renameSync(join(dir.path, 'closed/two.txt'), join(dir.path, 'two.txt'))
  await index.scan()
  const states = index.db.prepare(
    'select cast(name as text) as name, content_state as state from entries where kind = 0 order by name',
  )
  expect(states.all()).toEqual([
    { name: 'one.txt', state: 0 },
    { name: 'three.txt', state: 2 },
    { name: 'two.txt', state: 0 },
  ])
})

test('names of every kind are recorded as they are', async () => {
  using dir = createTempDir()
  const names = [
    'new\nline',
    '"quotes\'',
    'tab\t',
    'caf\u00e9',
    'cafe\u0301',
    'x'.repeat(255),
    ' ',
    '\u202Egnp.exe',
    '\ufffd',
  ]
  for (const name of names) writeFileSync(join(dir.path, name), name)
  writeFileSync(Buffer.concat([Buffer.from(`${dir.path}/`), Buffer.from([0x66, 0xff, 0xfe])]), 'bytes')
  mkdirSync(Buffer.concat([Buffer.from(`${dir.path}/`), Buffer.from([0xff])]))
  writeFileSync(Buffer.concat([Buffer.from(`${dir.path}/`), Buffer.from([0xff]), Buffer.from('/in')]), 'in')
  using index = await createTestIndex(dir.path)
  await index.scan()
  expectTrue(index, dir.path)
  await index.scan()
  expectTrue(index, dir.path)
})

const NAMES = ['a', 'b', 'c.txt', 'd.jpg', 'Ä', '10', '9']

/** One random change of a tree, as people and programs make them. */
function change(root: string, random: (n: number) => number): void {
  const all = [...disk(root)]
  const dirs = ['', ...all.filter(([, of]) => (of as { kind: number }).kind === 1).map(([path]) => path)]
  const any = all.length > 0 ? all[random(all.length)]![0] : null
  const dir = dirs[random(dirs.length)]!
  const target = join(root, dir, NAMES[random(NAMES.length)]!)
  const source = any === null ? null : join(root, Buffer.from(any, 'latin1').toString())
  const attempt = (work: () => void) => {
    try {
      work()
    } catch {
      // Not every change is possible: a folder into itself, a file over a folder.
    }
  }
  switch (random(9)) {
    case 0:
    case 1:
      return attempt(() => writeFileSync(target, 'x'.repeat(random(40))))
    case 2:
      return attempt(() => mkdirSync(target))
    case 3:
      return attempt(() => rmSync(source ?? target, { recursive: true }))
    case 4:
    case 5:
      return attempt(() => renameSync(source!, target))
    case 6:
      return attempt(() => linkSync(source!, target))
    case 7:
      return attempt(() => symlinkSync('nowhere', target))
    default:
      return attempt(() => {
        writeFileSync(`${source ?? target}.tmp`, 'new')
        renameSync(`${source ?? target}.tmp`, source ?? target)
      })
  }
}

/** Plenty for a disk that does answer. */
const patience = { answerMs: 60_000 }

test('a folder moved on a disk that may never answer keeps its rows', async () => {
  using dir = createTempDir()
  mkdirSync(join(dir.path, 'a/sub'), { recursive: true })
  mkdirSync(join(dir.path, 'b'))
  writeFileSync(join(dir.path, 'a/sub/file'), 'file')
  using index = await createTestIndex(dir.path, { patience })
  await index.scan()
  const before = index.rows()
  renameSync(join(dir.path, 'a/sub'), join(dir.path, 'b/moved'))
  await index.scan()
  expectTrue(index, dir.path)
  expect(index.rows().get('b/moved')?.uuid).toBe(before.get('a/sub')?.uuid)
  expect(index.rows().get('b/moved/file')?.uuid).toBe(before.get('a/sub/file')?.uuid)
})

test.each([
  ['in this thread', { threads: 0 }],
  ['by threads', { threads: 1 }],
  ['by processes', { threads: 1, patience }],
] as const)('a folder moved away whose place another takes is not taken for that one, %s', async (_how, options) => {
  using dir = createTempDir()
  mkdirSync(join(dir.path, 'a/sub'), { recursive: true })
  mkdirSync(join(dir.path, 'b'))
  writeFileSync(join(dir.path, 'a/sub/file'), 'file')
  using index = await createTestIndex(dir.path)
  await index.scan(options)
  renameSync(join(dir.path, 'a/sub'), join(dir.path, 'b/moved'))
  mkdirSync(join(dir.path, 'a/sub'))
  // An unknown folder makes the scan ask early which folders are known.
  mkdirSync(join(dir.path, 'new'))
  await index.scan(options)
  expectTrue(index, dir.path)
})

test('a scan that was interrupted goes on where it was, by processes too', async () => {
  using dir = createTempDir()
  for (const name of ['a', 'a/b', 'a/b/c', 'd']) mkdirSync(join(dir.path, name))
  for (const name of ['a/1', 'a/b/2', 'a/b/c/3', 'd/4']) writeFileSync(join(dir.path, name), name)
  using index = await createTestIndex(dir.path, { patience })
  const startedAt = Date.now()
  const controller = new AbortController()
  const progress = () => controller.abort()
  await expect(index.scan({ startedAt }, { signal: controller.signal, progress })).rejects.toThrow(/abort|cancel/i)
  await index.scan({ startedAt })
  expectTrue(index, dir.path)
})

test.each([
  ['', {}, 300],
  [', on a disk that may never answer', { patience }, 3],
] as const)('after any changes, a rescan and a refresh both equal the disk%s', async (_where, options, numRuns) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.nat(), { minLength: 8, maxLength: 60 }), { minLength: 2, maxLength: 4 }),
      async (rounds) => {
        using dir = createTempDir()
        using scanned = await createTestIndex(dir.path, options)
        using refreshed = await createTestIndex(dir.path, options)
        for (const numbers of rounds) {
          let at = 0
          const random = (n: number) => numbers[at++ % numbers.length]! % n
          const before = new Set(disk(dir.path).keys())
          while (at < numbers.length) change(dir.path, random)
          await scanned.scan({ force: true })
          expectTrue(scanned, dir.path)
          const paths = [...new Set([...before, ...disk(dir.path).keys()])]
          const present = [...disk(dir.path)]
            .filter(([, of]) => (of as { kind: number }).kind === 1)
            .map(([path]) => path)
          const folders = new Set(['.', ...paths.map((path) => dirname(path)), ...present])
          const dirty = [...folders]
            .toSorted((a, b) => a.length - b.length)
            .map((folder) => ({
              dir: folder === '.' ? dir.path : join(dir.path, Buffer.from(folder, 'latin1').toString()),
              names: null,
              depth: 99,
            }))
          await refreshed.refresh(dirty)
          expectTrue(refreshed, dir.path)
        }
      },
    ),
    { numRuns },
  )
})

test('a symlink in the place of a file has none of its content', async () => {
  using dir = createTempDir('scan')
  writeFileSync(join(dir.path, 'f'), 'content')
  using index = await createTestIndex(dir.path)
  await index.scan()
  const { id } = index.rows().get('f')!
  const facts = [
    `insert into content_identities(id, uuid, hash, hash_version, size, type, confidence)
       values(1, randomblob(16), randomblob(32), 1, 7, 0, 0)`,
    `insert into stale_contents(entry_id, content_id) values(${id}, 1)`,
    `insert into content_conflicts(entry_id, extension, looks_like) values(${id}, 'a', 'b')`,
    `update entries set content_id = 1, content_state = 1 where id = ${id}`,
  ]
  for (const sql of facts) index.db.prepare(sql).run()
  rmSync(join(dir.path, 'f'))
  symlinkSync('nowhere', join(dir.path, 'f'))
  await index.scan()
  const row = index.rows().get('f')!
  expect([row.id, row.content_id]).toEqual([id, null])
  const left = 'select entry_id from stale_contents union all select entry_id from content_conflicts'
  expect(index.db.prepare(left).all()).toEqual([])
})
