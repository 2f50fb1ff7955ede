/** Words that cameras, scanners and programs put into names, and that say nothing of what is in the file. */
const EMPTY_WORDS: ReadonlySet<string> = new Set(
  'copy of dcf dcim dsc dscf dscn doc document download file final img image imag mov movie new page photo pic pict picture pxl scan scanned screen screenshot shot snapshot the tmp untitled unbenannt version vid video whatsapp'.split(
    ' ',
  ),
)
/** Shorter words are abbreviations and numbers' companions. */
const MIN_WORD = 3
/** With fewer letters in its words a name says nothing. */
const MIN_LETTERS = 4

/** A name of a file as a text: its words, without the extension; null where no word of it means anything. */
export function nameAsText(name: string): string | null {
  const words = name.replace(/(?<=.)\.[^. ]{1,10}$/u, '').match(/\p{L}[\p{L}\p{M}]*/gu) ?? []
  const meant = words.filter((word) => word.length >= MIN_WORD && !EMPTY_WORDS.has(word.toLowerCase()) && isWord(word))
  if (meant.reduce((sum, { length }) => sum + length, 0) < MIN_LETTERS) return null
  return words.join(' ')
}

/** Digits of a hash, spelled as letters, have no vowel or nothing else. */
function isWord(word: string): boolean {
  return !/^[a-z]+$/i.test(word) || (/[aeiouy]/i.test(word) && /[^aeiou]/i.test(word))
}
