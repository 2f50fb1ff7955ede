import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openDatabase } from '../../db/index.ts'
import { LibraryFixture } from '../test/library-fixture.ts'
import { addContent } from '../test/texts.ts'
import { clustered, embed, indexAllVectors, MODEL, randomOf, unit } from '../test/vectors.ts'
import { VectorIndex } from './vector-index.ts'

const all = { limit: 10, accepts: () => true }

function openIndex({ file }: LibraryFixture, dimensions: number) {
  const db = openDatabase(file, { readOnly: true })
  const index = new VectorIndex(db, { model: MODEL, dimensions })
  return Object.assign(index, { [Symbol.dispose]: () => db.close() })
}

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, number, i) => sum + number * b[i]!, 0)

/** The contents nearest to a vector, by comparing all. */
function exact(query: Float32Array, contents: ReadonlyMap<number, readonly Float32Array[]>, limit: number): number[] {
  const best = [...contents].flatMap(([id, vectors]) =>
    vectors.length > 0 ? [{ id, similarity: Math.max(...vectors.map((vector) => dot(query, vector))) }] : [],
  )
  return best
    .toSorted((a, b) => b.similarity - a.similarity || a.id - b.id)
    .slice(0, limit)
    .map(({ id }) => id)
}

test.each([
  { of: 'texts about some subjects', make: clustered, dimensions: 384 },
  { of: 'bags of words: few numbers, none below zero', make: sparse, dimensions: 300 },
  { of: 'a model whose numbers are all large and alike', make: shifted, dimensions: 128 },
])('of the ten nearest, what sketches find is what all vectors say: $of', async ({ make, dimensions }) => {
  using library = await LibraryFixture.create()
  const random = randomOf(7)
  const vectors = make(random, { count: 4_000, dimensions })
  const contents = new Map<number, Float32Array[]>()
  library.db.exec('begin')
  for (let i = 0; i < vectors.length; i += 10) {
    const content = addContent(library)
    contents.set(content, vectors.slice(i, i + 10))
    embed(library, content, vectors.slice(i, i + 10))
  }
  library.db.exec('commit')
  await indexAllVectors(library)
  using index = openIndex(library, dimensions)
  let right = 0
  const queries = Array.from({ length: 40 }, (_, i) =>
    unit(vectors[i * 97]!.map((number) => number + (random() - 0.5) * 0.05)),
  )
  for (const query of queries) {
    const found = new Set(index.nearest(query, all).map(({ contentRowId }) => contentRowId))
    right += exact(query, contents, 10).filter((id) => found.has(id)).length
  }
  expect(index.size).toBe(4_000)
  expect(right / 400).toBeGreaterThanOrEqual(0.99)
})

test('what is found is what is there, whatever is made, made again and removed', async () => {
  const step = fc.record({
    act: fc.constantFrom('add', 'again', 'remove'),
    which: fc.nat(20),
    vectors: fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 8, maxLength: 8 }), { maxLength: 5 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { maxLength: 8 }), { maxLength: 6 }), async (rounds) => {
      using library = await LibraryFixture.create()
      using index = openIndex(library, 8)
      const contents = new Map<number, Float32Array[]>()
      const query = unit([1, 2, 3, 4, 5, 6, 7, 8])
      for (const steps of rounds) {
        for (const { act, vectors, which } of steps) {
          const made = vectors.filter((numbers) => numbers.some((number) => number !== 0)).map(unit)
          const content = act === 'add' ? addContent(library) : [...contents.keys()][which % contents.size]
          if (content === undefined) continue
          if (act === 'add' || act === 'again') {
            embed(library, content, made)
            contents.set(content, made)
          } else {
            library.db.prepare('delete from sidecars where content_id = ?').run(content)
            contents.delete(content)
          }
        }
        await indexAllVectors(library)
        const found = index.nearest(query, { limit: 100, accepts: () => true })
        const wanted = exact(query, contents, 100)
        expect(new Set(found.map(({ contentRowId }) => contentRowId))).toEqual(new Set(wanted))
        expect(found).toHaveLength(wanted.length)
        for (const { contentRowId, chunks } of found) {
          const similarity = Math.max(...contents.get(contentRowId)!.map((vector) => dot(query, vector)))
          expect(chunks[0]!.similarity).toBeCloseTo(similarity, 3)
        }
      }
    }),
    { numRuns: 20 },
  )
})

test('what is left out makes room for what is farther away', async () => {
  using library = await LibraryFixture.create()
  const vectors = clustered(randomOf(3), { count: 450, dimensions: 64 })
  library.db.exec('begin')
  const ids = vectors.map((vector) => {
    const content = addContent(library)
    embed(library, content, [vector])
    return content
  })
  library.db.exec('commit')
  await indexAllVectors(library)
  using index = openIndex(library, 64)
  const wanted = new Set(ids.filter((_, i) => i % 150 === 1))
  const found = index.nearest(vectors[0]!, { limit: 10, accepts: (id) => wanted.has(id) })
  expect(new Set(found.map(({ contentRowId }) => contentRowId))).toEqual(wanted)
})

test('vectors of another model or length are not compared', async () => {
  using library = await LibraryFixture.create()
  const [mine, other, longer] = [addContent(library), addContent(library), addContent(library)]
  embed(library, mine, [unit([1, 1, 0, 0])])
  embed(library, other, [unit([1, 1, 0, 0])], { model: 'another' })
  embed(library, longer, [unit([1, 1, 0, 0, 0])])
  await indexAllVectors(library)
  using index = openIndex(library, 4)
  expect(index.nearest(unit([1, 1, 0, 0]), all).map(({ contentRowId }) => contentRowId)).toEqual([mine])
})

/** Vectors like hashed bags of words: most of their numbers are zero. */
function sparse(random: () => number, { count, dimensions }: { count: number; dimensions: number }): Float32Array[] {
  const subjects = Array.from({ length: count / 100 }, () =>
    Array.from({ length: 40 }, () => Math.floor(random() * dimensions)),
  )
  return Array.from({ length: count }, (_, i) => {
    const vector = new Float32Array(dimensions)
    const words = subjects[i % subjects.length]!
    for (let word = 0; word < 30; word++) vector[words[Math.floor(random() * words.length)]!]! += 1
    for (let word = 0; word < 10; word++) vector[Math.floor(random() * dimensions)]! += 1
    return unit(vector)
  })
}

function shifted(random: () => number, of: { count: number; dimensions: number }): Float32Array[] {
  return clustered(random, of).map((vector) => unit(vector.map((number, i) => number + (i % 3 === 0 ? 0.2 : 0.05))))
}
