import { expect, test } from 'vitest'
import { kyselyOver, migrate, openDatabase } from '../../db/index.ts'
import { migrations } from './index.ts'

const before = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '015'))

test('media and documents are read again, once, and known metadata stays until then', async () => {
  using db = openDatabase(':memory:')
  await migrate(kyselyOver(db), before, 'test')
  // Pictures, videos, sounds, documents, archives, texts, workbooks, presentations.
  for (const [i, type] of [1, 2, 3, 4, 5, 7, 17, 18].entries())
    db.prepare(
      `insert into content_identities(id, uuid, hash, hash_version, size, type, confidence, examined_at)
       values (?, ?, x'00', 1, 1, ?, 100, 5)`,
    ).run(i + 1, Uint8Array.of(i), type)
  db.exec("insert into image_media(content_id, width, camera_make) values (1, 30, 'Maker')")
  await migrate(kyselyOver(db), migrations, 'test')
  const examined = db.prepare('select type from content_identities where examined_at is not null order by type').all()
  expect(examined.map(({ type }) => type)).toEqual([5, 7])
  expect(db.prepare('select width, camera_make, keywords, rating from image_media').get()).toEqual({
    width: 30,
    camera_make: 'Maker',
    keywords: null,
    rating: null,
  })
})
