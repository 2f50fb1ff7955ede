import type { TextKind } from '../../domain/index.ts'

export interface ReadTextInput {
  /** The kind to read; if omitted, the first of `textKinds` that has text. */
  readonly kind?: TextKind | undefined
  /** The page to start at. */
  readonly page?: number | undefined
  readonly timeMs?: number | undefined
  /** The maximum length, in UTF-16 code units. */
  readonly characters: number
  /** The position where the last answer ended. Takes precedence over `page` and `timeMs`. */
  readonly cursor?: string | undefined
}

/** A page, or a sentence of a recording; cut if it does not fit. */
export interface TextPart {
  /** Number of the page, from 1; null in a recording. */
  readonly page: number | null
  readonly title: string | null
  /** In a recording: milliseconds from its start. */
  readonly startMs: number | null
  readonly endMs: number | null
  readonly text: string
}

export interface ReadText {
  readonly kind: TextKind
  readonly languages: readonly string[]
  readonly parts: readonly TextPart[]
  /** The file has more text than the sidecar. */
  readonly truncated: boolean
  /** More of the file is still being read. */
  readonly unfinished: boolean
  /** The position to continue at; null at the end. */
  readonly cursor: string | null
}

export interface TextWindowInput {
  /** The candidates; the first one with text is read. */
  readonly sidecars: readonly { readonly kind: TextKind; readonly path: string }[]
  readonly of: ReadTextInput
}
