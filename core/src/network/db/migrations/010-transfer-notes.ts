import { type Kysely, sql } from 'kysely'

const statements = [
  // JSON: notes for the user about received files, such as changed names.
  "alter table transfers add column notes text not null default '[]'",
  // JSON: the files of an offer that did not reach the other device, each with its reason.
  "alter table offers add column failures text not null default '[]'",
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
