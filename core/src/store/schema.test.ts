import type { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { kyselyOver, migrate, openDatabase } from '../db/index.ts'
import { migrations } from './migrations/index.ts'
import { tableOwners } from './schema/owners.ts'

function schemaOf(db: DatabaseSync): string {
  const rows = db
    .prepare(
      "select sql from sqlite_schema where sql is not null and name not like 'kysely_%' order by type desc, name",
    )
    .all()
  return `${rows.map((row) => `${String(row['sql']).replaceAll(/\n\s+/g, '\n  ')};`).join('\n\n')}\n`
}

test('the migrations lead to the committed schema', async () => {
  const db = openDatabase(':memory:')
  await migrate(kyselyOver(db), migrations, 'test')
  await expect(schemaOf(db)).toMatchFileSnapshot('schema.sql')
})

const names = Object.keys(migrations)

test.each(names)('a database that ends with %s is brought to the same schema', async (last) => {
  const db = openDatabase(':memory:')
  const earlier = names.slice(0, names.indexOf(last) + 1).map((name) => [name, migrations[name]!] as const)
  await migrate(kyselyOver(db), Object.fromEntries(earlier), 'test')
  await migrate(kyselyOver(db), migrations, 'test')
  await expect(schemaOf(db)).toMatchFileSnapshot('schema.sql')
  const done = db.prepare('select name from kysely_migration order by timestamp, name').all()
  expect(done.map(({ name }) => name)).toEqual(names)
})

test('every table has an owner, and every owner a table', async () => {
  const db = openDatabase(':memory:')
  await migrate(kyselyOver(db), migrations, 'test')
  // The tables of SQLite, of Kysely, and behind the index of texts are written by those.
  const tables = db
    .prepare("select name from pragma_table_list where schema = 'main' and type in ('table', 'virtual')")
    .all()
    .map(({ name }) => String(name))
    .filter((name) => !/^(sqlite|kysely)_/.test(name))
  expect(Object.keys(tableOwners)).toEqual(tables.toSorted())
})

test('migrations are named so that they run in order', () => {
  expect(names).toEqual(names.toSorted())
  for (const name of names) expect(name).toMatch(/^\d{3}-[a-z0-9-]+$/)
})
