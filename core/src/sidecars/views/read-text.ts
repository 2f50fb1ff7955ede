import { type Sidecar, type TextKind, textKinds } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import type { ReadText, ReadTextInput, TextWindowInput } from './text-parts.ts'

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
  if (!said) throw new CoreError('NotFound', `it has no text yet: ${hint(sidecars, of.kind)}`)
  return said
}

function hint(sidecars: readonly Sidecar[], kind: TextKind | undefined): string {
  const waiting = sidecars.find((each) => isText(each.kind) && (kind === undefined || each.kind === kind))
  if (!waiting)
    return 'no text, ocr or transcript was made; `spacedrive location update <location> --policy text=on` turns texts on'
  return waiting.error
    ? `its ${waiting.kind} could not be made: ${waiting.error.message}`
    : `its ${waiting.kind} is ${waiting.state}`
}

function isText(kind: string): kind is TextKind {
  return (textKinds as readonly string[]).includes(kind)
}
