import { rmSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { LibraryFixture } from '../test/library-fixture.ts'
import { addContent } from '../test/texts.ts'
import { embed, indexAllVectors, unit, vectorPath } from '../test/vectors.ts'

const one = unit([1, 2, 3, 4])
const two = unit([4, 3, 2, 1])

function sketched({ db }: LibraryFixture): { content: number; dimensions: number; bytes: number }[] {
  return db
    .prepare(
      `select s.content_id as content, v.dimensions, length(v.sketches) as bytes
       from vectors v join sidecars s on s.id = v.sidecar_id order by v.id`,
    )
    .all()
    .map((row) => ({
      content: Number(row['content']),
      dimensions: Number(row['dimensions']),
      bytes: Number(row['bytes']),
    }))
}

test('each file is read once, and again when it is another', async () => {
  using library = await LibraryFixture.create()
  const content = addContent(library)
  embed(library, content, [one, two])
  expect(await indexAllVectors(library)).toBe(1)
  expect(await indexAllVectors(library)).toBe(0)
  expect(sketched(library)).toEqual([{ content, dimensions: 4, bytes: 128 }])
  embed(library, content, [two])
  expect(await indexAllVectors(library)).toBe(1)
  expect(sketched(library)).toEqual([{ content, dimensions: 4, bytes: 64 }])
})

test('a file without vectors is read, and nothing is found in it', async () => {
  using library = await LibraryFixture.create()
  const [empty, full] = [addContent(library), addContent(library)]
  embed(library, empty, [])
  embed(library, full, [one])
  expect(await indexAllVectors(library)).toBe(2)
  expect(await indexAllVectors(library, { check: true })).toBe(0)
  expect(sketched(library)).toEqual([
    { content: empty, dimensions: 0, bytes: 0 },
    { content: full, dimensions: 4, bytes: 64 },
  ])
})

test('sketches go with their sidecar, and with its content', async () => {
  using library = await LibraryFixture.create()
  const [first, second] = [addContent(library), addContent(library)]
  for (const content of [first, second]) embed(library, content, [one])
  await indexAllVectors(library)
  library.db.prepare('delete from sidecars where content_id = ?').run(first)
  expect(sketched(library).map(({ content }) => content)).toEqual([second])
  library.db.exec('pragma foreign_keys = on')
  library.db.prepare('delete from content_identities where id = ?').run(second)
  expect(library.db.prepare('select count(*) as n from vectors').get()).toEqual({ n: 0 })
  expect(library.db.prepare('select count(*) as n from vector_codes').get()).toEqual({ n: 0 })
})

test('a file that is gone or broken waits, and the others are read', async () => {
  using library = await LibraryFixture.create()
  const [gone, broken, whole] = [addContent(library), addContent(library), addContent(library)]
  for (const content of [gone, broken, whole]) embed(library, content, [one])
  rmSync(vectorPath(library, gone, 'f32'))
  writeFileSync(vectorPath(library, broken, 'f32'), 'who knows what this is')
  expect(await indexAllVectors(library)).toBe(1)
  expect(sketched(library).map(({ content }) => content)).toEqual([whole])
  embed(library, broken, [two])
  expect(await indexAllVectors(library)).toBe(1)
})

test('one that is stopped goes on where it was', async () => {
  using library = await LibraryFixture.create()
  library.db.exec('begin')
  const contents = Array.from({ length: 160 }, () => addContent(library))
  for (const content of contents) embed(library, content, [one])
  library.db.exec('commit')
  const controller = new AbortController()
  const stopping = indexAllVectors(library, { signal: controller.signal })
  controller.abort()
  await expect(stopping).rejects.toThrow(/abort/)
  const before = sketched(library).length
  expect(before).toBeLessThan(160)
  expect(await indexAllVectors(library)).toBe(160 - before)
  expect(
    sketched(library)
      .map(({ content }) => content)
      .toSorted((a, b) => a - b),
  ).toEqual(contents)
})

test('what the two do not agree on is found and mended', async () => {
  using library = await LibraryFixture.create()
  const [first, second] = [addContent(library), addContent(library)]
  for (const content of [first, second]) embed(library, content, [one])
  await indexAllVectors(library)
  library.db.prepare('delete from vectors where id = 1').run()
  library.db
    .prepare(
      `insert into vectors(sidecar_id, model, dimensions, names, sketches) values(999, 'toy', 4, 0, zeroblob(64))`,
    )
    .run()
  expect(await indexAllVectors(library)).toBe(0)
  expect(await indexAllVectors(library, { check: true })).toBe(1)
  expect(sketched(library).map(({ content }) => content)).toEqual([second, first])
  expect(library.db.prepare('select count(*) as n from vectors').get()).toEqual({ n: 2 })
  expect(library.db.prepare('select count(*) as n from vector_codes').get()).toEqual({ n: 2 })
})
