import type { Engine } from './generators/generator.ts'
import { list, object, optional, parseObject, part, text } from './loose-json.ts'

/** Where the text of a page was taken from: the text layer of a PDF, a picture of it, or a file that is text itself. */
export type TextSource = 'layer' | 'ocr' | 'text'

/** A word in a picture. */
export interface TextWord {
  readonly text: string
  /** Left, top, width and height as parts of the page, 0 to 1. */
  readonly box: readonly [x: number, y: number, width: number, height: number]
  /** How sure the reader is, 0 to 1. */
  readonly confidence: number
}

/** A page, slide, sheet, chapter; or the whole of a file that has none of these. */
export interface TextPage {
  /** From 1, as the file counts; pages without text may be left out. */
  readonly page: number
  readonly title?: string
  /** Empty where there is none: a page of a PDF that has no text layer, for one. */
  readonly text: string
  readonly source: TextSource
  /** 0 to 1; where a picture was read. */
  readonly confidence?: number
  readonly words?: readonly TextWord[]
}

/** What the sidecars `text/default.json` and `ocr/default.json` hold. */
export interface TextSidecar {
  readonly version: 1
  readonly engine: Engine
  /** Codes of the languages looked for or found; empty where nobody asked. */
  readonly languages: readonly string[]
  readonly pages: readonly TextPage[]
  /** 0 to 1, of the whole. */
  readonly confidence?: number
  /** The file has more text than is kept of one. */
  readonly truncated?: boolean
}

/** One of another version is not read: it is made again. */
const VERSION = 1

export function formatTextSidecar(sidecar: Omit<TextSidecar, 'version'>): string {
  return JSON.stringify({ version: VERSION, ...sidecar })
}

/** Reads the file of a sidecar, leaving out what is not as it should be; null where it is none, or of another version. */
export function parseTextSidecar(json: string): TextSidecar | null {
  const value = parseObject(json)
  if (!value || value['version'] !== VERSION || !Array.isArray(value['pages'])) return null
  const engine = object(value['engine'])
  return {
    version: VERSION,
    engine: { name: text(engine?.['name']) ?? '', version: text(engine?.['version']) ?? '' },
    languages: list(value['languages'], text),
    pages: list(value['pages'], page),
    ...optional('confidence', part(value['confidence'])),
    ...optional('truncated', value['truncated'] === true ? true : null),
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
