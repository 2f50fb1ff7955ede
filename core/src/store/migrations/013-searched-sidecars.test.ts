import type { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { kyselyOver, migrate, openDatabase } from '../../db/index.ts'
import { migrations } from './index.ts'

const upTo = (end: string) => Object.fromEntries(Object.entries(migrations).filter(([name]) => name < end))
const before = upTo('013')
const then = upTo('014')

/** A library of the schema before: texts and vectors that are indexed, regenerated since, waiting, and given up. */
async function earlierLibrary(): Promise<DatabaseSync> {
  const db = openDatabase(':memory:')
  await migrate(kyselyOver(db), before, 'test')
  db.exec(`
    insert into content_identities(id, uuid, hash, hash_version, size, type, confidence)
      select value, randomblob(16), randomblob(32), 1, 1, 0, 0 from json_each('[1, 2, 3, 4]');
    insert into sidecars(id, content_id, kind, variant, format, state, checksum, indexed, recipe, created_at, updated_at)
    values
      (1, 1, 0, 'grid@2x', 'webp', 2, x'01', null, 1, 0, 0),
      (2, 1, 1, 'default', 'json', 2, x'02', x'02', 1, 0, 0),
      (3, 2, 2, 'default', 'json', 2, x'03', x'13', 1, 0, 0),
      (4, 3, 4, 'default', 'json', 0, x'04', null, 1, 0, 0),
      (5, 4, 1, 'default', 'json', 3, null, x'05', 1, 0, 0),
      (6, 4, 2, 'default', 'json', 0, null, null, 1, 0, 0),
      (7, 1, 3, 'a model', 'f32', 2, x'07', x'07', 1, 0, 0),
      (8, 2, 3, 'a model', 'f32', 2, x'08', null, 1, 0, 0);
    insert into texts(rowid, text) values (1 * 16 + 1, 'one'), (2 * 16 + 2, 'two'), (4 * 16 + 1, 'four');
    insert into vectors(id, sidecar_id, model, dimensions, names, sketches) values (1, 7, 'a model', 1, 0, x'00');
    insert into vector_codes(id, code) values (1024, x'00')`)
  return db
}

function marks(db: DatabaseSync): unknown[] {
  const rows = db.prepare(
    'select sidecar_id, kind, hex(checksum) as checksum, hex(indexed) as indexed from searched_sidecars',
  )
  return rows.all().map(({ sidecar_id: id, kind, checksum, indexed }) => [id, kind, checksum, indexed])
}

test('every mark of an indexed text and an indexed vector moves to the table of the search', async () => {
  using db = await earlierLibrary()
  await migrate(kyselyOver(db), then, 'test')
  expect(marks(db)).toEqual([
    [2, 1, '02', '02'],
    [3, 2, '03', '13'],
    [4, 4, '04', ''],
    [5, 1, '', '05'],
    [7, 3, '07', '07'],
    [8, 3, '08', ''],
  ])
  expect(db.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  expect(db.prepare('pragma foreign_key_check').all()).toEqual([])
})

test('the table of the search follows each change of a checksum, and of no other sidecar', async () => {
  using db = await earlierLibrary()
  await migrate(kyselyOver(db), then, 'test')
  db.exec(`
    update sidecars set checksum = x'aa', state = 0 where id in (1, 2, 6);
    update sidecars set state = 2 where id = 2;
    update sidecars set checksum = null where id = 3;
    insert into sidecars(id, content_id, kind, variant, format, state, checksum, recipe, created_at, updated_at)
    values (9, 3, 1, 'default', 'json', 2, x'09', 1, 0, 0), (10, 3, 1, 'other', 'json', 2, x'10', 1, 0, 0)`)
  expect(marks(db)).toEqual([
    [2, 1, 'AA', '02'],
    [3, 2, '', '13'],
    [4, 4, '04', ''],
    [5, 1, '', '05'],
    [6, 2, 'AA', ''],
    [7, 3, '07', '07'],
    [8, 3, '08', ''],
    [9, 1, '09', ''],
  ])
})

test('with a sidecar its mark, its text and its vectors are deleted, and no other', async () => {
  using db = await earlierLibrary()
  await migrate(kyselyOver(db), then, 'test')
  db.exec('delete from sidecars where id in (1, 2, 7)')
  expect(marks(db).length).toBe(4)
  expect(db.prepare('select id from texts_docsize order by id').all()).toEqual([{ id: 34 }, { id: 65 }])
  expect(db.prepare('select id from vectors').all()).toEqual([])
  expect(db.prepare('select id from vector_codes').all()).toEqual([])
  db.exec('delete from content_identities')
  expect([marks(db), db.prepare('select id from texts_docsize').all()]).toEqual([[], []])
})
