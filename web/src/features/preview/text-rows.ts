/** A line, or a piece of one that is too long to be drawn as a whole. */
export interface TextRow {
  /** From 0. */
  readonly line: number
  /** Where in the line it begins. */
  readonly from: number
  readonly text: string
}

/** Characters of a row at most: a page of one line would be drawn for seconds. */
export const MAX_ROW = 2_000

/** A text in rows. */
export function textRows(text: string): TextRow[] {
  const rows: TextRow[] = []
  for (const [line, whole] of text.split(/\r\n|\n|\r/).entries()) {
    for (let from = 0; from === 0 || from < whole.length; from += MAX_ROW)
      rows.push({ line, from, text: whole.slice(from, from + MAX_ROW) })
  }
  return rows
}

/** Decodes what of a file was read so far; a character that was cut at the end is left out. Throws where nobody knows the encoding. */
export function decodeText(pieces: readonly Uint8Array[], charset: string): string {
  const decoder = new TextDecoder(charset)
  return pieces.map((piece) => decoder.decode(piece, { stream: true })).join('')
}

/** What a file is written in, by the header of its answer: not being UTF-8 it is what Windows wrote before. */
export function charsetOf(contentType: string | null): string {
  return /charset=([\w-]+)/i.exec(contentType ?? '')?.[1] ?? 'windows-1252'
}

/** Whether bytes are no letters in any encoding that has no pairs of bytes. */
export function isBinary(bytes: Uint8Array, charset: string): boolean {
  return !charset.startsWith('utf-16') && bytes.includes(0)
}
