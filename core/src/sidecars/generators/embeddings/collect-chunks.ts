import type { TextKind } from '../../../domain/index.ts'
import type { EmbeddedChunk } from '../../formats/embedding-sidecar.ts'
import { nameAsText } from '../../formats/name-text.ts'
import { parseTextSidecar, type TextPage, type TextWord } from '../../formats/text-sidecar.ts'
import { parseTranscript } from '../../formats/transcript-sidecar.ts'
import { chunkText, type Stretch } from './chunk-text.ts'
import { hasMeaning } from './has-meaning.ts'
import { MAX_CHUNKS, MAX_NAMES } from './limits.ts'

/** A page of text before it is cut into chunks. */
export interface SpokenPage extends Pick<TextPage, 'text' | 'title' | 'words'> {
  /** Null if the file has only one page. */
  readonly page: number | null
  /** In a recording: the start of each line, in milliseconds. */
  readonly lineTimes?: readonly number[]
}

/** The text of one sidecar. */
export interface SpokenText {
  readonly kind: TextKind
  readonly pages: readonly SpokenPage[]
  /** The file has more text than the sidecar. */
  readonly truncated: boolean
}

/** Parses a sidecar with text; null if it is invalid. */
export function readSpokenText(kind: TextKind, json: string): SpokenText | null {
  if (kind === 'transcript') {
    const transcript = parseTranscript(json)
    if (!transcript) return null
    const { segments, truncated = false } = transcript
    const text = segments.map((segment) => segment.text.replaceAll(/\s+/g, ' ')).join('\n')
    return { kind, pages: [{ page: null, text, lineTimes: segments.map(({ startMs }) => startMs) }], truncated }
  }
  const sidecar = parseTextSidecar(json)
  if (!sidecar) return null
  const { pages, truncated = false } = sidecar
  return { kind, pages: pages.length === 1 ? [{ ...pages[0]!, page: null }] : pages, truncated }
}

export interface CollectedChunks {
  /** Chunks from file names come last. */
  readonly chunks: readonly EmbeddedChunk[]
  readonly names: number
  /** Whether chunks or text were left out. */
  readonly truncated: boolean
}

/** The chunks to embed for a content: parts of its texts, each with its position, and its meaningful file names. */
export function collectChunks(texts: readonly SpokenText[], names: readonly string[]): CollectedChunks {
  const chunks: EmbeddedChunk[] = []
  let truncated = texts.some((text) => text.truncated)
  for (const chunk of allChunks(texts)) {
    if (chunks.length === MAX_CHUNKS) {
      truncated = true
      break
    }
    chunks.push(chunk)
  }
  // File names are embedded only in addition to a text. Contents without text are found by their names in a search for
  // words.
  if (chunks.length === 0) return { chunks, names: 0, truncated }
  const named = [...new Set(names.flatMap((name) => nameAsText(name) ?? []))].slice(0, MAX_NAMES)
  const nameChunks = named.map((text): EmbeddedChunk => ({ source: 'name', page: null, text }))
  return { chunks: [...chunks, ...nameChunks], names: named.length, truncated }
}

function* allChunks(texts: readonly SpokenText[]): Generator<EmbeddedChunk> {
  for (const { kind, pages } of texts) {
    for (const page of pages) {
      for (const stretch of chunkText(page.text)) {
        if (kind === 'ocr' && !hasMeaning(page.text.slice(stretch.start, stretch.end))) continue
        const box = page.words && boxAround(page.text, page.words, stretch)
        const timeMs = page.lineTimes?.[lineOf(page.text, stretch.start)]
        yield {
          source: kind,
          page: page.page,
          text: withTitle(page, stretch),
          ...(box && { box }),
          ...(timeMs !== undefined && { timeMs }),
        }
      }
    }
  }
}

/** The number of the line at a position, from 0. */
function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length - 1
}

/** Adds the title of a page or chapter to its first chunk, as context. */
function withTitle({ text, title }: SpokenPage, { start, end }: Stretch): string {
  const said = text.slice(start, end)
  return title && start === 0 && !said.startsWith(title) ? `${title}\n${said}` : said
}

/** The box around the words in a part of the text; null if the text has no positions for them. */
function boxAround(text: string, words: readonly TextWord[], { start, end }: Stretch): TextWord['box'] | null {
  let [left, top, right, bottom] = [1, 1, 0, 0]
  let at = 0
  for (const word of words) {
    const found = text.indexOf(word.text, at)
    if (found < 0 || word.text === '') continue
    if (found >= end) break
    at = found + word.text.length
    if (found < start) continue
    const [x, y, width, height] = word.box
    left = Math.min(left, x)
    top = Math.min(top, y)
    right = Math.max(right, x + width)
    bottom = Math.max(bottom, y + height)
  }
  return right > left ? [left, top, round(right - left), round(bottom - top)] : null
}

/** Rounds away the error of floating-point sums. */
function round(part: number): number {
  return Math.round(part * 1e6) / 1e6
}
