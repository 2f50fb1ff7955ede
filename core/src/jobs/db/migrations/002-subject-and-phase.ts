import { type Kysely, sql } from 'kysely'

const statements = [
  `alter table jobs add column subject text`,
  `alter table job_warnings add column phase text not null default ''`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
