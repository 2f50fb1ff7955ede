import { readFile } from 'node:fs/promises'
import type { DatabaseSync } from '../../db/sqlite.ts'
import type { ContentId } from '../../domain/ids.ts'
import type { BulkHost } from '../../store/index.ts'
import { sidecarKindNumbers, textKinds, type TextKind } from '../../domain/stored-lists.ts'
import { sidecarPath } from '../../sidecars/files/paths.ts'
import { systemCode } from '../../util/errors.ts'
import { blobToUuid } from '../../util/uuid.ts'
import { toIndexed } from './phrases.ts'
import { textKey } from './text-key.ts'
import { parsePages } from './text-pages.ts'
import { wholeText } from './whole-text.ts'

export interface IndexTextsRequest {
  /** The library's sidecar folder. */
  readonly root: string
  /**
   * Also look for texts that are recorded as indexed but missing from the index, and for texts that should not be in
   * it.
   */
  readonly check: boolean
}

export interface IndexTextsReport {
  /** Texts that were added to the index or updated. */
  readonly indexed: number
  /** Texts that could not be read now. */
  readonly missing: number
}

type IndexTextsHost = Pick<BulkHost, 'signal' | 'transaction'>

/** Texts in one transaction: with the limit below, other connections cannot write for about a tenth of a second. */
const TEXTS_PER_BATCH = 128
const LENGTH_PER_BATCH = 1_000_000
/** Only this many code units of a text are searched: as many as in a thousand books. */
const MAX_TEXT_LENGTH = 16_000_000

const KINDS = textKinds.map((kind) => sidecarKindNumbers[kind]).join(', ')

interface KindRequest {
  readonly root: string
  readonly kind: TextKind
  /** Counters, which this function increases. */
  readonly report: { indexed: number; missing: number }
}

interface Waiting {
  readonly id: number
  readonly key: number
  readonly checksum: Uint8Array
  readonly kind: TextKind
  readonly path: string
}

/**
 * Adds the texts of sidecars to the index if they are missing there, even if the sidecar is pending again. The
 * checksum in `searched_sidecars.indexed` shows which file is indexed. This can be stopped and repeated at any time.
 */
export async function indexTexts(
  db: DatabaseSync,
  { root, check }: IndexTextsRequest,
  host: IndexTextsHost,
): Promise<IndexTextsReport> {
  if (check) await compare(db, host)
  const report = { indexed: 0, missing: 0 }
  for (const kind of textKinds) await indexKind(db, { root, kind, report }, host)
  return report
}

async function indexKind(db: DatabaseSync, { root, kind, report }: KindRequest, host: IndexTextsHost): Promise<void> {
  const put = db.prepare('insert or replace into texts(rowid, text) values(?, ?)')
  const done = db.prepare('update searched_sidecars set indexed = ? where sidecar_id = ? and checksum = ?')
  for (let after = 0; ;) {
    const batch = waiting(db, { root, kind, after })
    if (batch.length === 0) return
    const texts: { row: Waiting; text: string }[] = []
    for (let length = 0; length < LENGTH_PER_BATCH && batch.length > 0;) {
      host.signal.throwIfAborted()
      const row = batch.shift()!
      after = row.id
      const text = await readText(row)
      if (text === null) report.missing++
      else texts.push({ row, text })
      length += text?.length ?? 0
    }
    if (texts.length === 0) continue
    await host.transaction(() => {
      for (const { row, text } of texts) {
        // The sidecar may have been removed or regenerated since it was read.
        const { changes } = done.run(row.checksum, row.id, row.checksum)
        if (changes === 0) continue
        put.run(row.key, text)
        report.indexed++
      }
    })
  }
}

interface Position {
  readonly root: string
  readonly kind: TextKind
  readonly after: number
}

function waiting(db: DatabaseSync, { root, kind, after }: Position): Waiting[] {
  const rows = db
    .prepare(
      `select s.id, s.content_id, s.variant, s.format, i.checksum, c.uuid
       from searched_sidecars i indexed by searched_sidecars_waiting
       join sidecars s on s.id = i.sidecar_id join content_identities c on c.id = s.content_id
       where i.kind = ${sidecarKindNumbers[kind]} and i.checksum is not null and i.indexed is not i.checksum and i.sidecar_id > ?
       order by i.sidecar_id limit ${TEXTS_PER_BATCH}`,
    )
    .all(after)
  return rows.map((row) => {
    const key = { kind, variant: String(row['variant']), format: String(row['format']) }
    return {
      id: Number(row['id']),
      key: textKey(Number(row['content_id']), kind),
      checksum: row['checksum'] as Uint8Array,
      kind,
      path: sidecarPath(root, { contentId: blobToUuid(row['uuid'] as Uint8Array) as ContentId, ...key }),
    }
  })
}

/** The text of a sidecar in the form that is indexed; null if the file is missing. */
async function readText({ kind, path }: Waiting): Promise<string | null> {
  try {
    const pages = parsePages(kind, await readFile(path, 'utf8'))
    return toIndexed(pages.map(wholeText).join('\n').slice(0, MAX_TEXT_LENGTH))
  } catch (err) {
    if (systemCode(err) === null) throw err
    // `sidecar verify` reports the problem.
    return null
  }
}

/** If `searched_sidecars.indexed` and the index disagree, removes the wrong checksum or the wrong text. */
async function compare(db: DatabaseSync, host: IndexTextsHost): Promise<void> {
  await host.transaction(() => {
    db.exec(`
      update searched_sidecars set indexed = null where indexed is not null and kind in (${KINDS})
        and not exists (
          select 1 from sidecars s join texts_docsize d on d.id = s.content_id * 16 + s.kind where s.id = sidecar_id);
      delete from texts where rowid in (
        select d.id from texts_docsize d where not exists (
          select 1 from sidecars s join searched_sidecars i on i.sidecar_id = s.id
          where s.content_id = d.id >> 4 and s.kind = d.id & 15 and i.indexed is not null))`)
  })
}
