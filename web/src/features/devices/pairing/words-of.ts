/** Words of a pairing code. */
export const CODE_WORDS = 12

/** Begins the text of a QR code. */
const INVITATION = /^\s*spacedrive:pair\?/i

/** What was pasted: words of a code, and the whole text where it says more than they do. */
export interface Pasted {
  readonly words: readonly string[]
  /** The text of a QR code: the words, and where that device is. */
  readonly invitation: string | null
}

/** The words in a text, with whatever numbers, commas and line breaks are between them; those of a QR code are in its address. */
export function wordsOf(text: string): Pasted {
  if (!INVITATION.test(text)) return { words: split(text), invitation: null }
  const words = new URLSearchParams(text.slice(text.indexOf('?') + 1)).get('words') ?? ''
  return { words: split(words), invitation: text.trim() }
}

/** The words with others in place from the one at `at` on; what is too much is left out. */
export function withWords(words: readonly string[], at: number, others: readonly string[]): readonly string[] {
  const from = others.length >= CODE_WORDS ? 0 : at
  return words.map((word, i) => others[i - from] ?? word)
}

function split(text: string): string[] {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '')
}
