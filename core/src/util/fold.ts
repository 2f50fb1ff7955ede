/**
 * A name in the form that search compares: without case, accents, ligatures, width or invisible characters, so that
 * `Résumé.PDF` and `resume.pdf` are equal. The result may be longer than the name. Folding piece by piece
 * (`foldPieces`) gives the same text. Folding a folded name changes nothing.
 */
export function foldName(name: string): string {
  return ASCII_ONLY.test(name) ? name.toLowerCase() : foldText(name)
}

/** A base character of a name with its accents, in folded form. */
export interface FoldedPiece {
  readonly folded: string
  /** UTF-16 offsets in the name. */
  readonly start: number
  readonly end: number
}

/** The folded name in pieces, each with its position in the name. */
export function foldPieces(name: string): FoldedPiece[] {
  return [...name.matchAll(BASE_WITH_MARKS)].map((match) => ({
    folded: foldName(match[0]),
    start: match.index,
    end: match.index + match[0].length,
  }))
}

function foldText(text: string): string {
  return (
    text
      .normalize('NFKD')
      .toLowerCase()
      .replace(ACCENT_OR_INVISIBLE, '')
      // An invisible character may have separated marks that are adjacent now. So they are put in canonical order
      // again.
      .normalize('NFD')
      .replace(LETTER_OF_ITS_OWN, (letter) => PLAIN_LETTERS[letter] ?? letter)
  )
}

// oxlint-disable-next-line no-control-regex -- the whole ASCII range is meant
const ASCII_ONLY = /^[\x00-\x7f]*$/

/**
 * Marks shared by scripts (accents, voicing, Arabic vowels) and Hebrew and Arabic points. Vowel signs of Indic and
 * South-East Asian scripts are marks too, but readers treat them as letters, so they are not removed.
 */
const ACCENT_OR_INVISIBLE =
  /[\p{Script=Inherited}\p{Default_Ignorable_Code_Point}[\p{Mn}&&[\p{Script=Hebrew}\p{Script=Arabic}]]]/gv

const BASE_WITH_MARKS = /[^\p{M}\p{Default_Ignorable_Code_Point}]?[\p{M}\p{Default_Ignorable_Code_Point}]+|\P{M}/gsv

/** Letters that Unicode does not decompose, but that people type without their stroke or ligature. */
const PLAIN_LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ı: 'i',
  ŋ: 'n',
  ŧ: 't',
  ς: 'σ',
}
const LETTER_OF_ITS_OWN = new RegExp(`[${Object.keys(PLAIN_LETTERS).join('')}]`, 'g')
