import { type Kysely, sql } from 'kysely'

const statements = [
  `create table jobs(
     id integer primary key,
     uuid blob not null unique,
     name text not null,
     key text,
     status text not null,
     wanted text,
     concurrency text not null,
     priority integer not null,
     parent blob,
     input blob not null,
     state blob,
     output blob,
     progress text,
     error_code text,
     error_message text,
     attempts integer not null default 0,
     resuming integer not null default 0,
     crashes integer not null default 0,
     held_by_parent integer not null default 0,
     ready_at integer,
     warnings integer not null default 0,
     created_at integer not null,
     started_at integer,
     ended_at integer
   ) strict`,
  `create index jobs_queue on jobs(concurrency, priority desc, id) where status = 'queued' and ready_at is null`,
  `create index jobs_delayed on jobs(ready_at) where ready_at is not null`,
  `create index jobs_key on jobs(name, key) where key is not null`,
  `create index jobs_status on jobs(status, id)`,
  `create index jobs_ended on jobs(status, ended_at) where ended_at is not null`,
  `create index jobs_parent on jobs(parent) where parent is not null`,
  `create table job_warnings(
     id integer primary key,
     job_id integer not null references jobs(id) on delete cascade,
     code text not null,
     message text not null,
     path text,
     at integer not null
   ) strict`,
  `create index job_warnings_job on job_warnings(job_id)`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
