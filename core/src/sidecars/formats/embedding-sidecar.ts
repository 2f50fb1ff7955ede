import type { TextKind } from '../../domain/index.ts'
import type { Engine } from '../generators/generator.ts'
import { list, object, optional, parseSidecar, part, text } from './loose-json.ts'
import type { TextWord } from './text-sidecar.ts'

/** A piece of text that has a vector. */
export interface EmbeddedChunk {
  /** The kind of the sidecar that the text comes from, or `name` for a file name. */
  readonly source: TextKind | 'name'
  /** Page number, from 1; null for names, and for sources with only one page. */
  readonly page: number | null
  /** The text that was embedded; for `name`, the file name unchanged. */
  readonly text: string
  /** The box around the words, as fractions of the page from 0 to 1; absent if unknown. */
  readonly box?: TextWord['box']
  /** In a recording: milliseconds from its start to the beginning of the text. */
  readonly timeMs?: number
}

/**
 * The content of `embeddings/<model>.json`. The vectors are in a file beside it, in the same order: see
 * `vector-file.ts`.
 */
export interface EmbeddingSidecar {
  readonly version: 1
  readonly engine: Engine
  /** The model's name in the configuration. */
  readonly model: string
  /** Numbers in a vector; 0 if there are no vectors. */
  readonly dimensions: number
  /** Chunks from file names come last. */
  readonly chunks: readonly EmbeddedChunk[]
  /** The content has more text than was embedded. */
  readonly truncated?: boolean
}

/** Sidecars of another version are not read. They must be made again. */
const VERSION = 1

/** The format of the file with the vectors. */
export const VECTOR_FORMAT = 'f32'

export function formatEmbeddingSidecar(sidecar: Omit<EmbeddingSidecar, 'version'>): string {
  return JSON.stringify({ version: VERSION, ...sidecar })
}

/** The chunks in a sidecar file, with null for each invalid chunk; null if the file is invalid. */
export function parseEmbeddedChunks(json: string): (EmbeddedChunk | null)[] | null {
  return parseSidecar(json, { version: VERSION, list: 'chunks' })?.chunks.map(readChunk) ?? null
}

function readChunk(value: unknown): EmbeddedChunk | null {
  const { source, page, text: said, box, timeMs } = object(value) ?? {}
  const read = text(said)
  if (read === null || !isSource(source)) return null
  const [x, y, width, height, ...more] = list(box, part)
  return {
    source,
    page: isCount(page) && page > 0 ? page : null,
    text: read,
    ...optional('box', height === undefined || more.length > 0 ? null : ([x!, y!, width!, height] as const)),
    ...optional('timeMs', isCount(timeMs) ? timeMs : null),
  }
}

function isSource(value: unknown): value is EmbeddedChunk['source'] {
  return value === 'text' || value === 'ocr' || value === 'transcript' || value === 'name'
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}
