import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import type { TextKind } from '../../domain/index.ts'
import type { ReadText } from './text-parts.ts'
import { parseTextSidecar } from '../formats/text-sidecar.ts'
import { parseTranscript } from '../formats/transcript-sidecar.ts'

/** The whole text of a sidecar. */
export type Said = Omit<ReadText, 'cursor'>

interface Kept {
  readonly said: Said | null
  /** Changes when the file changes. */
  readonly stamp: string
  readonly bytes: number
}

/** Limit on the size of a file. Spacedrive never writes a larger one. */
const MAX_SIDECAR_BYTES = 256 * 1024 * 1024
/** Limit on all cached files together, in bytes. A long book has 2 MiB, and takes three times as much in memory. */
const MAX_KEPT_BYTES = 32 * 1024 * 1024

/** A cache of texts that users are reading. To show any part of a text, the whole file must be parsed. */
export class KeptTexts {
  /** In order of use, the least recently used first. */
  readonly #kept = new Map<string, Kept>()

  /** Null if the file is invalid or cannot be read now, for example because it is being made again. */
  read(kind: TextKind, path: string): Said | null {
    try {
      return this.#read(kind, path)
    } catch {
      return null
    }
  }

  #read(kind: TextKind, path: string): Said | null {
    const file = openSync(path, 'r')
    try {
      const { ino, mtimeNs, size } = fstatSync(file, { bigint: true })
      const stamp = [kind, ino, size, mtimeNs].join(' ')
      const known = this.#kept.get(path)
      this.#kept.delete(path)
      const bytes = Number(size)
      if (bytes > MAX_SIDECAR_BYTES) return null
      const kept = known?.stamp === stamp ? known : { said: parse(kind, readFileSync(file, 'utf8')), stamp, bytes }
      this.#keep(path, kept)
      return kept.said
    } finally {
      closeSync(file)
    }
  }

  #keep(path: string, kept: Kept): void {
    if (kept.bytes > MAX_KEPT_BYTES) return
    this.#kept.set(path, kept)
    let bytes = [...this.#kept.values()].reduce((sum, each) => sum + each.bytes, 0)
    for (const [oldest, each] of this.#kept) {
      if (bytes <= MAX_KEPT_BYTES) return
      this.#kept.delete(oldest)
      bytes -= each.bytes
    }
  }
}

function parse(kind: TextKind, json: string): Said | null {
  if (kind === 'transcript') {
    const transcript = parseTranscript(json)
    if (!transcript) return null
    const { language, segments, truncated = false } = transcript
    const parts = segments.map(({ endMs, startMs, text }) => ({ page: null, title: null, startMs, endMs, text }))
    return { kind, languages: language === null ? [] : [language], parts, truncated, unfinished: false }
  }
  const sidecar = parseTextSidecar(json)
  if (!sidecar) return null
  const { languages, pages, truncated = false, unfinished = false } = sidecar
  const parts = pages
    .filter(({ text }) => text.trim() !== '')
    .map(({ page, text, title = null }) => ({ page, title, startMs: null, endMs: null, text }))
  return { kind, languages, parts, truncated, unfinished }
}
