import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { Kysely, type SqliteDatabase, SqliteDialect } from 'kysely'

/** Makes a Kysely for a connection that the caller owns and closes. */
export function kyselyOver<Schema>(db: DatabaseSync): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new SqliteDialect({ database: asKyselyDatabase(db) }) })
}

function asKyselyDatabase(db: DatabaseSync): SqliteDatabase {
  return {
    close: () => {},
    prepare(sql) {
      const statement = db.prepare(sql)
      return {
        reader: statement.columns().length > 0,
        all: (values) => statement.all(...(values as SQLInputValue[])),
        run: (values) => {
          // If SQLite has already rolled the transaction back, as on a full disk, ignore this, so that the original
          // error is reported.
          if (sql === 'rollback' && !db.isTransaction) return { changes: 0, lastInsertRowid: 0 }
          return statement.run(...(values as SQLInputValue[]))
        },
        iterate: (values) => statement.iterate(...(values as SQLInputValue[])) as IterableIterator<unknown>,
      }
    },
  }
}
