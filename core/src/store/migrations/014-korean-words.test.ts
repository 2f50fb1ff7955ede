import { expect, test } from 'vitest'
import { kyselyOver, migrate, openDatabase } from '../../db/index.ts'
import { migrations } from './index.ts'

const before = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '014'))

test('every indexed text is read again, and no vector', async () => {
  using db = openDatabase(':memory:')
  await migrate(kyselyOver(db), before, 'test')
  db.exec(`
    insert into searched_sidecars(sidecar_id, kind, checksum, indexed)
      values (1, 1, x'01', x'01'), (2, 2, x'02', x'02'), (3, 4, x'03', null), (4, 3, x'04', x'04');
    insert into texts(rowid, text) values (17, 'one')`)
  await migrate(kyselyOver(db), migrations, 'test')
  const rows = db.prepare('select sidecar_id as id, hex(indexed) as indexed from searched_sidecars order by 1').all()
  expect(rows.map(({ id, indexed }) => [id, indexed])).toEqual([
    [1, ''],
    [2, ''],
    [3, ''],
    [4, '04'],
  ])
  expect(db.prepare('select count(*) as texts from texts').get()).toEqual({ texts: 0 })
  db.exec("insert into texts(rowid, text) values (17, 'one')")
  expect(db.prepare("select rowid as id from texts where texts match 'one'").all()).toEqual([{ id: 17 }])
})
