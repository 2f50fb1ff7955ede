/** Characters that would change how the text around them reads, or that cannot be seen: controls, bidi marks, line breaks. */
// oxlint-disable-next-line no-control-regex
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu
/** Characters of a name that stay when it is cut: the end tells `IMG_1.jpg` from `IMG_1.xmp`. */
const MAX_TAIL = 12

export interface TextPart {
  readonly text: string
  /** Stands for a character that cannot be seen: `U+202E`. */
  readonly isCode: boolean
}

/** Whether a text can be shown as it is. */
export function isSafe(text: string): boolean {
  return text.search(UNSEEN) === -1
}

/** A text in parts, in which every character that cannot be seen is its code. */
export function visibleText(text: string): TextPart[] {
  const parts: TextPart[] = []
  let start = 0
  for (const match of text.matchAll(UNSEEN)) {
    if (match.index > start) parts.push({ text: text.slice(start, match.index), isCode: false })
    const code = match[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
    parts.push({ text: `U+${code}`, isCode: true })
    start = match.index + match[0].length
  }
  if (start < text.length) parts.push({ text: text.slice(start), isCode: false })
  return parts
}

/** A text in which every character that cannot be seen is its code, where there is no room for marks: a window's title. */
export function plainText(text: string): string {
  return visibleText(text)
    .map((part) => part.text)
    .join('')
}

/** The extension of a name with its dot; empty if there is none, or if it is too long to be one. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot > 0 && name.length - dot <= MAX_TAIL - 2 ? name.slice(dot) : ''
}

/** A name in two parts, of which the first may be cut at its end: the last characters and the extension always stay. */
export function splitName(name: string): [head: string, tail: string] {
  const length = Math.min(extensionOf(name).length + 3, MAX_TAIL)
  if (name.length <= length * 2) return [name, '']
  // Never between the halves of a character.
  let cut = name.length - length
  if (/[\udc00-\udfff]/.test(name[cut]!)) cut--
  return [name.slice(0, cut), name.slice(cut)]
}

/** Start and end (not included) in UTF-16 code units. */
export type Ranges = readonly (readonly [start: number, end: number])[]

export interface MarkedPart {
  readonly text: string
  readonly isMarked: boolean
}

/** A text in parts, of which those of `ranges` are marked. `offset`: where the text begins in what the ranges are of. */
export function markedParts(text: string, ranges: Ranges, offset = 0): MarkedPart[] {
  const parts: MarkedPart[] = []
  let at = 0
  for (const [start, end] of ranges) {
    const [from, to] = [Math.max(at, start - offset), Math.min(text.length, end - offset)]
    if (to <= from) continue
    if (from > at) parts.push({ text: text.slice(at, from), isMarked: false })
    parts.push({ text: text.slice(from, to), isMarked: true })
    at = to
  }
  if (at < text.length) parts.push({ text: text.slice(at), isMarked: false })
  return parts
}
