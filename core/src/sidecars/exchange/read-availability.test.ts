import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { seededRandom } from '../../../testing/memory-network/random.ts'
import { kyselyOver, migrate, openDatabase } from '../../db/index.ts'
import { sidecarKindNumbers, sidecarStateNumbers } from '../../domain/index.ts'
import { migrations } from '../../store/migrations/index.ts'
import { type AvailabilityRead, readAvailability } from './read-availability.ts'

const [PENDING, READY] = [sidecarStateNumbers.pending, sidecarStateNumbers.ready]
const THUMB = sidecarKindNumbers.thumb

async function library(contents: number): Promise<DatabaseSync> {
  const db = openDatabase(':memory:')
  await migrate(kyselyOver(db), migrations, 'test')
  for (let n = 1; n <= contents; n++)
    db.prepare(
      'insert into content_identities(id, uuid, hash, hash_version, size, type, confidence) values (?, ?, ?, 1, 1, 1, 1)',
    ).run(n, hash(n).subarray(0, 16), hash(n))
  return db
}

function hash(n: number): Buffer {
  return createHash('sha256').update(`content ${n}`).digest()
}

/** What somebody knows who has read some, and then what has changed. */
function learn(known: Map<string, string>, { full, groups }: AvailabilityRead): void {
  if (full) known.clear()
  for (const { format, gone, kind, records, variant } of groups) {
    const name = (id: Uint8Array) => `${kind} ${variant}.${format} ${Buffer.from(id).toString('hex')}`
    for (let at = 0; at < gone.length; at += 16) known.delete(name(gone.subarray(at, at + 16)))
    for (let at = 0; at < records.length; at += 24)
      known.set(name(records.subarray(at, at + 16)), Buffer.from(records.subarray(at + 16, at + 24)).toString('hex'))
  }
}

test('who has read all and then only what has changed knows what there is', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const random = seededRandom(seed)
    const pick = (below: number) => Math.floor(random() * below)
    using db = await library(20)
    const known = new Map<string, string>()
    let mark: number | null = null
    for (let step = 0; step < 100; step++) {
      for (let change = pick(5); change > 0; change--) {
        const key = [1 + pick(20), THUMB, ['grid@2x', 'detail'][pick(2)]!] as const
        const put = `insert into sidecars(content_id, kind, variant, format, state, size, checksum, recipe, created_at, updated_at)
          values (?, ?, ?, 'webp', ?, ?, ?, 1, 0, 0)
          on conflict do update set state = excluded.state, size = excluded.size, checksum = excluded.checksum`
        if (random() < 0.3)
          db.prepare('delete from sidecars where content_id = ? and kind = ? and variant = ?').run(...key)
        else db.prepare(put).run(...key, random() < 0.7 ? READY : PENDING, pick(9), hash(pick(9)))
      }
      if (random() < 0.5) continue
      const read: AvailabilityRead = readAvailability(db, mark)
      expect(read.full).toBe(mark === null)
      mark = read.mark
      learn(known, read)
      const all = new Map<string, string>()
      learn(all, readAvailability(db, null))
      expect(known, `seed ${seed}, step ${step}`).toEqual(all)
    }
  }
})

test('what changed too long ago is read with all the rest, and the list of changes does not grow', async () => {
  using db = await library(1)
  const put = db.prepare(
    `insert into sidecars(content_id, kind, variant, format, state, size, checksum, recipe, created_at, updated_at)
     values (1, ${THUMB}, ?, 'webp', ${READY}, 1, ?, 1, 0, 0)`,
  )
  put.run('first', hash(1))
  const { mark } = readAvailability(db, null)
  expect(readAvailability(db, mark)).toEqual({ mark, full: false, groups: [] })
  const change = db.prepare(`update sidecars set size = ?`)
  for (let n = 2; n < 20_001; n++) change.run(n)
  expect(readAvailability(db, mark)).toMatchObject({ full: false, groups: [{ variant: 'first' }] })
  for (let n = 20_001; n < 20_010; n++) change.run(n)
  expect(readAvailability(db, mark)).toMatchObject({ full: true, groups: [{ variant: 'first' }] })
  expect(db.prepare('select count(*) as n from sidecar_changes').get()).toEqual({ n: 20_000 })
})

test('what is worked on without being another file is no change', async () => {
  using db = await library(1)
  db.exec(`insert into sidecars(content_id, kind, variant, format, state, size, checksum, recipe, created_at, updated_at)
           values (1, ${THUMB}, 'grid@2x', 'webp', ${READY}, 1, x'0102', 1, 0, 0)`)
  const { mark } = readAvailability(db, null)
  db.exec(`update sidecars set took_ms = 1, updated_at = 5, size = 1, state = ${READY}`)
  db.exec(`insert into sidecars(content_id, kind, variant, format, state, recipe, created_at, updated_at)
           values (1, ${THUMB}, 'detail', 'webp', ${PENDING}, 1, 0, 0)`)
  expect(readAvailability(db, mark).mark).toBe(mark)
})
