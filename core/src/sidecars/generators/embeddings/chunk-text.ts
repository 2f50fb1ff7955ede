import { CHUNK_BYTES, OVERLAP_BYTES } from './limits.ts'

/** A part of a text, as a range of UTF-16 code units. */
export interface Stretch {
  readonly start: number
  readonly end: number
}

/**
 * Cuts a text into stretches of at most `CHUNK_BYTES`. Each begins a little before the end of the previous one. A cut
 * is near the end of a stretch: after a paragraph if possible, or else after a sentence, or else after a word.
 */
export function* chunkText(text: string): Generator<Stretch> {
  let start = skipSpace(text, 0)
  while (start < text.length) {
    const limit = advance(text, start, CHUNK_BYTES)
    const end = limit >= text.length ? text.length : bestCut(text, start, limit)
    const trimmed = start + text.slice(start, end).trimEnd().length
    yield { start, end: trimmed }
    if (skipSpace(text, end) >= text.length) return
    start = overlapped(text, start, end)
  }
}

/** The end of the longest run of whole characters with at most this many bytes; at least one character. */
function advance(text: string, from: number, bytes: number): number {
  let at = from
  for (let left = bytes; at < text.length;) {
    const sign = text.codePointAt(at)!
    left -= bytesOf(sign)
    if (left < 0 && at > from) break
    at += sign > 0xffff ? 2 : 1
  }
  return at
}

function bytesOf(sign: number): number {
  if (sign < 0x80) return 1
  if (sign < 0x800) return 2
  return sign < 0x1_0000 ? 3 : 4
}

/** A cut is searched for in the last part of a stretch, of this share. */
const CUT_PART = 0.5

const CUTS = [/\n\s*\n\s*/g, /[.!?…。！？](?=\s)\s*|[。！？]/g, /\n\s*/g, /\s+/g]

function bestCut(text: string, start: number, limit: number): number {
  const from = start + Math.floor((limit - start) * (1 - CUT_PART))
  const tail = text.slice(from, limit)
  for (const cut of CUTS) {
    const last = [...tail.matchAll(cut)].at(-1)
    if (last) return from + last.index + last[0].length
  }
  return limit
}

/** The start of the next stretch: at a word shortly before the end of this one, and always after its start. */
function overlapped(text: string, start: number, end: number): number {
  let from = end
  for (let bytes = 0; from > start + 1 && bytes < OVERLAP_BYTES; from--) bytes += bytesOf(text.charCodeAt(from - 1))
  const gap = text.slice(from, end).search(/\s/)
  const at = skipSpace(text, gap < 0 ? end : from + gap)
  return at > start && at < end ? at : skipSpace(text, end)
}

function skipSpace(text: string, from: number): number {
  const at = text.slice(from).search(/\S/)
  return at < 0 ? text.length : from + at
}
