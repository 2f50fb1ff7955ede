import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type ContentId, type SidecarKind, sidecarKindNumbers, sidecarStateNumbers } from '../../domain/index.ts'
import { sidecarPath } from '../../sidecars/files/paths.ts'
import { formatTextSidecar, type TextPage } from '../../sidecars/formats/text-sidecar.ts'
import { formatTranscript, type TranscriptSegment } from '../../sidecars/formats/transcript-sidecar.ts'
import { blobToUuid } from '../../util/uuid.ts'
import { TrackedTransactions } from '../../store/tracked-transaction.ts'
import { indexTexts } from '../text/index-texts.ts'
import { type Phrase, splitQuery, toPhrase } from '../text/phrases.ts'
import type { LibraryFixture } from './library-fixture.ts'

const READY = sidecarStateNumbers.ready

/** Gives entries their own content; returns its row. */
export function addContent({ db }: LibraryFixture, ...entries: number[]): number {
  const { lastInsertRowid } = db
    .prepare(
      'insert into content_identities(uuid, hash, hash_version, size, type, confidence) values(?, randomblob(32), 1, 0, 0, 0)',
    )
    .run(randomBytes(16))
  for (const entry of entries) db.prepare('update entries set content_id = ? where id = ?').run(lastInsertRowid, entry)
  return Number(lastInsertRowid)
}

/** Adds a ready sidecar with its file, as a generator leaves it. If there is one, replaces its text. */
export function say(
  library: LibraryFixture,
  content: number,
  text: string | readonly TextPage[],
  kind: SidecarKind = 'text',
) {
  const pages = typeof text === 'string' ? [{ page: 1, text, source: 'text' as const }] : text
  put(library, content, kind, formatTextSidecar({ engine: { name: 'test', version: '1' }, languages: [], pages }))
}

/** The same for a recording. */
export function speak(library: LibraryFixture, content: number, segments: readonly TranscriptSegment[]) {
  const of = { engine: { name: 'test', version: '1' }, model: 'base', language: 'en', durationMs: 60_000 }
  put(library, content, 'transcript', formatTranscript({ ...of, segments }))
}

function put(library: LibraryFixture, content: number, kind: SidecarKind, json: string) {
  const checksum = createHash('sha256').update(json).digest()
  const path = pathOf(library, content, kind)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, json)
  library.db
    .prepare(
      `insert into sidecars(uuid, content_id, kind, variant, format, state, size, checksum, recipe, created_at, updated_at)
       values(randomblob(16), ?, ?, 'default', 'json', ${READY}, ?, ?, 1, 0, 0)
       on conflict(content_id, kind, variant, format) do update set checksum = excluded.checksum`,
    )
    .run(content, sidecarKindNumbers[kind], json.length, checksum)
}

export function pathOf({ db, sidecars }: LibraryFixture, content: number, kind: SidecarKind = 'text'): string {
  const row = db.prepare('select uuid from content_identities where id = ?').get(content)
  const contentId = blobToUuid(row!['uuid'] as Uint8Array) as ContentId
  return sidecarPath(sidecars, { contentId, kind, variant: 'default', format: 'json' })
}

/** Does the bulk thread's work after sidecars were generated. */
export function indexAll(
  { db, sidecars }: LibraryFixture,
  { check = false, signal = new AbortController().signal } = {},
) {
  return indexTexts(
    db,
    { root: sidecars, check },
    { signal, transaction: async (work) => new TrackedTransactions(db).run(work).result },
  )
}

/** The phrases that a query looks for in texts. */
export function phrasesOf(query: string): Phrase[] {
  return splitQuery(query).flatMap((part) => toPhrase(part) ?? [])
}
