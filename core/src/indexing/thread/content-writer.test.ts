import type { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { checkFacts, mediaColumns, type MediaKind, type MediaResult } from '../../content/index.ts'
import { kyselyOver, migrate, openDatabase } from '../../db/index.ts'
import { migrations } from '../../store/migrations/index.ts'
import { ContentWriter } from './content-writer.ts'

const kinds: readonly MediaKind[] = ['image', 'audio', 'video', 'document']
const RUNS = 2_000
/** Longer texts are refused: see `checkFacts`. */
const MAX_TEXT = 10_000

let db: DatabaseSync
let contents: ContentWriter
let contentId: number

beforeAll(async () => {
  db = openDatabase(':memory:')
  await migrate(kyselyOver(db), migrations, 'test')
  contents = new ContentWriter(db, () => 1)
  const hash = new Uint8Array(32)
  contentId = contents.identify({ hash, fullHash: null, size: 1, type: 1, mime: null, confidence: 1 }).id
  return () => db.close()
})

/** The column types that a table declares. */
function declared(kind: MediaKind): Map<string, string> {
  const columns = db.prepare('select name, type from pragma_table_info(?)').all(`${kind}_media`)
  return new Map(columns.map(({ name, type }) => [String(name), String(type)]))
}

const anyFact = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withTypedArray: true, withNullPrototype: true }),
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(1.5, -0, NaN, Infinity, -Infinity, 2 ** 53, -(2 ** 53), 2 ** 63, 1e308, '\ud800', 'a\0b', '1.5'),
  fc.integer({ min: 9_990, max: 10_010 }).map((length) => 'x'.repeat(length)),
)

test.each(kinds)('the %s facts that are checked are the columns of the table', (kind) => {
  expect(['content_id', ...mediaColumns(kind)].toSorted()).toEqual([...declared(kind).keys()].toSorted())
})

test.each(kinds)('whatever a file says of itself, its %s row is stored and holds what its columns promise', (kind) => {
  const types = declared(kind)
  const names = [...mediaColumns(kind), 'content_id', 'no such column', '__proto__']
  const facts = fc.dictionary(fc.constantFrom(...names), anyFact, { maxKeys: names.length })
  fc.assert(
    fc.property(facts, (row) => {
      const refused = contents.examined(contentId, { kind, row, damage: null } as unknown as MediaResult)
      const stored = db.prepare(`select * from ${kind}_media where content_id = ?`).get(contentId)!
      for (const name of mediaColumns(kind)) {
        const value = stored[name]
        const given = Object.entries(row).find(([key]) => key === name)?.[1] ?? null
        expect(value === null).toBe(given === null || refused.includes(name))
        const isText = types.get(name) === 'TEXT' && String(value).length <= MAX_TEXT
        const isInteger = types.get(name) === 'INTEGER' && Number.isSafeInteger(value)
        const isReal = types.get(name) === 'REAL' && Number.isFinite(value)
        expect(value === null || isText || isInteger || isReal).toBe(true)
      }
    }),
    { numRuns: RUNS },
  )
})

test('a fact that does not fit is left out and named, the others are kept', () => {
  const { values, refused } = checkFacts('image', { width: 1.5, height: 4, orientation: 9, camera_make: 'Maker' })
  const kept = mediaColumns('image').flatMap((name, i) => (values[i] === null ? [] : [[name, values[i]]]))
  expect({ kept, refused }).toEqual({
    kept: [
      ['height', 4],
      ['camera_make', 'Maker'],
    ],
    refused: ['width', 'orientation'],
  })
})
