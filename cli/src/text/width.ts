import { stripVTControlCharacters } from 'node:util'

const plainAscii = /^[\x20-\x7e]*$/
const combining = /^[\p{Mark}\p{Default_Ignorable_Code_Point}]$/u
const emoji = /\p{Emoji_Presentation}|\ufe0f/u

/** First and last code points of the East Asian Wide and Fullwidth blocks (Unicode 16, EastAsianWidth.txt), joined where only unassigned ones lie between. */
const wideBlocks = [
  [0x1100, 0x115f],
  [0x2329, 0x232a],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6b],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1aff0, 0x1b2fb],
  [0x1f200, 0x1f265],
  [0x20000, 0x3fffd],
] as const

/** What a person sees as single characters. */
export function splitGraphemes(text: string): string[] {
  if (plainAscii.test(text)) return Array.from(text)
  // Made here and not at the top of the file: it takes 10 ms, and most of what is printed is ASCII.
  const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  return Array.from(graphemes.segment(text), (part) => part.segment)
}

/** How many terminal cells `text` takes: 2 for CJK and emoji, 0 for combining marks and colour codes. */
export function textWidth(text: string): number {
  if (plainAscii.test(text)) return text.length
  return splitGraphemes(stripVTControlCharacters(text)).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0)
}

export function graphemeWidth(grapheme: string): number {
  if (emoji.test(grapheme)) return 2
  const codePoint = grapheme.codePointAt(0) ?? 0
  if (wideBlocks.some(([first, last]) => codePoint >= first && codePoint <= last)) return 2
  return combining.test(grapheme) ? 0 : 1
}
