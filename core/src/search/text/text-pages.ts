import type { SidecarKind } from '../../domain/index.ts'
import { parseTextSidecar, type TextPage } from '../../sidecars/text-sidecar.ts'
import { parseTranscript } from '../../sidecars/transcript-sidecar.ts'
import type { TextRange } from '../match-ranges.ts'

/** A page as it is searched. */
export interface SearchedPage extends TextPage {
  /** Of a recording: when each line of the text begins, in milliseconds from its start. */
  readonly lineTimes?: readonly number[]
}

/** What a sidecar says; nothing where it cannot be understood. What was said in a recording is one page, a line for each segment. */
export function parsePages(kind: SidecarKind, json: string): readonly SearchedPage[] {
  if (kind !== 'transcript') return parseTextSidecar(json)?.pages ?? []
  const segments = parseTranscript(json)?.segments ?? []
  if (segments.length === 0) return []
  const text = segments.map((segment) => segment.text.replaceAll(/\s+/g, ' ')).join('\n')
  return [{ page: 1, text, source: 'text', lineTimes: segments.map(({ startMs }) => startMs) }]
}

/** When the line was said that a part of the text begins in; null where that is not known. */
export function timeAt({ text, lineTimes }: SearchedPage, [start]: TextRange): number | null {
  if (!lineTimes) return null
  let line = 0
  for (let at = text.indexOf('\n'); at >= 0 && at < start; at = text.indexOf('\n', at + 1)) line++
  return lineTimes[line] ?? null
}
