import { expect, test } from 'vitest'
import { kyselyOver, migrate, openDatabase } from '../../db/index.ts'
import { migrations } from './migrations/index.ts'

test('the migrations lead to the committed schema', async () => {
  const db = openDatabase(':memory:')
  await migrate(kyselyOver(db), migrations, 'test')
  const rows = db
    .prepare(
      "select sql from sqlite_schema where sql is not null and name not like 'kysely_%' order by type desc, name",
    )
    .all()
  const text = rows.map((row) => `${String(row['sql']).replaceAll(/\n\s+/g, '\n  ')};`).join('\n\n')
  await expect(`${text}\n`).toMatchFileSnapshot('schema.sql')
})

test('migrations are named so that they run in order', () => {
  const names = Object.keys(migrations)
  expect(names).toEqual(names.toSorted())
  for (const name of names) expect(name).toMatch(/^\d{3}-[a-z0-9-]+$/)
})
