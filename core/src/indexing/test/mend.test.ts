import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTestIndex } from '../../../testing/test-index.ts'
import { compareWithDisk, treeFaults } from './tree-oracle.ts'

const FILES = ['a/b/c/one', 'a/b/c/two', 'a/b/three', 'a/four', 'd/e/five', 'd/six', 'd/f/g/seven', 'eight']
const RUNS = 150
const SEED = 7

/** Statements that break a rule of the index: of the folder `id`, and of an entry `leaf` that is none. */
const DAMAGES: readonly ((db: DatabaseSync, id: number, leaf: number) => void)[] = [
  (db, id) => db.exec(`update entries set parent_id = 999999 where id = ${id}`),
  (db, _id, leaf) => db.exec(`update entries set parent_id = 999999 where id = ${leaf}`),
  (db, _id, leaf) => db.exec(`update entries set parent_id = null where id = ${leaf}`),
  (db, id, leaf) => db.exec(`update entries set parent_id = ${leaf} where id = ${id}`),
  // A folder inside a folder that it holds.
  (db, id) =>
    db.exec(`update entries set parent_id = (select id from entries where parent_id = ${id} and kind = 1)
                       where id = ${id} and exists(select 1 from entries where parent_id = ${id} and kind = 1)`),
  (db, id) => db.exec(`update directories set path = cast(path || 'x' as blob) where id = ${id}`),
  (db, id) => db.exec(`delete from directories where id = ${id}`),
  (db, id) => db.exec(`delete from entries where id = ${id}`),
  (db, _id, leaf) => db.exec(`insert into directories(id, volume_id, path) values(${leaf}, 1, x'7a2f')`),
  (db, id) => db.exec(`update directories set child_count = child_count + 3, total_size = 1 where id = ${id}`),
  (db, _id, leaf) => db.exec(`update entries set content_id = 4711, content_state = 1 where id = ${leaf}`),
]

test('whatever is wrong with the rows of a library is put right, and a scan gives every file its id back', async () => {
  const damage = fc.tuple(fc.nat(DAMAGES.length - 1), fc.nat(1_000), fc.nat(1_000))
  const property = fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 6 }), async (damages) => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'sd-mend-')))
    using _tree = { [Symbol.dispose]: () => rmSync(root, { recursive: true }) }
    for (const path of FILES) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), path)
    }
    using index = await createTestIndex(root)
    const { db } = index
    await index.scan()
    const before = compareWithDisk(db, root)
    expect(before.faults).toEqual([])
    const rootId = Number(db.prepare('select id from entries where parent_id is null').get()!['id'])
    const idsOf = (kind: string) => db.prepare(`select id from entries where kind ${kind} and id <> ?`).all(rootId)
    db.exec('pragma foreign_keys = off')
    for (const [which, folder, leaf] of damages) {
      const [folders, leaves] = [idsOf('= 1'), idsOf('= 0')]
      if (folders.length === 0 || leaves.length === 0) break
      const at = (rows: typeof folders, i: number) => Number(rows[i % rows.length]!['id'])
      try {
        DAMAGES[which]!(db, at(folders, folder), at(leaves, leaf))
      } catch (err) {
        // Two rows of one name or path cannot even be written.
        if (!/UNIQUE/.test(String(err))) throw err
      }
    }
    const kept = new Set(
      db
        .prepare('select hex(uuid) as uuid from entries')
        .all()
        .map((row) => String(row['uuid'])),
    )
    db.exec('pragma foreign_keys = on')
    await index.mend()
    expect(treeFaults(db)).toEqual([])
    await index.scan()
    const after = compareWithDisk(db, root)
    expect([...treeFaults(db), ...after.faults]).toEqual([])
    const expected = [...before.uuids].filter(([, uuid]) => kept.has(uuid.toUpperCase()))
    expect(expected.map(([path]) => [path, after.uuids.get(path)])).toEqual(expected)
  })
  await fc.assert(property, { numRuns: RUNS, seed: SEED })
})
