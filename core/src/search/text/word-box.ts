import type { TextWord } from '../../sidecars/formats/text-sidecar.ts'
import type { TextRange } from '../match-ranges.ts'

/** The box of the word in which a part of a page's text begins; null if the words do not contain it. */
export function boxAt(text: string, words: readonly TextWord[], [start]: TextRange): TextWord['box'] | null {
  let at = 0
  for (const word of words) {
    const found = text.indexOf(word.text, at)
    // The text spells this word differently, so it is skipped.
    if (found < 0 || word.text === '') continue
    if (found > start) return null
    at = found + word.text.length
    if (at > start) return word.box
  }
  return null
}
