import { afterEach, beforeEach, expect, test } from 'vitest'
import { type DatabaseSync, openDatabase } from '../db/sqlite.ts'
import { ChangeRecorder, TrackedTransactions } from './tracked-transaction.ts'

let db: DatabaseSync
let transactions: TrackedTransactions

// Two tracked tables, one that is not, and the ways in which one statement writes into another table.
beforeEach(() => {
  db = openDatabase(':memory:')
  db.exec(`
    create table volumes (id integer primary key, name text);
    create table locations (id integer primary key, volume integer references volumes on delete cascade);
    create table notes (id integer primary key);
    create trigger noted after insert on notes begin insert into volumes values (new.id, 'noted'); end`)
  transactions = new TrackedTransactions(db)
})

afterEach(() => db.close())

const recorded = (work: () => void) => transactions.run(work).changesets.length

test('a statement that is first prepared in a transaction is recorded', () => {
  expect(recorded(() => db.prepare(`insert into volumes values (1, 'disk')`).run())).toBe(1)
})

test('so is one that was prepared outside of a transaction', () => {
  const insert = db.prepare(`insert into volumes values (?, 'disk')`)
  expect(recorded(() => insert.run(1))).toBe(1)
  expect(recorded(() => insert.run(2))).toBe(1)
})

test('so are the writes of triggers and foreign keys', () => {
  expect(recorded(() => db.prepare('insert into notes values (7)').run())).toBe(1)
  expect(recorded(() => db.prepare('insert into locations values (1, 7)').run())).toBe(1)
  expect(recorded(() => db.prepare('delete from volumes where id = 7').run())).toBe(2)
})

test('so is a delete of all rows, which SQLite could do without looking at them', () => {
  const empty = db.prepare('delete from locations')
  expect(recorded(() => db.prepare('insert into locations values (1, null), (2, null)').run())).toBe(1)
  expect(recorded(() => empty.run())).toBe(1)
})

test('exec refuses to be the first to write a table', () => {
  const write = () => recorded(() => db.exec(`insert into volumes values (1, 'disk')`))
  expect(write).toThrow('write the table volumes by a prepared statement')
  expect(db.prepare('select count(*) as rows from volumes').get()).toEqual({ rows: 0 })
  db.prepare('delete from volumes where id = ?').run(5)
  expect(write()).toBe(1)
})

test('a connection has one recorder', () => {
  expect(new TrackedTransactions(db).recorder).toBe(transactions.recorder)
  expect(ChangeRecorder.of(db)).toBe(transactions.recorder)
})
