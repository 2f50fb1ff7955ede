import type { DatabaseSync, StatementSync } from '../../db/sqlite.ts'
import type { SemanticReason } from '../../domain/search.ts'
import { type EmbeddedChunk, parseEmbeddedChunks } from '../../sidecars/formats/embedding-sidecar.ts'
import { nameAsText } from '../../sidecars/formats/name-text.ts'
import { foldName } from '../../util/fold.ts'
import type { NameIndex } from '../name-index.ts'
import type { RowFilter } from '../row-filter.ts'
import type { Phrase } from '../text/phrases.ts'
import { ShownSidecars } from '../text/shown-sidecars.ts'
import { FoundPlaces } from '../text/snippet.ts'
import { PLACE_BITS } from '../wasm/scanner.ts'
import { type Near, VectorIndex } from './vector-index.ts'

/** The meaning of a query, from the model. */
export interface Meaning {
  /** The variant of the embeddings sidecars that the query can be compared with. */
  readonly model: string
  /** The embedding of the query; its length is 1. */
  readonly vector: Float32Array
}

/** An entry with a piece of text near the query in meaning. */
export interface MeaningMatch {
  readonly entry: number
  readonly contentRowId: number
  readonly chunk: number
  readonly similarity: number
}

export interface MeaningMatches {
  /** Nearest first. */
  readonly matches: readonly MeaningMatch[]
  /** Number of vectors that were compared. */
  readonly size: number
  /** The library has more vectors than fit in memory. */
  readonly isCut: boolean
}

/** Contents that count as near. Beyond the hundredth, the search relies on words. */
const NEAREST = 100
/**
 * Contents with less than this share of the best similarity are not near. The limit is relative because models differ
 * in their similarities.
 */
const MIN_SHARE = 0.5
/** A larger sidecar is not opened to show a near piece. */
const MAX_SHOWN_BYTES = 8 * 1_048_576

/** Search by meaning over the texts of one library; only reads. */
export class Meanings {
  readonly #db: DatabaseSync
  readonly #entries: StatementSync
  readonly #sidecars: ShownSidecars
  #index: { readonly of: string; readonly vectors: VectorIndex } | null = null

  /** `root` is the library's sidecar folder. */
  constructor(db: DatabaseSync, root: string) {
    this.#db = db
    this.#entries = db.prepare('select id from entries where content_id = ? order by id')
    this.#sidecars = new ShownSidecars(db, root)
  }

  /** The entries near a query in meaning that pass the filter. */
  find({ model, vector }: Meaning, names: NameIndex, filter: RowFilter): MeaningMatches {
    const vectors = this.#vectorsOf(model, vector.length)
    const rowsOf = new Map<number, readonly number[]>()
    const accepts = (content: number) => {
      const rows = this.#rowsOf(content, names, filter)
      rowsOf.set(content, rows)
      return rows.length > 0
    }
    const near = vectors.nearest(vector, { limit: NEAREST, accepts })
    const found = near
      .flatMap((each) => this.#matchesOf(each, rowsOf.get(each.contentRowId)!, { model, names }))
      .toSorted((a, b) => b.similarity - a.similarity || a.entry - b.entry)
    const floor = (found[0]?.similarity ?? 0) * MIN_SHARE
    return {
      matches: found.filter(({ similarity }) => similarity > 0 && similarity >= floor),
      size: vectors.size,
      isCut: vectors.isCut,
    }
  }

  /** The near pieces of some entries, by entry id. */
  reasons(
    { matches }: MeaningMatches,
    model: string,
    ids: readonly number[],
    phrases: readonly Phrase[],
  ): Map<number, SemanticReason> {
    const wanted = new Set(ids)
    const found = matches.filter(({ entry }) => wanted.has(entry))
    return new Map(
      found.map(({ chunk, contentRowId, entry, similarity }) => {
        const said = this.#chunks(contentRowId, model)[chunk] ?? null
        return [entry, reasonOf(said, similarity, phrases)]
      }),
    )
  }

  /** Keeps the vectors of one model only: users change the model seldom. */
  #vectorsOf(model: string, dimensions: number): VectorIndex {
    const of = `${dimensions} ${model}`
    if (this.#index?.of !== of) this.#index = { of, vectors: new VectorIndex(this.#db, { model, dimensions }) }
    return this.#index.vectors
  }

  #rowsOf(content: number, names: NameIndex, filter: RowFilter): number[] {
    const rows = this.#entries
      .all(content)
      .map(({ id }) => names.rowOf(Number(id)))
      .filter((row) => row >= 0)
    const hits = Uint32Array.from(rows, (row) => row << PLACE_BITS)
    return Array.from(hits.subarray(0, filter.keep(hits, hits.length)), (hit) => hit >>> PLACE_BITS)
  }

  /** A chunk that is a name counts only for entries that still have this name. */
  #matchesOf(
    { chunks, contentRowId }: Near,
    rows: readonly number[],
    { model, names }: { model: string; names: NameIndex },
  ): MeaningMatch[] {
    let said: readonly (EmbeddedChunk | null)[] | null = null
    return rows.flatMap((row) => {
      const found = chunks.find(({ chunk, isName }) => {
        if (!isName) return true
        said ??= this.#chunks(contentRowId, model)
        return foldName(said[chunk]?.text ?? '') === nameAsText(names.nameOf(row))
      })
      if (!found) return []
      return [{ entry: names.ids[row]!, contentRowId, chunk: found.chunk, similarity: found.similarity }]
    })
  }

  /** The embedded chunks of a content; empty if they cannot be read now. */
  #chunks(contentRowId: number, model: string): readonly (EmbeddedChunk | null)[] {
    const of = { contentRowId, kind: 'embeddings', variant: model, maxBytes: MAX_SHOWN_BYTES } as const
    return parseEmbeddedChunks(this.#sidecars.read(of) ?? '') ?? []
  }
}

function reasonOf(said: EmbeddedChunk | null, similarity: number, phrases: readonly Phrase[]): SemanticReason {
  const rounded = Math.round(similarity * 1e4) / 1e4
  if (!said) return { field: 'semantic', kind: 'text', similarity: rounded, page: null, snippet: '', ranges: [] }
  const { text, ranges } = new FoundPlaces(said.text, phrases).snippet()
  return {
    field: 'semantic',
    kind: said.source,
    similarity: rounded,
    page: said.page,
    snippet: text,
    ranges,
    ...(said.box && { box: [...said.box] }),
    ...(said.timeMs !== undefined && { timeMs: said.timeMs }),
  }
}
