import { type Kysely, sql } from 'kysely'

const statements = [
  // Libraries of this device that a paired device may join.
  `create table library_offers(
     library text not null,
     device text not null references devices(device) on delete cascade,
     at integer not null,
     primary key(library, device)
   ) strict, without rowid`,
  // Libraries of paired devices that this one may join.
  `create table library_invitations(
     device text not null references devices(device) on delete cascade,
     library text not null,
     name text not null,
     at integer not null,
     primary key(device, library)
   ) strict, without rowid`,
  // The sidecars of other members, as last reported. Can be rebuilt by asking the members.
  `create table availability(
     library text not null,
     device text not null references devices(device) on delete cascade,
     epoch text not null,
     version integer not null,
     at integer not null,
     primary key(library, device)
   ) strict, without rowid`,
  `create table availability_groups(
     library text not null,
     device text not null,
     kind text not null,
     variant text not null,
     format text not null,
     is_filter integer not null,
     count integer not null,
     bytes blob not null,
     primary key(library, device, kind, variant, format),
     foreign key(library, device) references availability(library, device) on delete cascade
   ) strict`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
