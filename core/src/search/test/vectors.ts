import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type ContentId, sidecarKindNumbers, sidecarStateNumbers } from '../../domain/index.ts'
import { type EmbeddedChunk, formatEmbeddingSidecar, VECTOR_FORMAT } from '../../sidecars/formats/embedding-sidecar.ts'
import { sidecarPath } from '../../sidecars/files/paths.ts'
import { formatVectors } from '../../sidecars/formats/vector-file.ts'
import { blobToUuid } from '../../util/uuid.ts'
import { TrackedTransactions } from '../../store/tracked-transaction.ts'
import { indexVectors } from '../vectors/index-vectors.ts'
import type { LibraryFixture } from './library-fixture.ts'

const READY = sidecarStateNumbers.ready
const EMBEDDINGS = sidecarKindNumbers.embeddings

export const MODEL = 'toy'

/** Random numbers between 0 and 1, the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

export function unit(numbers: Iterable<number>): Float32Array {
  const vector = Float32Array.from(numbers)
  const length = Math.hypot(...vector)
  return vector.map((number) => number / length)
}

/** Vectors around some centres, like those of texts about some subjects. */
export function clustered(random: () => number, { count, dimensions }: { count: number; dimensions: number }) {
  const direction = () => Array.from({ length: dimensions }, () => random() - 0.5)
  const centres = Array.from({ length: Math.ceil(count / 100) }, direction)
  return Array.from({ length: count }, (_, i) => {
    const centre = centres[i % centres.length]!
    return unit(centre.map((number) => number + (random() - 0.5) * 0.9))
  })
}

/** Adds a ready sidecar of embeddings with its files, as the generator leaves it. If there is one, replaces it. */
export function embed(
  library: LibraryFixture,
  content: number,
  vectors: readonly Float32Array[],
  { chunks = [], model = MODEL }: { chunks?: readonly EmbeddedChunk[]; model?: string } = {},
) {
  const names = chunks.filter(({ source }) => source === 'name').length
  const dimensions = vectors[0]?.length ?? 0
  const json = formatEmbeddingSidecar({ engine: { name: 'test', version: '1' }, model, dimensions, chunks })
  const file = formatVectors(vectors, names)
  if (chunks.length > 0) writeFile(vectorPath(library, content, 'json', model), json)
  writeFile(vectorPath(library, content, VECTOR_FORMAT, model), file)
  library.db
    .prepare(
      `insert into sidecars(uuid, content_id, kind, variant, format, state, size, checksum, recipe, created_at, updated_at)
       values(?, ?, ${EMBEDDINGS}, ?, '${VECTOR_FORMAT}', ${READY}, ?, ?, 1, 0, 0)
       on conflict(content_id, kind, variant, format) do update set checksum = excluded.checksum`,
    )
    .run(randomBytes(16), content, model, file.length, createHash('sha256').update(file).digest())
}

export function vectorPath({ db, sidecars }: LibraryFixture, content: number, format: string, model = MODEL): string {
  const row = db.prepare('select uuid from content_identities where id = ?').get(content)
  const contentId = blobToUuid(row!['uuid'] as Uint8Array) as ContentId
  return sidecarPath(sidecars, { contentId, kind: 'embeddings', variant: model, format })
}

/** Does the bulk thread's work after sidecars were generated. */
export function indexAllVectors(
  { db, sidecars }: LibraryFixture,
  { check = false, signal = new AbortController().signal } = {},
) {
  return indexVectors(
    db,
    { root: sidecars, check },
    { signal, transaction: async (work) => new TrackedTransactions(db).run(work).result },
  )
}

function writeFile(path: string, data: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, data)
}
