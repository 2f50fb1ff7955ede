import type { Language } from './language-of.ts'

/** What the thread that colours texts is asked. */
export interface HighlightRequest {
  readonly id: number
  readonly code: string
  readonly language: Language
}

/** A text in colours. */
export interface Highlighted {
  readonly id: number
  /** As CSS writes them. */
  readonly colours: readonly string[]
  /** Of each line its parts: text, and which of the colours it has. */
  readonly lines: readonly (readonly [text: string, colour: number][])[]
}
