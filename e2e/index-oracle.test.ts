import { cpSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Core } from '@spacedrive/core'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test } from 'vitest'
import { Oracle } from './index-soak/oracle.ts'

/** What is done to a sound index, and the checks that tell it, in the order of their names. */
const faults: readonly (readonly [what: string, sql: string, checks: readonly string[]])[] = [
  ['nothing', '', []],
  ['a size', `update entries set size = size + 1 where name = 'cat'`, ['size', 'sum of total_size']],
  ['a time', `update entries set mtime_ns = mtime_ns + 1 where name = 'cat'`, ['mtime']],
  ['a time of birth', `update entries set birthtime = birthtime + 1 where name = 'cat'`, ['birth']],
  ['an inode', `update entries set inode = inode + 1 where name = 'cat'`, ['inode']],
  ['a count of links', `update entries set nlink = 2 where name = 'cat'`, ['links']],
  ['permissions', `update entries set mode = 0 where name = 'cat'`, ['mode']],
  ['a kind', `update entries set kind = 3 where name = 'link'`, ['kind', 'sum of other_count', 'sum of symlink_count']],
  ['a missing row', `delete from entries where name = 'cat'`, ['missing', 'sum of child_count', 'sum of file_count']],
  ['a row too many', `update entries set name = 'dog' where name = 'cat'`, ['missing', 'stale']],
  ['an orphan', `update entries set parent_id = 999 where name = 'cat'`, ['foreign key', 'missing', 'orphan']],
  ['a cycle', `update entries set parent_id = id where name = 'inner'`, ['missing', 'orphan']],
  [
    'a path',
    `update directories set path = cast('elsewhere/' as blob) where cast(path as text) like '%inner/'`,
    ['path'],
  ],
  [
    'a sum',
    `update directories set file_count = file_count + 1 where cast(path as text) like '%inner/'`,
    ['sum of file_count'],
  ],
  [
    'an error',
    `update directories set error = 'EACCES' where cast(path as text) like '%inner/'`,
    ['could not be read'],
  ],
  ['an unread file', `update entries set content_state = 2 where name = 'cat'`, ['not identified']],
  [
    'the content of another file',
    `update entries set content_id = (select content_id from entries where name = 'mouse') where name = 'cat'`,
    ['content'],
  ],
  ['a missing content', `update entries set content_id = 999 where name = 'cat'`, ['content', 'foreign key']],
  ['a missing location', 'delete from locations', ['location', 'orphan']],
  ['a state', `update locations set state = 'scanning'`, ['state']],
  ['another root', 'update locations set root_inode = 1', ['root inode']],
]

test.skipIf(process.platform === 'win32')('the oracle of the soak tells every kind of fault in an index', async () => {
  using temp = createTempDir('oracle')
  const folder = join(temp.path, 'files')
  mkdirSync(join(folder, 'inner'), { recursive: true })
  writeFileSync(join(folder, 'inner/cat'), 'cats')
  writeFileSync(join(folder, 'inner/mouse'), 'mice')
  linkSync(join(folder, 'inner/mouse'), join(folder, 'second'))
  symlinkSync('inner', join(folder, 'link'))
  const sound = await indexOf(folder, temp.path)
  const answers: { what: string; untold: string[]; toldOfNothing: string[] }[] = []
  for (const [what, sql, checks] of faults) {
    const database = join(temp.path, 'faulty.db')
    cpSync(sound, database)
    const db = new DatabaseSync(database, { enableForeignKeyConstraints: false })
    db.exec(sql)
    db.close()
    const options = { database, locations: [{ name: 'files', home: folder, path: folder }], linked: new Set<string>() }
    const told = new Set(new Oracle().compare(options).differences.map(({ check }) => check))
    const untold = checks.filter((check) => !told.has(check))
    answers.push({ what, untold, toldOfNothing: checks.length === 0 ? [...told] : [] })
  }
  expect(answers).toEqual(faults.map(([what]) => ({ what, untold: [], toldOfNothing: [] })))
})

/** Indexes a folder, and gives the database once the engine is closed. */
async function indexOf(folder: string, home: string): Promise<string> {
  await using core = await Core.open({ dataDir: join(home, 'data'), generators: [] })
  await core.libraries.create({ name: 'Soak' })
  const library = core.libraries.resolve()
  await library.locations.add({ path: folder, mode: 'content', watch: false })
  await library.jobs.idle()
  return join(library.path, 'database.db')
}
