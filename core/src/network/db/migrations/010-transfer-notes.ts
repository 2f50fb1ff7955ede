import { type Kysely, sql } from 'kysely'

const statements = [
  // JSON: names that had to be changed, and what else a person should know of files that came.
  "alter table transfers add column notes text not null default '[]'",
  // JSON: the files of an offer that the other device could not be given, each with its reason.
  "alter table offers add column failures text not null default '[]'",
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
