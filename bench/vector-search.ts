import { DatabaseSync } from 'node:sqlite'
import { getLoadablePath } from 'sqlite-vec'
import { openDatabase } from '../core/src/db/index.ts'
import { LibraryFixture } from '../core/src/search/test/library-fixture.ts'
import { addContent } from '../core/src/search/test/texts.ts'
import { clustered, embed, indexAllVectors, MODEL, randomOf, unit } from '../core/src/search/test/vectors.ts'
import { VectorIndex } from '../core/src/search/vectors/vector-index.ts'
import { defineBenchmark, OURS } from './harness/benchmark.ts'
import { quantile } from './harness/statistics.ts'

const VECTORS = 100_000
const DIMENSIONS = 384
/** A document is a few pieces long. */
const PER_CONTENT = 4
const QUERIES = 100
const NEAREST = 10
const SEED = 31_415

const PEER = 'sqlite-vec'

export const vectorSearch = defineBenchmark({
  name: 'vector-search',
  title: `the ${NEAREST} nearest of ${VECTORS.toLocaleString('en')} vectors of ${DIMENSIONS} numbers, those of ${(VECTORS / PER_CONTENT).toLocaleString('en')} documents`,
  runs: 5,
  figures: [
    {
      id: 'p50',
      what: 'half of the queries, each for the first time',
      unit: 'ms',
      goal: { atMost: 0.2, ratioTo: PEER },
    },
    { id: 'p95', what: '95 % of them', unit: 'ms', goal: { atMost: 0.2, ratioTo: PEER } },
    { id: 'again', what: 'half of the queries, asked again', unit: 'ms', goal: null },
    { id: 'recall', what: 'found, as a part of what comparing all finds', unit: '×', goal: { atLeast: 0.99 } },
    { id: 'open', what: 'the first query after a start, which reads all sketches', unit: 'ms', goal: null },
  ],
  remarks: [
    'Ours keeps a sketch of each vector in memory and reads the vectors of the nearest sketches from the database. `sqlite-vec` compares all, in a table in memory.',
    'The vectors lie around 1,000 centres, as those of texts about some subjects do; a query is near to one of them.',
  ],
  async setup({ parts }) {
    const random = randomOf(SEED)
    const vectors = clustered(random, { count: VECTORS, dimensions: DIMENSIONS })
    const queries = Array.from({ length: QUERIES }, (_, i) =>
      unit(vectors[(i * 997) % VECTORS]!.map((number) => number + (random() - 0.5) * 0.05)),
    )
    const library = parts.use(await LibraryFixture.create())
    const contents = await fill(library, vectors)
    const wanted = queries.map((query) => exact(query, vectors, contents))
    const peer = parts.use(openPeer(vectors))
    return [
      {
        name: OURS,
        measure: async () => {
          using db = openDatabase(library.file, { readOnly: true })
          const index = new VectorIndex(db, { model: MODEL, dimensions: DIMENSIONS })
          const ask = (query: Float32Array) => index.nearest(query, { limit: NEAREST, accepts: () => true })
          const open = timed(() => ask(unit(vectors[1]!)))
          const first = queries.map((query) => timed(() => ask(query)))
          const again = queries.map((query) => timed(() => ask(query)))
          const right = queries.map((query, i) => ask(query).filter((near) => wanted[i]!.has(near.contentRowId)).length)
          return {
            p50: quantile(first, 0.5),
            p95: quantile(first, 0.95),
            again: quantile(again, 0.5),
            recall: right.reduce((sum, count) => sum + count, 0) / (QUERIES * NEAREST),
            open,
          }
        },
      },
      {
        name: PEER,
        measure: async () => {
          peer.ask(queries[0]!)
          const ms = queries.map((query) => timed(() => peer.ask(query)))
          return { p50: quantile(ms, 0.5), p95: quantile(ms, 0.95) }
        },
      },
    ]
  },
})

/** Vectors as a generator would have left them, and the content of each. */
async function fill(library: LibraryFixture, vectors: readonly Float32Array[]): Promise<Uint32Array> {
  const contents = new Uint32Array(vectors.length)
  library.db.exec('begin')
  for (let i = 0; i < vectors.length; i += PER_CONTENT) {
    const content = addContent(library)
    contents.fill(content, i, i + PER_CONTENT)
    embed(library, content, vectors.slice(i, i + PER_CONTENT))
  }
  library.db.exec('commit')
  await indexAllVectors(library)
  return contents
}

/** The contents nearest to a vector, by comparing all. */
function exact(query: Float32Array, vectors: readonly Float32Array[], contents: Uint32Array): Set<number> {
  const best = new Map<number, number>()
  for (const [i, vector] of vectors.entries()) {
    let similarity = 0
    for (let j = 0; j < DIMENSIONS; j++) similarity += query[j]! * vector[j]!
    const content = contents[i]!
    if (similarity > (best.get(content) ?? -1)) best.set(content, similarity)
  }
  const sorted = [...best].toSorted(([, a], [, b]) => b - a)
  return new Set(sorted.slice(0, NEAREST).map(([content]) => content))
}

function openPeer(vectors: readonly Float32Array[]) {
  const db = new DatabaseSync(':memory:', { allowExtension: true })
  db.loadExtension(getLoadablePath())
  db.exec(`create virtual table vectors using vec0(embedding float[${DIMENSIONS}] distance_metric=cosine)`)
  const add = db.prepare('insert into vectors(rowid, embedding) values(?, ?)')
  db.exec('begin')
  for (const [i, vector] of vectors.entries())
    add.run(
      BigInt(i + 1),
      new Uint8Array(vector.buffer.slice(vector.byteOffset, vector.byteOffset + vector.byteLength)),
    )
  db.exec('commit')
  const nearest = db.prepare(`select rowid, distance from vectors where embedding match ? and k = ${NEAREST}`)
  return {
    ask: (query: Float32Array) => nearest.all(new Uint8Array(query.buffer)),
    [Symbol.dispose]: () => db.close(),
  }
}

function timed(run: () => unknown): number {
  const begun = performance.now()
  run()
  return performance.now() - begun
}
