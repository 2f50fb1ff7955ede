import type { DatabaseSync, StatementSync } from '../../db/sqlite.ts'
import { SketchMemory } from './sketch-memory.ts'
import { Sketcher } from './sketcher.ts'
import { similarityOf } from './vector-code.ts'
import { VectorCodes } from './vector-codes.ts'

/** A content near a query in meaning. */
export interface Near {
  readonly contentRowId: number
  /** The chunks of the content that were compared with the query, nearest first. */
  readonly chunks: readonly NearChunk[]
}

export interface NearChunk {
  readonly chunk: number
  /** Cosine of the angle; 1 means the same direction. */
  readonly similarity: number
  /** Whether the chunk is a name, not a part of the text. */
  readonly isName: boolean
}

export interface NearestOptions {
  /** Maximum number of contents to return. */
  readonly limit: number
  /** Decides whether a content may be returned. */
  readonly accepts: (contentRowId: number) => boolean
}

/**
 * Limit on the chunks that are selected by their sketches and then compared by their vectors. In a test, more chunks
 * found nothing nearer.
 */
const COMPARED = 400
/** Limit on the compared chunks of one content. Otherwise a long book could take up the whole list. */
const COMPARED_PER_CONTENT = 8
/** After this many rejected contents, the search ends with the results so far. Each check is a database query. */
const MAX_REFUSED = 20_000
/** If more rows than this are removed, and more than `MAX_DEAD_SHARE` of all rows, everything is read again. */
const MIN_DEAD = 1_000
const MAX_DEAD_SHARE = 0.25

export interface VectorIndexOptions {
  /** The variant of the embeddings sidecars. */
  readonly model: string
  /** Number of dimensions of a vector. */
  readonly dimensions: number
}

interface Row {
  readonly id: number
  readonly contentRowId: number
  /** Index of the first sketch of the file. */
  readonly first: number
  /** Index of the first chunk of the file that is a name. */
  readonly names: number
  alive: boolean
}

/**
 * Read access to the vectors of one model in one library: sketches in memory, the vectors themselves in the database.
 * Each search sees everything committed before it.
 */
export class VectorIndex {
  readonly #options: VectorIndexOptions
  readonly #sketcher: Sketcher
  readonly #statements: Record<'version' | 'count' | 'added' | 'ids', StatementSync>
  #sketches: SketchMemory
  readonly #codes: VectorCodes
  #rows: Row[] = []
  /** Row number of each sketch. */
  #rowOf = new Uint32Array(1_024)
  #dead = 0
  #lastId = 0
  #version = -1
  /** Whether the library has more vectors than fit in memory. */
  isCut = false

  constructor(db: DatabaseSync, options: VectorIndexOptions) {
    this.#options = options
    this.#sketcher = new Sketcher(options.dimensions)
    this.#sketches = new SketchMemory(this.#sketcher.bytes)
    this.#codes = new VectorCodes(db, options.dimensions)
    const mine = 'model = ? and dimensions = ?'
    this.#statements = {
      version: db.prepare('pragma data_version'),
      count: db.prepare(`select count(*) as count from vectors where ${mine}`),
      added: db.prepare(
        `select v.id, s.content_id, v.names, v.sketches from vectors v join sidecars s on s.id = v.sidecar_id
         where v.id > ? and ${mine} order by v.id limit ${ROWS_PER_READ}`,
      ),
      ids: db.prepare(`select id from vectors where ${mine}`),
    }
  }

  /** Number of chunks with a sketch in memory. It includes those of removed rows until the next rebuild. */
  get size(): number {
    return this.#sketches.count
  }

  /** The contents nearest to a vector of length 1, nearest first. */
  nearest(vector: Float32Array, options: NearestOptions): Near[] {
    this.#refresh()
    const candidates = [...this.#candidates(vector, options)]
    this.#codes.read(candidates.flatMap(([{ id }, chunks]) => chunks.map((chunk) => ({ vectorsId: id, chunk }))))
    return candidates
      .map(([row, chunks]) => this.#compare(vector, row, chunks))
      .filter(({ chunks }) => chunks.length > 0)
      .toSorted(byNearness)
      .slice(0, options.limit)
  }

  /** The chunks with the nearest sketches, by row. */
  #candidates(vector: Float32Array, { accepts }: NearestOptions): Map<Row, number[]> {
    const distances = this.#sketches.distances(this.#sketcher.sketch(vector))
    const candidates = new Map<Row, number[]>()
    const refused = new Set<Row>()
    let taken = 0
    for (const sketch of inOrder(distances, this.#sketcher.bytes * 8)) {
      const row = this.#rows[this.#rowOf[sketch]!]!
      if (!row.alive || refused.has(row)) continue
      let chunks = candidates.get(row)
      if (!chunks) {
        if (!accepts(row.contentRowId)) {
          refused.add(row)
          if (refused.size === MAX_REFUSED) break
          continue
        }
        candidates.set(row, (chunks = []))
      }
      if (chunks.length === COMPARED_PER_CONTENT) continue
      chunks.push(sketch - row.first)
      if (++taken === COMPARED) break
    }
    return candidates
  }

  #compare(query: Float32Array, { contentRowId, id, names }: Row, chunks: readonly number[]): Near {
    const compared = chunks.flatMap((chunk): NearChunk[] => {
      const code = this.#codes.get({ vectorsId: id, chunk })
      return code ? [{ chunk, similarity: similarityOf(query, code), isName: chunk >= names }] : []
    })
    return { contentRowId, chunks: compared.toSorted((a, b) => b.similarity - a.similarity) }
  }

  /**
   * Reads the changes that were committed since the last search. Row ids only grow, so new rows come after the last
   * id.
   */
  #refresh(): void {
    // Other connections write. This one only reads, so `data_version` shows every change.
    const version = Number(this.#statements.version.get()!['data_version'])
    if (version === this.#version) return
    if (this.#dead > MIN_DEAD && this.#dead > this.#rows.length * MAX_DEAD_SHARE) this.#clear()
    this.#readAdded()
    if (this.#living !== this.#countAll()) this.#forgetRemoved()
    this.#version = version
  }

  get #living(): number {
    return this.#rows.length - this.#dead
  }

  #countAll(): number {
    const { dimensions, model } = this.#options
    return Number(this.#statements.count.get(model, dimensions)!['count'])
  }

  #readAdded(): void {
    const { dimensions, model } = this.#options
    for (;;) {
      const rows = this.#statements.added.all(this.#lastId, model, dimensions)
      for (const row of rows) {
        this.#lastId = Number(row['id'])
        this.#add({
          id: this.#lastId,
          contentRowId: Number(row['content_id']),
          names: Number(row['names']),
          sketches: row['sketches'] as Uint8Array,
        })
      }
      if (rows.length < ROWS_PER_READ) return
    }
  }

  #add({ sketches, names, ...of }: Omit<Row, 'first' | 'alive'> & { sketches: Uint8Array }): void {
    const fits = this.#sketches.hasRoom(sketches.length)
    if (!fits) this.isCut = true
    const first = this.#sketches.count
    const number = this.#rows.length
    const count = sketches.length / this.#sketcher.bytes
    this.#rows.push({ ...of, first, names: count - names, alive: true })
    if (!fits) return
    this.#sketches.add(sketches)
    if (this.#sketches.count > this.#rowOf.length) {
      const larger = new Uint32Array(Math.max(this.#sketches.count, this.#rowOf.length * 2))
      larger.set(this.#rowOf)
      this.#rowOf = larger
    }
    this.#rowOf.fill(number, first, this.#sketches.count)
  }

  #forgetRemoved(): void {
    const { dimensions, model } = this.#options
    const there = new Set(this.#statements.ids.all(model, dimensions).map(({ id }) => Number(id)))
    for (const row of this.#rows) {
      if (!row.alive || there.has(row.id)) continue
      row.alive = false
      this.#dead++
    }
  }

  #clear(): void {
    this.#sketches = new SketchMemory(this.#sketcher.bytes)
    this.#rows = []
    this.#dead = 0
    this.#lastId = 0
    this.isCut = false
  }
}

/** Rows in one read; they take a few megabytes. */
const ROWS_PER_READ = 4_096

/** The indexes of sketches, the nearest first. Distances are small numbers, so they are sorted by counting. */
function* inOrder(distances: Uint16Array, most: number): Generator<number> {
  const ends = new Uint32Array(most + 2)
  for (let i = 0; i < distances.length; i++) ends[distances[i]! + 1]!++
  for (let i = 1; i < ends.length; i++) ends[i]! += ends[i - 1]!
  const order = new Uint32Array(distances.length)
  for (let i = 0; i < distances.length; i++) order[ends[distances[i]!]!++] = i
  yield* order
}

function byNearness(a: Near, b: Near): number {
  return b.chunks[0]!.similarity - a.chunks[0]!.similarity || a.contentRowId - b.contentRowId
}
