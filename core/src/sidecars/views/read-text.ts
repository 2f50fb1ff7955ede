import { type Sidecar, type TextKind, textKinds } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import type { TextWindowInput } from './text-window.ts'

export interface ReadTextInput {
  /** If omitted, the first of `textKinds` with any text. */
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
  /** From 1; null in a recording. */
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
  /** The position to continue at; null at the end. */
  readonly cursor: string | null
}

/**
 * Reads the text of the first suitable sidecar with `read`. Throws `NotFound` if there is none, and `InvalidInput` for
 * an invalid cursor.
 */
export async function readText(
  sidecars: readonly Sidecar[],
  of: ReadTextInput,
  read: (input: TextWindowInput) => Promise<ReadText | null>,
): Promise<ReadText> {
  const there = textKinds
    .filter((kind) => of.kind === undefined || of.kind === kind)
    .flatMap((kind) => {
      const path = sidecars.find((each) => each.kind === kind && each.format === 'json' && each.path)?.path
      return path ? [{ kind, path }] : []
    })
  const said = there.length > 0 ? await read({ sidecars: there, of }) : null
  if (!said) throw new CoreError('NotFound', `nothing is known of what it says: ${hint(sidecars, of.kind)}`)
  return said
}

function hint(sidecars: readonly Sidecar[], kind: TextKind | undefined): string {
  const waiting = sidecars.find((each) => isText(each.kind) && (kind === undefined || each.kind === kind))
  if (!waiting) return 'no text, ocr or transcript of it was made; `spacedrive location update` has them made'
  return waiting.error
    ? `its ${waiting.kind} could not be made: ${waiting.error.message}`
    : `its ${waiting.kind} is ${waiting.state}`
}

function isText(kind: string): kind is TextKind {
  return (textKinds as readonly string[]).includes(kind)
}
