import type { Engine } from '../generators/generator.ts'
import { engine, list, object, optional, parseSidecar, part, text } from './loose-json.ts'

/** The origin of a page's text: the text layer of a PDF, a picture of the page, or a file that is text itself. */
export type TextSource = 'layer' | 'ocr' | 'text'

/** A word in a picture. */
export interface TextWord {
  readonly text: string
  /** Left, top, width and height as fractions of the page, 0 to 1. */
  readonly box: readonly [x: number, y: number, width: number, height: number]
  /** The confidence of the engine, 0 to 1. */
  readonly confidence: number
}

/** A page, slide, sheet or chapter; or the whole file if it has none of these. */
export interface TextPage {
  /** Number of the page, from 1, as the file counts. Pages without text may be missing. */
  readonly page: number
  readonly title?: string
  /** Empty if there is no text, for example on a PDF page without a text layer. */
  readonly text: string
  readonly source: TextSource
  /** Confidence from 0 to 1; only for text that was read from a picture. */
  readonly confidence?: number
  readonly words?: readonly TextWord[]
}

/** The content of the sidecars `text/default.json` and `ocr/default.json`. */
export interface TextSidecar {
  readonly version: 1
  readonly engine: Engine
  /** The codes of the languages that were searched for or found; empty if the reader does not distinguish languages. */
  readonly languages: readonly string[]
  readonly pages: readonly TextPage[]
  /** Confidence from 0 to 1, for the whole file; only for text that was read from a picture. */
  readonly confidence?: number
  /** The file has more text than the sidecar. */
  readonly truncated?: boolean
  /** More of the file is still being read. */
  readonly unfinished?: boolean
}

/** Sidecars of another version are not read. They must be made again. */
const VERSION = 1

export function formatTextSidecar(sidecar: Omit<TextSidecar, 'version'>): string {
  return JSON.stringify({ version: VERSION, ...sidecar })
}

/** Parses a sidecar file and leaves out its invalid parts. Null if it is not a sidecar or is of another version. */
export function parseTextSidecar(json: string): TextSidecar | null {
  const value = parseSidecar(json, { version: VERSION, list: 'pages' })
  if (!value) return null
  return {
    version: VERSION,
    engine: engine(value['engine']),
    languages: list(value['languages'], text),
    pages: list(value['pages'], page),
    ...optional('confidence', part(value['confidence'])),
    ...optional('truncated', value['truncated'] === true ? true : null),
    ...optional('unfinished', value['unfinished'] === true ? true : null),
  }
}

function page(value: unknown): TextPage | null {
  const { page: number, title, text: written, source, confidence, words } = object(value) ?? {}
  const read = text(written)
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 1 || read === null) return null
  return {
    page: number,
    ...optional('title', text(title)),
    text: read,
    source: source === 'layer' || source === 'ocr' ? source : 'text',
    ...optional('confidence', part(confidence)),
    ...(Array.isArray(words) ? { words: list(words, word) } : {}),
  }
}

function word(value: unknown): TextWord | null {
  const { text: written, box, confidence } = object(value) ?? {}
  const read = text(written)
  const [x, y, width, height, ...more] = list(box, part)
  if (read === null || height === undefined || more.length > 0) return null
  return { text: read, box: [x!, y!, width!, height], confidence: part(confidence) ?? 0 }
}
