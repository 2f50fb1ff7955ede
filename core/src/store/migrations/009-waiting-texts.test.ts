import { expect, test } from 'vitest'
import { kyselyOver, migrate, openDatabase } from '../../db/index.ts'
import { migrations } from './index.ts'

const before = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '009'))

test('thumbnails of office documents that nothing could draw wait again, others stay as they are', async () => {
  const db = openDatabase(':memory:')
  await migrate(kyselyOver(db), before, 'test')
  db.exec(`pragma foreign_keys = off;
    insert into extensions(id, ext) values(1, 'odt'), (2, 'xyz');
    insert into content_identities(id, uuid, hash, hash_version, size, type, mime, confidence)
      select value, randomblob(16), randomblob(32), 1, 1, 0, case value
        when 1 then 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
        when 2 then 'application/vnd.oasis.opendocument.text' when 5 then 'image/jpeg' end, 0
      from json_each('[1, 2, 3, 4, 5]');
    insert into entries(uuid, parent_id, name, sort_key, kind, type, ext_id, size, allocated, mtime, mtime_ns, ctime, inode, nlink, mode, content_id)
      select randomblob(16), 1, 'a file', randomblob(16), 0, 0, value - 2, 1, 0, 0, 0, 0, 1, 1, 0, value from json_each('[3, 4]');
    insert into sidecars(content_id, kind, variant, format, state, recipe, error_code, error, created_at, updated_at)
      select value, 0, 'grid@2x', 'webp', 3, 1, 'Unsupported', 'no picture in it', 0, 0 from json_each('[1, 2, 3, 4, 5]');
    insert into sidecars(content_id, kind, variant, format, state, recipe, error_code, error, created_at, updated_at)
      values(1, 0, 'detail@1x', 'webp', 3, 1, 'Corrupt', 'damaged', 0, 0), (1, 1, 'default', 'json', 3, 1, 'Unsupported', 'locked', 0, 0)`)
  await migrate(kyselyOver(db), migrations, 'test')
  const waiting = db.prepare('select content_id as id, kind, variant from sidecars where state = 0 and error is null')
  expect(waiting.all().map(({ id, kind, variant }) => [id, kind, variant])).toEqual([
    [1, 0, 'grid@2x'],
    [2, 0, 'grid@2x'],
    [3, 0, 'grid@2x'],
  ])
})
