import type { SidecarKind } from '../domain/index.ts'
import type { Engine } from './generators/generator.ts'
import { list, object, optional, parseObject, part, text } from './loose-json.ts'
import type { TextWord } from './text-sidecar.ts'

/** The sidecars whose text is embedded. */
export type SpokenKind = Extract<SidecarKind, 'text' | 'ocr' | 'transcript'>

/** A piece of text that has a vector. */
export interface EmbeddedChunk {
  /** The sidecar it was taken from, or what a file with the content is called. */
  readonly source: SpokenKind | 'name'
  /** From 1; null where the source has one only, and for names. */
  readonly page: number | null
  /** What was embedded; a name as it is. */
  readonly text: string
  /** Around its words, as parts of the page, 0 to 1; where they are known. */
  readonly box?: TextWord['box']
  /** Of a recording: milliseconds from its start to where this is said. */
  readonly timeMs?: number
}

/** What `embeddings/<model>.json` holds; the vectors lie beside it, in the same order: see `vector-file.ts`. */
export interface EmbeddingSidecar {
  readonly version: 1
  readonly engine: Engine
  /** As the configuration calls it. */
  readonly model: string
  /** Numbers in a vector; 0 where there is none. */
  readonly dimensions: number
  /** Those of names are the last. */
  readonly chunks: readonly EmbeddedChunk[]
  /** There is more text than is embedded of one content. */
  readonly truncated?: boolean
}

/** One of another version is not read: it is made again. */
const VERSION = 1

/** The format of the file with the vectors. */
export const VECTOR_FORMAT = 'f32'

export function formatEmbeddingSidecar(sidecar: Omit<EmbeddingSidecar, 'version'>): string {
  return JSON.stringify({ version: VERSION, ...sidecar })
}

/** The chunks in the file of a sidecar, null for each that is not as it should be; null where the file is none. */
export function parseEmbeddedChunks(json: string): (EmbeddedChunk | null)[] | null {
  const value = parseObject(json)
  if (!value || value['version'] !== VERSION || !Array.isArray(value['chunks'])) return null
  return value['chunks'].map(readChunk)
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
