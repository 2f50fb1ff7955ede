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

/** The meaning of a query, computed by the model. */
export interface Meaning {
  /** The model as a variant of embeddings sidecars. The query can be compared only with these. */
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
  /** The weak matches that were left out, nearest first. */
  readonly weaker: readonly MeaningMatch[]
  /** Number of vectors that were compared. */
  readonly size: number
  /** Whether the library has more vectors than fit in memory. */
  readonly isCut: boolean
}

export interface MeaningScope {
  readonly names: NameIndex
  readonly filter: RowFilter
  readonly weak: boolean
}

/** Contents that count as near. Beyond the hundredth, the search relies on words. */
const NEAREST = 100
/**
 * Contents with less than this share of the best similarity are weak matches. The limit is relative because models differ
 * in their similarities.
 *
 * Measured with the built-in model. 13 questions about six everyday topics, each with three documents, among 30 other
 * texts (those of the scans in `corpus/ocr`, a speech, pages of this project): with 0.5, all three documents of the topic were
 * found, and 3.4 others; with 0.7, 87 % of them and 0.5 others; with 0.8, only 67 %. In a mixed library of 355 documents
 * (`corpus`, 80 pages of documentation, 250 of npm) and 32 questions, the median number of matches fell from 24 to 5,
 * and each of the 16 documents that answer one question was found. Questions that nothing answers have matches all the
 * same: their best similarity (0.30 to 0.45) is that of some right answers (0.35), so no fixed limit tells them apart.
 */
const NEAR_SHARE = 0.7
/** Contents with less than this share are no matches at all: with the built-in model, they are nearly all about other things. */
const WEAK_SHARE = 0.5
/** A larger sidecar is not opened to show a near piece. */
const MAX_SHOWN_BYTES = 8 * 1_048_576

/** Searches the texts of one library by meaning. Only reads. */
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

  /** The entries near a query in meaning that pass the filter; with `weak`, also those that are only weakly similar. */
  find({ model, vector }: Meaning, { filter, names, weak }: MeaningScope): MeaningMatches {
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
    const best = found[0]?.similarity ?? 0
    const similar = found.filter(({ similarity }) => similarity > 0 && similarity >= best * WEAK_SHARE)
    const isNear = ({ similarity }: MeaningMatch) => weak || similarity >= best * NEAR_SHARE
    return {
      matches: similar.filter(isNear),
      weaker: similar.filter((match) => !isNear(match)),
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

  /** Keeps the vectors of only one model, because users seldom change the model. */
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

  /** Pairs contents with their entries. If a chunk is a name, it counts only for entries that still have this name. */
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
