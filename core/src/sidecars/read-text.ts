import { open } from 'node:fs/promises'
import type { Sidecar } from '../domain/index.ts'
import { CoreError } from '../util/errors.ts'
import { parseTextSidecar } from './text-sidecar.ts'
import { parseTranscript } from './transcript-sidecar.ts'

/** The kinds that hold what a file says, in the order in which they are looked at: the surest first. */
export const spokenKinds = ['text', 'ocr', 'transcript'] as const
export type SpokenKind = (typeof spokenKinds)[number]

export interface ReadTextInput {
  /** The first one of `spokenKinds` that says something where it is left out. */
  readonly kind?: SpokenKind | undefined
  /** Where to begin. */
  readonly page?: number | undefined
  readonly timeMs?: number | undefined
  /** How much at the most, in UTF-16 code units. */
  readonly characters: number
  /** Where the last answer ended; before `page` and `timeMs`. */
  readonly cursor?: string | undefined
}

/** A page, or a sentence of a recording, or what fits of it. */
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
  readonly kind: SpokenKind
  readonly languages: readonly string[]
  readonly parts: readonly TextPart[]
  /** The file says more than is kept of one. */
  readonly truncated: boolean
  /** Where to go on; null at the end. */
  readonly cursor: string | null
}

/** More is never written; whoever has put something else in its place is not read. */
const MAX_SIDECAR_BYTES = 256 * 1024 * 1024

/** Sentences may be short; each costs some words around it. */
const MAX_PARTS = 1_000

/** What one of `sidecars` says. Throws `NotFound` where none is there, and `InvalidInput` for a cursor of something else. */
export async function readText(sidecars: readonly Sidecar[], of: ReadTextInput): Promise<ReadText> {
  const there = spokenKinds
    .filter((kind) => of.kind === undefined || of.kind === kind)
    .flatMap((kind) => sidecars.find((each) => each.kind === kind && each.format === 'json' && each.path) ?? [])
  let said: Said | null = null
  for (const sidecar of there) {
    const read = await readSidecar(sidecar)
    // A scanned PDF has a layer of text with nothing in it, and pictures that say something.
    if (read && (said === null || said.parts.length === 0)) said = read
    if (said && said.parts.length > 0) break
  }
  if (!said) throw new CoreError('NotFound', `nothing is known of what it says: ${hint(sidecars, of.kind)}`)
  const { parts, ...rest } = said
  return { ...rest, ...windowOf(parts, of) }
}

interface Said extends Omit<ReadText, 'cursor'> {}

async function readSidecar({ kind, path }: Sidecar): Promise<Said | null> {
  const json = await readBounded(path!)
  if (json === null) return null
  if (kind === 'transcript') {
    const transcript = parseTranscript(json)
    if (!transcript) return null
    const { language, segments, truncated = false } = transcript
    const parts = segments.map(({ endMs, startMs, text }) => ({ page: null, title: null, startMs, endMs, text }))
    return { kind, languages: language === null ? [] : [language], parts, truncated }
  }
  const sidecar = parseTextSidecar(json)
  if (!sidecar) return null
  const { languages, pages, truncated = false } = sidecar
  const parts = pages
    .filter(({ text }) => text.trim() !== '')
    .map(({ page, text, title = null }) => ({ page, title, startMs: null, endMs: null, text }))
  return { kind: kind as SpokenKind, languages, parts, truncated }
}

/** Null where it cannot be read now: it may be made again at this moment. */
async function readBounded(path: string): Promise<string | null> {
  try {
    await using file = await open(path)
    return (await file.stat()).size > MAX_SIDECAR_BYTES ? null : await file.readFile('utf8')
  } catch {
    return null
  }
}

function windowOf(parts: readonly TextPart[], of: ReadTextInput): Pick<ReadText, 'parts' | 'cursor'> {
  const shown: TextPart[] = []
  let left = of.characters
  let { at, offset } = startOf(parts, of)
  for (; at < parts.length && left > 0 && shown.length < MAX_PARTS; at++, offset = 0) {
    const part = parts[at]!
    const text = cut(part.text.slice(offset), left)
    shown.push({ ...part, text })
    left -= text.length
    if (offset + text.length < part.text.length) return { parts: shown, cursor: `${at}.${offset + text.length}` }
  }
  return { parts: shown, cursor: at < parts.length ? `${at}.0` : null }
}

/** Not in the middle of a character; at least one. */
function cut(text: string, length: number): string {
  const isHalved = /[\uD800-\uDBFF]/.test(text.charAt(length - 1)) && text.length > length
  return text.slice(0, isHalved ? Math.max(length - 1, 2) : length)
}

function startOf(parts: readonly TextPart[], { cursor, page, timeMs }: ReadTextInput): { at: number; offset: number } {
  if (cursor !== undefined) {
    const [, at, offset] = /^(\d{1,9})\.(\d{1,9})$/.exec(cursor) ?? []
    if (at === undefined) throw new CoreError('InvalidInput', `${JSON.stringify(cursor)} is no cursor of a text`)
    return { at: Number(at), offset: Number(offset) }
  }
  if (page === undefined && timeMs === undefined) return { at: 0, offset: 0 }
  const at = parts.findIndex((part) =>
    part.page === null ? timeMs !== undefined && part.endMs! > timeMs : page !== undefined && part.page >= page,
  )
  return { at: at < 0 ? parts.length : at, offset: 0 }
}

function hint(sidecars: readonly Sidecar[], kind: SpokenKind | undefined): string {
  const waiting = sidecars.find((each) => isSpoken(each.kind) && (kind === undefined || each.kind === kind))
  if (!waiting) return 'no text, ocr or transcript of it was made; `spacedrive location update` has them made'
  return waiting.error
    ? `its ${waiting.kind} could not be made: ${waiting.error.message}`
    : `its ${waiting.kind} is ${waiting.state}`
}

function isSpoken(kind: string): kind is SpokenKind {
  return (spokenKinds as readonly string[]).includes(kind)
}
