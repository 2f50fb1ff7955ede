import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir } from '../testing/temp-dir.ts'
import { kyselyOver, migrate, openDatabase } from '../src/db/index.ts'
import {
  type ContentId,
  type FileType,
  fileTypeNumbers,
  sidecarKindNumbers,
  sidecarKindByNumber,
  sidecarStateNumbers,
} from '../src/domain/index.ts'
import { migrations } from '../src/store/migrations/index.ts'
import { silentLogger } from '../src/util/logger.ts'
import { LibraryStore } from '../src/store/store.ts'
import type { KnownLocation } from '../src/location/index.ts'
import type { Generator } from '../src/sidecars/index.ts'
import type { Order } from '../src/sidecars/rows/queue-rows.ts'
import { openRows } from '../src/sidecars/rows/sidecar-rows.ts'

const { signal } = new AbortController()
const READY = sidecarStateNumbers.ready
/** As many numbers as the second parameter says. */
const NUMBERS = 'with recursive numbers(value) as (select 1 union all select value + 1 from numbers where value < ?2)'

const texts: Generator = {
  kind: 'text',
  pool: () => 'doc',
  recipe: 3,
  priority: 1,
  deadlineMs: 1_000,
  maxBytes: 2 ** 20,
  variants: ['default'],
  outputs: [{ variant: 'default', format: 'json' }],
  module: new URL('file:///nothing'),
  types: ['text'],
  accepts: () => true,
}
const thumbs: Generator = {
  ...texts,
  kind: 'thumb',
  outputs: [
    { variant: 'grid@2x', format: 'webp' },
    { variant: 'grid@3x', format: 'webp' },
  ],
  types: ['text', 'image'],
  accepts: ({ size }) => size > 0,
}
const vectors: Generator = { ...texts, kind: 'embeddings', inputs: ['text'] }

const order = (generator: Generator): Order => ({ generator, outputs: generator.outputs })

/** A library of nothing but contents, each with one file in one folder. */
async function openFixture() {
  await using parts = new AsyncDisposableStack()
  const { path } = parts.use(createTempDir('queue'))
  const file = join(path, 'database.db')
  const db = parts.adopt(openDatabase(file), (each) => each.close())
  await migrate(kyselyOver(db), migrations, 'test')
  db.exec(`pragma foreign_keys = off; pragma synchronous = off;
    insert into entries(id, uuid, name, sort_key, kind, type, size, allocated, mtime, mtime_ns, ctime, inode, nlink, mode)
      values(1, randomblob(16), 'docs', x'00', 1, 0, 0, 0, 0, 0, 0, 1, 1, 0);
    insert into directories(id, volume_id, path) values(1, 1, cast('docs/' as blob))`)
  const store = parts.use(new LibraryStore({ file, readOnly: false, emit: () => {}, log: silentLogger }))
  const rows = openRows({
    store,
    select: async (sql, ...params) => db.prepare(sql).all(...params),
    change: async (sql, ...params) => Number(db.prepare(sql).run(...params).changes),
    now: () => 1_000,
  })
  const owned = parts.move()
  const addContents = (count: number, type: FileType, size = 1): number => {
    const from = Number(db.prepare('select ifnull(max(id), 0) as id from content_identities').get()!['id'])
    const values = [from, count, size, fileTypeNumbers[type]]
    db.prepare(
      `${NUMBERS} insert into content_identities(id, uuid, hash, hash_version, size, type, confidence)
       select ?1 + value, randomblob(16), randomblob(32), 1, ?3, ?4, 0 from numbers`,
    ).run(...values)
    db.prepare(
      `${NUMBERS} insert into entries(uuid, parent_id, name, sort_key, kind, type, size, allocated, mtime, mtime_ns, ctime, inode, nlink, mode, content_id)
       select randomblob(16), 1, 'a file', randomblob(16), 0, ?4, ?3, 0, 0, 0, 0, 2, 1, 0, ?1 + value from numbers`,
    ).run(...values)
    return from + 1
  }
  const location = { volumeId: 1, volumePath: 'docs/' } as KnownLocation
  return {
    db,
    rows,
    addContents,
    enqueue: (generators: readonly Generator[], contents: readonly number[] | null = null) =>
      rows.queue.enqueueMissing(
        { orders: generators.map(order), where: { location, except: [] }, maxBytes: 1_000, contents, areViewed: false },
        signal,
      ),
    counts: () => {
      const found = db.prepare('select kind, recipe, count(*) as n from sidecars group by 1, 2 order by 1').all()
      return found.map(({ kind, n, recipe }) => `${Number(n)} ${sidecarKindByNumber[Number(kind)]} ${Number(recipe)}`)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

test('more contents than one turn takes are queued once, each with what its generators make of it', async () => {
  await using t = await openFixture()
  t.addContents(2_500, 'text')
  t.addContents(1_000, 'image')
  t.addContents(10, 'image', 0)
  t.addContents(10, 'text', 2_000)
  t.addContents(10, 'audio')
  t.addContents(1_500, 'text')
  expect(await t.enqueue([thumbs, texts])).toBe(14_000)
  expect(t.counts()).toEqual(['10000 thumb 3', '4000 text 3'])
  expect(await t.enqueue([thumbs, texts])).toBe(0)
  t.db.exec('delete from sidecars where content_id between 100 and 299 and kind = 4')
  t.db.exec(`delete from sidecars where content_id between 200 and 399 and variant = 'grid@3x'`)
  expect(await t.enqueue([thumbs, texts], [100, 200, 300, 400])).toBe(4)
  expect(await t.enqueue([thumbs, texts])).toBe(396)
  expect(t.counts()).toEqual(['10000 thumb 3', '4000 text 3'])
})

test('sidecars derived from other sidecars are queued once those exist', async () => {
  await using t = await openFixture()
  const first = t.addContents(3, 'text')
  await t.enqueue([texts])
  t.db.exec(`update sidecars set state = ${READY} where content_id < ${first + 2}`)
  const put = t.db.prepare('insert into texts(rowid, text) values(?, ?)')
  put.run(first * 16 + sidecarKindNumbers.text, 'words')
  put.run((first + 1) * 16 + sidecarKindNumbers.text, '')
  expect(await t.enqueue([vectors, thumbs])).toBe(7)
  expect(t.counts()).toEqual(['6 thumb 3', '1 embeddings 3', '3 text 3'])
})

test('pending contents are handed out in the order of the queue, each with all its pending sidecars', async () => {
  await using t = await openFixture()
  const first = t.addContents(3, 'image')
  const later = first + 1
  await t.enqueue([thumbs], [first, first + 2])
  await t.enqueue([{ ...thumbs, outputs: [thumbs.outputs[0]!] }], [later])
  const { work } = t.rows
  const ids = (contents: readonly { contentRowId: number }[]) => contents.map(({ contentRowId }) => contentRowId)
  const begun = await work.pending('thumb', 0, 3)
  expect(ids(begun.contents)).toEqual([first, first + 2])
  expect(begun.contents.map(({ rows }) => rows.map(({ variant }) => variant))).toEqual([
    ['grid@2x', 'grid@3x'],
    ['grid@2x', 'grid@3x'],
  ])
  const next = await work.pending('thumb', begun.last, 3)
  expect(ids(next.contents)).toEqual([first + 2, later])
  expect(await work.pending('thumb', next.last, 3)).toEqual({ contents: [], last: next.last })
  expect(await work.waiting('thumb', later)).toMatchObject({ contentRowId: later, rows: [{ variant: 'grid@2x' }] })
  expect(await work.waiting('text', later)).toBe(null)
  expect([work.countPending(), work.countPending('thumb'), work.countPending('text')]).toEqual([5, 5, 0])
})

test('a sidecar gets an id when it is ready, and keeps it when it is regenerated', async () => {
  await using t = await openFixture()
  const contentRowId = t.addContents(1, 'text')
  await t.enqueue([texts])
  const row = () => t.db.prepare('select id, uuid, state from sidecars').get()!
  expect(row()['uuid']).toBe(null)
  const make = () =>
    t.rows.work.record([
      {
        contentRowId,
        contentId: '00000000-0000-8000-8000-000000000001' as ContentId,
        findings: {},
        recipe: 3,
        attempts: 1,
        tookMs: 1,
        outcomes: [
          {
            id: Number(row()['id']),
            state: 'ready',
            engine: { name: 'test', version: '1' },
            size: 1,
            checksum: new Uint8Array(32),
          },
        ],
      },
    ])
  await make()
  const { uuid } = row()
  expect(uuid).toHaveLength(16)
  await t.rows.queue.requeue({ kind: 'text' })
  await make()
  expect(row()).toMatchObject({ uuid, state: READY })
})

test('only work that was queued and not started is dropped', async () => {
  await using t = await openFixture()
  t.addContents(3_000, 'text')
  await t.enqueue([texts, thumbs])
  t.db.exec(`update sidecars set state = ${READY} where content_id <= 10`)
  t.db.exec('update sidecars set attempts = 1 where content_id between 11 and 20')
  expect(t.rows.work.hasPending()).toBe(true)
  await t.rows.queue.forgetQueued()
  expect(t.counts()).toEqual(['40 thumb 3', '20 text 3'])
  expect(t.rows.work.countPending()).toBe(30)
})
