import { readFile } from 'node:fs/promises'
import type { DatabaseSync } from '../../db/sqlite.ts'
import type { ContentId } from '../../domain/ids.ts'
import { sidecarKindNumbers, sidecarStateNumbers } from '../../domain/stored-lists.ts'
import type { BulkHost } from '../../store/index.ts'
import { VECTOR_FORMAT } from '../../sidecars/formats/embedding-sidecar.ts'
import { sidecarPath } from '../../sidecars/files/paths.ts'
import { parseVectors, type VectorHeader } from '../../sidecars/formats/vector-file.ts'
import { CoreError, systemCode } from '../../util/errors.ts'
import { blobToUuid } from '../../util/uuid.ts'
import { Sketcher } from './sketcher.ts'
import { codeId, toCode } from './vector-code.ts'

export interface IndexVectorsRequest {
  /** The library's sidecar folder. */
  readonly root: string
  /** Also look for sketches that are missing although they are recorded, and for sketches that should not exist. */
  readonly check: boolean
}

type IndexVectorsHost = Pick<BulkHost, 'signal' | 'transaction'>

/** Files in one transaction: with the limit below, other connections cannot write for about a twentieth of a second. */
const FILES_PER_BATCH = 128
const VECTORS_PER_BATCH = 2_048

const READY = sidecarStateNumbers.ready
const EMBEDDINGS = sidecarKindNumbers.embeddings

interface Waiting {
  readonly id: number
  readonly model: string
  readonly checksum: Uint8Array
  readonly path: string
}

interface Sketched {
  readonly row: Waiting
  readonly header: VectorHeader
  readonly sketches: Uint8Array
  readonly codes: readonly Uint8Array[]
}

/**
 * Stores a sketch and a code of each vector in the ready embeddings sidecars. The checksum in
 * `searched_sidecars.indexed` shows which file they belong to. This can be stopped and repeated at any time. Returns
 * the number of files indexed.
 */
export async function indexVectors(
  db: DatabaseSync,
  { root, check }: IndexVectorsRequest,
  host: IndexVectorsHost,
): Promise<number> {
  if (check) await compare(db, host)
  const sketchers = new Map<number, Sketcher>()
  let indexed = 0
  for (let after = 0; ;) {
    const batch = waiting(db, root, after)
    if (batch.length === 0) return indexed
    const read: Sketched[] = []
    for (let vectors = 0; vectors < VECTORS_PER_BATCH && batch.length > 0;) {
      host.signal.throwIfAborted()
      const row = batch.shift()!
      after = row.id
      const sketched = await sketch(row, sketchers)
      if (!sketched) continue
      read.push(sketched)
      vectors += sketched.codes.length
    }
    if (read.length > 0) indexed += await write(db, read, host)
  }
}

function waiting(db: DatabaseSync, root: string, after: number): Waiting[] {
  const rows = db
    .prepare(
      `select s.id, s.variant, i.checksum, c.uuid from searched_sidecars i indexed by searched_sidecars_waiting
       join sidecars s on s.id = i.sidecar_id join content_identities c on c.id = s.content_id
       where i.kind = ${EMBEDDINGS} and i.checksum is not null and i.indexed is not i.checksum and i.sidecar_id > ?
         and s.state = ${READY}
       order by i.sidecar_id limit ${FILES_PER_BATCH}`,
    )
    .all(after)
  return rows.map((row) => {
    const contentId = blobToUuid(row['uuid'] as Uint8Array) as ContentId
    const model = String(row['variant'])
    return {
      id: Number(row['id']),
      model,
      checksum: row['checksum'] as Uint8Array,
      path: sidecarPath(root, { contentId, kind: 'embeddings', variant: model, format: VECTOR_FORMAT }),
    }
  })
}

/** The sketches and codes of a file; null if the file cannot be read now. */
async function sketch(row: Waiting, sketchers: Map<number, Sketcher>): Promise<Sketched | null> {
  try {
    const { header, vectors } = parseVectors(await readFile(row.path))
    const { dimensions } = header
    let sketcher = sketchers.get(dimensions)
    if (!sketcher) sketchers.set(dimensions, (sketcher = new Sketcher(dimensions)))
    const sketches = Buffer.concat(vectors.map((vector) => sketcher.sketch(vector)))
    return { row, header, sketches, codes: vectors.map(toCode) }
  } catch (err) {
    if (systemCode(err) === null && !(err instanceof CoreError)) throw err
    // `sidecar verify` reports the problem.
    return null
  }
}

async function write(db: DatabaseSync, read: readonly Sketched[], host: IndexVectorsHost): Promise<number> {
  const done = db.prepare('update searched_sidecars set indexed = ? where sidecar_id = ? and checksum = ?')
  const remove = db.prepare('delete from vectors where sidecar_id = ?')
  const add = db.prepare('insert into vectors(sidecar_id, model, dimensions, names, sketches) values(?, ?, ?, ?, ?)')
  const addCode = db.prepare('insert into vector_codes(id, code) values(?, ?)')
  let indexed = 0
  await host.transaction(() => {
    for (const { row, header, sketches, codes } of read) {
      // The sidecar may have been removed or regenerated since it was read.
      if (done.run(row.checksum, row.id, row.checksum).changes === 0) continue
      // The row gets a new id: a reader that has read all rows up to the last id must see the new vectors.
      remove.run(row.id)
      const { lastInsertRowid } = add.run(row.id, row.model, header.dimensions, header.names, sketches)
      for (const [i, code] of codes.entries()) addCode.run(codeId(Number(lastInsertRowid), i), code)
      indexed++
    }
  })
  return indexed
}

/** If `searched_sidecars.indexed` and the sketches disagree, removes the wrong checksum or the wrong sketches. */
async function compare(db: DatabaseSync, host: IndexVectorsHost): Promise<void> {
  await host.transaction(() => {
    db.exec(`
      update searched_sidecars set indexed = null where kind = ${EMBEDDINGS} and indexed is not null
        and not exists (select 1 from vectors v where v.sidecar_id = searched_sidecars.sidecar_id);
      delete from vectors where not exists (
        select 1 from searched_sidecars i where i.sidecar_id = vectors.sidecar_id and i.indexed is not null)`)
  })
}
