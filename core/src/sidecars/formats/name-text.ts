/** Words that cameras, scanners and programs put into file names. They say nothing about the content of the file. */
const EMPTY_WORDS: ReadonlySet<string> = new Set(
  'copy of dcf dcim dsc dscf dscn doc document download file final img image imag mov movie new page photo pic pict picture pxl scan scanned screen screenshot shot snapshot the tmp untitled unbenannt version vid video whatsapp'.split(
    ' ',
  ),
)
/** Shorter words are mostly abbreviations or units. */
const MIN_WORD = 3
/** A name with fewer letters in its words is not worth searching. */
const MIN_LETTERS = 4

/** Turns a file name into text: its words, without the extension; null if no word has a meaning. */
export function nameAsText(name: string): string | null {
  const words = name.replace(/(?<=.)\.[^. ]{1,10}$/u, '').match(/\p{L}[\p{L}\p{M}]*/gu) ?? []
  const meant = words.filter((word) => word.length >= MIN_WORD && !EMPTY_WORDS.has(word.toLowerCase()) && isWord(word))
  if (meant.reduce((sum, { length }) => sum + length, 0) < MIN_LETTERS) return null
  return words.join(' ')
}

/** Rejects words without a vowel and words of vowels only, because they are often digits of a hash. */
function isWord(word: string): boolean {
  return !/^[a-z]+$/i.test(word) || (/[aeiouy]/i.test(word) && /[^aeiou]/i.test(word))
}
