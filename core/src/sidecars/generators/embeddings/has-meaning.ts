/** A passage needs at least this many letters in words: two of the shortest words, or one long word. */
const MIN_LETTERS = 6
/** At least this part of a passage's characters must be letters of words. Spaces and numbers are not counted. */
const MIN_PART = 0.5
/**
 * Words: three letters or more, because shorter runs are seldom words. In scripts without spaces between words, each
 * letter counts.
 */
const WORDS = /\p{L}[\p{L}\p{M}’']{2,}|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu
/** A letter of these scripts counts as several letters of an alphabet. */
const DENSE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu
const LETTERS_OF_DENSE = 3

/**
 * Whether a passage that was read from a picture has enough words to mean something. In photos, the engine often takes
 * patterns for letters: the result is a few signs and pieces of words. Its vector would be arbitrary, and often near
 * to short queries. So such a passage gets no vector; the search for words still finds it.
 */
export function hasMeaning(passage: string): boolean {
  // Numbers count neither for nor against a passage.
  const signs = passage.replaceAll(/\s|\d{2,}/gu, '').length
  const inWords = (passage.match(WORDS) ?? []).reduce((sum, word) => sum + word.length, 0)
  const dense = passage.match(DENSE)?.length ?? 0
  return inWords + dense * (LETTERS_OF_DENSE - 1) >= MIN_LETTERS && inWords >= signs * MIN_PART
}
