import type { SidecarKind } from '../../domain/index.ts'
import { parseTextSidecar, type TextPage } from '../../sidecars/formats/text-sidecar.ts'
import { parseTranscript } from '../../sidecars/formats/transcript-sidecar.ts'
import type { TextRange } from '../match-ranges.ts'

/** A page in the form that is searched. */
export interface SearchedPage extends TextPage {
  /** For a recording: the start of each line of the text, in milliseconds from the start of the recording. */
  readonly lineTimes?: readonly number[]
}

/** The pages of a sidecar; none if it cannot be parsed. A transcript is one page with a line for each segment. */
export function parsePages(kind: SidecarKind, json: string): readonly SearchedPage[] {
  if (kind !== 'transcript') return parseTextSidecar(json)?.pages ?? []
  const segments = parseTranscript(json)?.segments ?? []
  if (segments.length === 0) return []
  const text = segments.map((segment) => segment.text.replaceAll(/\s+/g, ' ')).join('\n')
  return [{ page: 1, text, source: 'text', lineTimes: segments.map(({ startMs }) => startMs) }]
}

/** The time of the line in which a part of the text begins; null if it is not known. */
export function timeAt({ text, lineTimes }: SearchedPage, [start]: TextRange): number | null {
  if (!lineTimes) return null
  let line = 0
  for (let at = text.indexOf('\n'); at >= 0 && at < start; at = text.indexOf('\n', at + 1)) line++
  return lineTimes[line] ?? null
}
