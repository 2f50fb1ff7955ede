import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import type { ChangeSet, RowChange } from '../src/store/index.ts'
import { trackedTableNames, trackedTables } from '../src/store/tracked-tables.ts'
import { changeAtRandom } from '../testing/change-at-random.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'

const ROUNDS = Number(process.env['SD_FEED_ROUNDS'] ?? 12)
const CHANGES_PER_ROUND = 60
const MAX_TOLD_MOVES = 200

type Row = Readonly<Record<string, unknown>>
type Snapshot = ReadonlyMap<string, ReadonlyMap<number, Row>>

/** The columns of an entry that identification alone writes. */
const IDENTITY = new Set(['content_id', 'content_state'])

/**
 * Compares each change set with two copies of the database, one from before its commit and one from after: they share no
 * code with the feed.
 */
class Observer {
  readonly differences: unknown[] = []
  readonly sequence: number[] = []
  readonly #db: DatabaseSync
  #before: Snapshot

  constructor(file: string) {
    this.#db = new DatabaseSync(file, { readOnly: true })
    this.#before = this.#read()
  }

  observe(changes: ChangeSet): void {
    const after = this.#read()
    this.sequence.push(changes.seq)
    for (const table of trackedTableNames)
      this.#compare(table, rowDifferences(this.#before.get(table)!, after.get(table)!), changes.rows(table))
    this.#compareEntries(after.get('entries')!, changes)
    this.#compareMoves(after.get('entries')!, changes)
    this.#before = after
  }

  /** The changes that no change set has told of. */
  get missed(): unknown[] {
    const now = this.#read()
    return [...now].flatMap(([table, rows]) => rowDifferences(this.#before.get(table)!, rows))
  }

  close(): void {
    this.#db.close()
  }

  #compare(table: string, expected: readonly Row[], told: readonly RowChange[]): void {
    const said = told.map(({ after, before, id, kind, table: of }) => ({ table: of, kind, id, before, after }))
    const wanted = expected.map((row) => ({ table, ...row }))
    if (sorted(said) !== sorted(wanted)) this.differences.push({ table, said, wanted })
    for (const { kind, table: of, uuid } of told)
      if (uuid === null && kind !== 'deleted' && trackedTables[of as 'sidecars'].uuid !== null)
        this.differences.push({ table, uuid: 'missing' })
  }

  #compareEntries(after: ReadonlyMap<number, Row>, changes: ChangeSet): void {
    const told = changes.entries
    const created = new Set(told.created)
    const changed = new Set([...told.created, ...told.changed])
    const identified = new Set([...changed, ...told.identified])
    const deleted = new Set(told.deleted)
    for (const { after: now, id, kind } of rowDifferences(this.#before.get('entries')!, after)) {
      const columns = Object.keys((now as Row | null) ?? {})
      const isTold =
        kind === 'created'
          ? created.has(id as number)
          : kind === 'deleted'
            ? deleted.delete(id as number)
            : (columns.every((column) => IDENTITY.has(column)) ? identified : changed).has(id as number)
      if (!isTold) this.differences.push({ entry: id, kind, columns })
    }
    if (deleted.size > 0) this.differences.push({ told: 'deleted', but: [...deleted] })
    const gone = changes.rows('entries')
    for (const { before, id } of gone) {
      const row = this.#before.get('entries')!.get(id)
      if (JSON.stringify(row?.['uuid']) !== JSON.stringify(before?.['uuid']))
        this.differences.push({ deleted: id, before })
    }
    if (gone.length !== told.deleted.length) this.differences.push({ rows: gone.length, ids: told.deleted.length })
  }

  #compareMoves(after: ReadonlyMap<number, Row>, { entries }: ChangeSet): void {
    const before = this.#before.get('entries')!
    const formerIds = new Map([...before].map(([id, row]) => [JSON.stringify(row['uuid']), id]))
    for (const { from, id } of entries.moved) {
      const formerId = formerIds.get(JSON.stringify(after.get(id)?.['uuid']))
      const path = formerId === undefined ? 'none' : pathBelowRoot(before, formerId)
      if (!Buffer.from(from).toString().endsWith(path)) this.differences.push({ moved: id, from, path })
    }
    const told = new Set(entries.moved.map(({ id }) => id))
    const moved = [...after].filter(([id, row]) => hasMoved(before.get(id), row))
    if (moved.length > MAX_TOLD_MOVES) return
    for (const [id] of moved) if (!told.has(id)) this.differences.push({ moved: id, but: 'not told' })
  }

  #read(): Snapshot {
    const keys = Object.entries(trackedTables).map(([table, { key }]) => [table, key] as const)
    this.#db.exec('begin')
    const tables = [['entries', 'id'] as const, ...keys].map(([table, key]) => {
      const rows = this.#db.prepare(`select * from ${table}`).all()
      return [table, new Map(rows.map((row) => [Number(row[key]), row as Row]))] as const
    })
    this.#db.exec('rollback')
    return new Map(tables)
  }
}

/** The same entry, below another folder or with another name. The root of a location has no folder. */
function hasMoved(before: Row | undefined, after: Row): boolean {
  if (!before || JSON.stringify(before['uuid']) !== JSON.stringify(after['uuid'])) return false
  if (before['parent_id'] === null || after['parent_id'] === null) return false
  return before['parent_id'] !== after['parent_id'] || before['name'] !== after['name']
}

function pathBelowRoot(entries: ReadonlyMap<number, Row>, id: number): string {
  const { name, parent_id: parentId } = entries.get(id)!
  return parentId === null ? '' : `${pathBelowRoot(entries, Number(parentId))}/${String(name)}`
}

/** Of a changed row, the columns that changed. */
function rowDifferences(before: ReadonlyMap<number, Row>, after: ReadonlyMap<number, Row>): Row[] {
  const rows: Row[] = []
  for (const [id, row] of after) {
    const old = before.get(id)
    if (!old) rows.push({ kind: 'created', id, before: null, after: row })
    else if (JSON.stringify(old) !== JSON.stringify(row)) {
      const columns = Object.keys(row).filter((column) => JSON.stringify(old[column]) !== JSON.stringify(row[column]))
      const of = (from: Row) => Object.fromEntries(columns.map((column) => [column, from[column]]))
      rows.push({ kind: 'changed', id, before: of(old), after: of(row) })
    }
  }
  for (const [id, row] of before) if (!after.has(id)) rows.push({ kind: 'deleted', id, before: row, after: null })
  return rows
}

/** The key of a changed row is in the feed and not among the columns that changed. */
function sorted(rows: readonly Row[]): string {
  const plain = rows.map((row) => {
    const key = trackedTables[row['table'] as 'sidecars'].key
    const without = (of: unknown) =>
      row['kind'] === 'changed'
        ? Object.entries(of as Row).filter(([column]) => column !== key)
        : Object.entries((of as Row | null) ?? {})
    const texts = (of: unknown) =>
      without(of)
        .map((each) => JSON.stringify(each))
        .toSorted()
    return JSON.stringify([row['id'], row['kind'], texts(row['before']), texts(row['after'])])
  })
  return plain.toSorted().join('\n')
}

async function changeSettings(t: TestCore, round: number): Promise<void> {
  const [location] = await t.library.locations.list()
  if (!location) return
  switch (round % 4) {
    case 0:
      await t.library.locations.update({ location: location.id, name: `round ${round}` })
      return
    case 1:
      await t.library.locations.pause(location.id)
      await t.library.locations.resume(location.id)
      return
    case 2:
      await t.library.indexing.verify({ path: location.id, content: true, fix: true }, new AbortController().signal)
      return
    default:
      if (round % 8 !== 7) return
      await t.library.locations.remove(location.id)
      await t.library.locations.add({ path: t.root, mode: 'deep', watch: true })
  }
}

test('every commit is told once, in order, with the rows that it changed', async () => {
  const seed = Number(process.env['SD_SEED'] ?? Math.floor(Math.random() * 2 ** 32))
  await using t = await createTestCore()
  const observer = new Observer(join(t.library.path, 'database.db'))
  const subscription = t.library.store.changes.subscribe((changes) => observer.observe(changes))
  await t.add({ mode: 'deep', watch: true })
  for (let round = 0; round < ROUNDS; round++) {
    changeAtRandom(t.root, CHANGES_PER_ROUND, seed + round)
    await changeSettings(t, round)
    const [location] = await t.library.locations.list()
    if (location) await t.library.locations.rescan({ location: location.id, force: true })
    await t.settle()
  }
  expect({ seed, differences: observer.differences.slice(0, 3), missed: observer.missed }).toEqual({
    seed,
    differences: [],
    missed: [],
  })
  expect(observer.sequence.length).toBeGreaterThan(ROUNDS)
  expect(observer.sequence).toEqual(observer.sequence.map((_, i) => observer.sequence[0]! + i))
  subscription[Symbol.dispose]()
  observer.close()
})

test('a listener that fails keeps neither the commit nor other listeners from going on', async () => {
  await using t = await createTestCore()
  const told: number[] = []
  t.library.store.changes.subscribe(() => {
    throw new Error('on purpose')
  })
  t.library.store.changes.subscribe(({ seq }) => told.push(seq))
  t.write('a.txt', 'a')
  await t.add()
  expect(await t.found('a')).toEqual(['a.txt'])
  expect(told.length).toBeGreaterThan(0)
  expect(t.warnings.some((warning) => warning.includes('a listener of the change feed failed'))).toBe(true)
})

test('a write that is rolled back is not told', async () => {
  await using t = await createTestCore()
  const told: number[] = []
  t.library.store.changes.subscribe(({ seq }) => told.push(seq))
  const failed = t.library.store.write(async ({ db }) => {
    await db.updateTable('devices').set({ name: 'another' }).execute()
    throw new Error('on purpose')
  })
  await expect(failed).rejects.toThrow('on purpose')
  expect(told).toEqual([])
  await t.library.store.write(({ db }) => db.updateTable('devices').set({ name: 'new' }).execute())
  expect(told.length).toBe(1)
})
