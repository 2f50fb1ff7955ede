/** Left, top, width and height as parts of the page, 0 to 1. */
export type Box = readonly [x: number, y: number, width: number, height: number]

/** A word in a picture. */
export interface Word {
  readonly text: string
  readonly box: Box
}

/** A page, slide, sheet or chapter; or the whole of a file that has none of these. */
export interface TextPage {
  /** From 1, as the file counts. */
  readonly page: number
  readonly title: string | null
  readonly text: string
  readonly words: readonly Word[]
}

/** What `text/default.json` and `ocr/default.json` say. */
export interface PagedText {
  readonly pages: readonly TextPage[]
  /** The file has more text than is kept of one. */
  readonly isTruncated: boolean
  /** More pages are still being read. */
  readonly isUnfinished: boolean
}

/** A sentence, in milliseconds from the start of the recording. */
export interface Line {
  readonly startMs: number
  readonly endMs: number
  readonly text: string
}

/** What `transcript/default.json` says. */
export interface Transcript {
  /** Code of the language; null where nobody can tell. */
  readonly language: string | null
  /** In the order of time. */
  readonly lines: readonly Line[]
  readonly isTruncated: boolean
}

/** Reads the JSON of a sidecar; what is not as it should be is left out, null where it is none at all. */
export function readPagedText(json: unknown): PagedText | null {
  const value = record(json)
  if (!Array.isArray(value?.['pages'])) return null
  return {
    pages: value['pages'].flatMap(readPage),
    isTruncated: value['truncated'] === true,
    isUnfinished: value['unfinished'] === true,
  }
}

export function readTranscript(json: unknown): Transcript | null {
  const value = record(json)
  if (!Array.isArray(value?.['segments'])) return null
  const lines = value['segments'].flatMap(readLine).toSorted((a, b) => a.startMs - b.startMs)
  return { language: textOf(value['language']), lines, isTruncated: value['truncated'] === true }
}

function readPage(json: unknown): TextPage[] {
  const { page, text, title, words } = record(json) ?? {}
  if (typeof page !== 'number' || typeof text !== 'string') return []
  return [{ page, text, title: textOf(title), words: Array.isArray(words) ? words.flatMap(readWord) : [] }]
}

function readWord(json: unknown): Word[] {
  const { box, text } = record(json) ?? {}
  if (typeof text !== 'string' || !isBox(box)) return []
  return [{ text, box }]
}

function readLine(json: unknown): Line[] {
  const { endMs, startMs, text } = record(json) ?? {}
  if (typeof startMs !== 'number' || typeof endMs !== 'number' || typeof text !== 'string') return []
  return [{ startMs, endMs, text }]
}

function isBox(value: unknown): value is Box {
  return Array.isArray(value) && value.length === 4 && value.every((each) => typeof each === 'number')
}

function record(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
