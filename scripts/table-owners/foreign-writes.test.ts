import { expect, test } from 'vitest'
import { foreignWrites } from './foreign-writes.ts'

const owners = { sidecars: 'sidecars', texts: 'search', audio_media: 'indexing', image_media: 'indexing' }

function tablesWritten(text: string, file = 'core/src/files/planted.ts'): string[] {
  return foreignWrites({ file, text }, owners).map(({ line, table }) => `${line} ${table}`)
}

test.each([
  ["db.insertInto('texts').values(row)", ['1 texts']],
  ["db\n  .updateTable('sidecars as s')", ['1 sidecars']],
  ["db.deleteFrom('texts' as never)", ['1 sidecars', '1 texts', '1 audio_media', '1 image_media']],
  ['db.deleteFrom(table)', ['1 sidecars', '1 texts', '1 audio_media', '1 image_media']],
  ["db.prepare('insert or replace into texts(rowid) values(?)')", ['1 texts']],
  [
    'db.exec(`\n  delete from sidecars where id = ${id};\n  UPDATE OR IGNORE sidecars indexed by some SET size = 1`)',
    ['1 sidecars'],
  ],
  ['sql`update ${name} set x = 1`', ['1 sidecars', '1 texts', '1 audio_media', '1 image_media']],
  ['`insert into ${kind}_media(id) values(1)`', ['1 audio_media', '1 image_media']],
  ["'delete from ' + 'te' + 'xts where true'", ['1 texts']],
  ['\'replace into main."texts" values(1)\'', ['1 texts']],
  ['`with some as (select 1) insert into texts(text) select * from some`', ['1 texts']],
  ["`${condition ? 'delete from texts' : ''}`", ['1 texts']],
])('a write of the table of another folder is found: %s', (text, expected) => {
  expect(tablesWritten(text)).toEqual(expected)
})

test.each([
  "db.selectFrom('texts')",
  "'select 1 from sidecars where id = 1'",
  "'update texts, then try again'",
  "'insert into texts_other(id) values(1)'",
  '// delete from texts',
])('what writes no such table is left alone: %s', (text) => {
  expect(tablesWritten(text)).toEqual([])
})

test('the owner writes its own table', () => {
  const text = "db.prepare('delete from texts'); db.deleteFrom('texts'); db.deleteFrom('sidecars')"
  expect(tablesWritten(text, 'core/src/search/text/planted.ts')).toEqual(['1 sidecars'])
  expect(tablesWritten(text, 'daemon/src/search/planted.ts')).toEqual(['1 texts', '1 sidecars'])
})
