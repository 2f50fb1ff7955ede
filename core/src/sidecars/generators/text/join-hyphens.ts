/**
 * The character that PDFium writes for a hyphen at the end of a line, whether it belongs to the word or only breaks it.
 */
const LINE_END_HYPHEN = '\u{fffe}'
const BROKEN = /([\p{L}\p{M}\p{N}]+)\u{fffe}(?:[ \t]*\r?\n[ \t]*)?([\p{L}\p{M}\p{N}]*)/gu
const WORD = /[\p{L}\p{M}\p{N}]+(?:-[\p{L}\p{M}\p{N}]+)*/gu

/**
 * Joins the words of a document that were broken at the end of a line. The hyphen stays if the document has the word
 * with a hyphen elsewhere, or if it has both parts as separate words, but not the joined word: `far-reaching`.
 */
export function joinHyphens(pages: readonly string[]): string[] {
  if (!pages.some((page) => page.includes(LINE_END_HYPHEN))) return [...pages]
  const words = new Set<string>()
  for (const page of pages) {
    for (const [word] of page.replaceAll(BROKEN, ' ').matchAll(WORD)) {
      words.add(word.toLowerCase())
      for (const part of word.split('-')) words.add(part.toLowerCase())
    }
  }
  const has = (word: string) => words.has(word.toLowerCase())
  return pages.map((page) =>
    page
      .replaceAll(BROKEN, (_, before: string, after: string) => {
        if (after === '') return `${before}-`
        if (has(before + after)) return before + after
        const isTwoWords = has(`${before}-${after}`) || (has(before) && has(after))
        return isTwoWords ? `${before}-${after}` : before + after
      })
      .replaceAll(LINE_END_HYPHEN, '-'),
  )
}
