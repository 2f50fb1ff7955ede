import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../db/index.ts'
import { CoreError } from '../util/errors.ts'
import { GroupCommit } from './group-commit.ts'

function open() {
  const file = join(mkdtempSync(join(tmpdir(), 'spacedrive-commit-')), 'test.db')
  const db = openDatabase(file)
  db.exec('create table lines(text text)')
  const other = openDatabase(file, { readOnly: true })
  return {
    db,
    commits: new GroupCommit(db, file),
    add: (text: string) => db.prepare('insert into lines values (?)').run(text).changes,
    /** Another connection sees only committed rows. */
    committed: () =>
      other
        .prepare('select text from lines')
        .all()
        .map((row) => row['text']),
    [Symbol.dispose]: () => [db, other].forEach((connection) => connection.close()),
  }
}

test('what is asked for in one turn commits together, and is answered afterwards in order', async () => {
  using world = open()
  const { commits, add, committed } = world
  const heard: string[] = []
  const first = commits.run((after) => {
    add('a')
    after(() => heard.push(`after a ${committed().join('')}`))
    return 'a'
  })
  const second = commits.run((after) => {
    add('b')
    after(() => heard.push('after b'))
    return committed()
  })
  expect(commits.isIdle).toBe(false)
  expect(await Promise.all([first, second])).toEqual(['a', []])
  expect(heard).toEqual(['after a ab', 'after b'])
  expect(committed()).toEqual(['a', 'b'])
})

test('work that is refused does not disturb the rest', async () => {
  using world = open()
  const { commits, add, committed } = world
  const refused = commits.run(() => {
    throw new CoreError('Conflict', 'no')
  })
  const done = commits.run(() => add('b'))
  await expect(refused).rejects.toMatchObject({ code: 'Conflict' })
  await done
  expect(committed()).toEqual(['b'])
})

test('when the disk is full everything in the transaction is undone and told, and later work is done', async () => {
  using world = open()
  const { commits, add, committed, db } = world
  db.exec('pragma max_page_count = 4')
  const heard: string[] = []
  const results = await Promise.allSettled([
    commits.run((after) => {
      add('small')
      after(() => heard.push('small'))
    }),
    commits.run(() => add('x'.repeat(100_000))),
  ])
  expect(results).toEqual([
    { status: 'rejected', reason: expect.objectContaining({ code: 'DiskFull' }) },
    { status: 'rejected', reason: expect.objectContaining({ code: 'DiskFull' }) },
  ])
  expect(heard).toEqual([])
  expect(committed()).toEqual([])
  await commits.run(() => add('later'))
  expect(committed()).toEqual(['later'])
})

test('closing commits what waits and refuses more', async () => {
  using world = open()
  const { commits, add, committed } = world
  const waiting = commits.run(() => add('last'))
  commits.close()
  expect(committed()).toEqual(['last'])
  await waiting
  await expect(commits.run(() => add('more'))).rejects.toMatchObject({ code: 'Unavailable' })
})
