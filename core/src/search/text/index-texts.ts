import { readFile } from 'node:fs/promises'
import type { DatabaseSync } from 'node:sqlite'
import type { ContentId } from '../../domain/ids.ts'
import type { SidecarKind } from '../../domain/sidecar.ts'
import { sidecarKinds } from '../../domain/stored-lists.ts'
import { sidecarPath } from '../../sidecars/paths.ts'
import { systemCode } from '../../util/errors.ts'
import { blobToUuid } from '../../util/uuid.ts'
import { inTransaction } from '../in-transaction.ts'
import { toIndexed } from './phrases.ts'
import { TEXT_KINDS, textKey } from './text-key.ts'
import { parsePages } from './text-pages.ts'
import { wholeText } from './whole-text.ts'

export interface IndexTextsRequest {
  /** The library's folder of sidecars. */
  readonly root: string
  /** Also look for texts that are said to be in the index and are not, and for those that are and should not be. */
  readonly check: boolean
}

export interface IndexTextsReport {
  /** Texts that were put into the index, or brought up to date there. */
  readonly indexed: number
  /** Those that could not be read now. */
  readonly missing: number
}

interface IndexTextsHost {
  readonly signal: AbortSignal
  /** The right to write. */
  lease(): Promise<Disposable>
}

/** Texts in one transaction: with those below, a tenth of a second or so in which nobody else writes. */
const TEXTS_PER_BATCH = 128
const LENGTH_PER_BATCH = 1_000_000
/** What is beyond this in one text is not searched: a thousand books. */
const MAX_TEXT_LENGTH = 16_000_000

const KINDS = TEXT_KINDS.map((kind) => sidecarKinds.indexOf(kind)).join(', ')

interface Waiting {
  readonly id: number
  readonly key: number
  readonly checksum: Uint8Array
  readonly kind: SidecarKind
  readonly path: string
}

/**
 * Puts into the index of texts what sidecars that are there say, also while they wait to be made again, and the index does not have yet: a row knows by its
 * checksum which file the index has. Safe to stop and to repeat at any time.
 */
export async function indexTexts(
  db: DatabaseSync,
  { root, check }: IndexTextsRequest,
  host: IndexTextsHost,
): Promise<IndexTextsReport> {
  if (check) await compare(db, host)
  const put = db.prepare('insert or replace into texts(rowid, text) values(?, ?)')
  const done = db.prepare('update sidecars set indexed = ? where id = ? and checksum = ?')
  const report = { indexed: 0, missing: 0 }
  for (let after = 0; ;) {
    const batch = waiting(db, root, after)
    if (batch.length === 0) return report
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
    using _lease = await host.lease()
    inTransaction(db, () => {
      for (const { row, text } of texts) {
        // It may have been removed or made again since it was read.
        const { changes } = done.run(row.checksum, row.id, row.checksum)
        if (changes === 0) continue
        put.run(row.key, text)
        report.indexed++
      }
    })
  }
}

function waiting(db: DatabaseSync, root: string, after: number): Waiting[] {
  const rows = db
    .prepare(
      `select s.id, s.content_id, s.kind, s.variant, s.format, s.checksum, c.uuid
       from sidecars s join content_identities c on c.id = s.content_id
       where s.checksum is not null and s.kind in (${KINDS}) and s.variant = 'default' and s.format = 'json'
         and s.indexed is not s.checksum and s.id > ?
       order by s.id limit ${TEXTS_PER_BATCH}`,
    )
    .all(after)
  return rows.map((row) => {
    const kind = sidecarKinds[Number(row['kind'])]!
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

/** What a sidecar says, as the index takes it; null where it is not there. */
async function readText({ kind, path }: Waiting): Promise<string | null> {
  try {
    const pages = parsePages(kind, await readFile(path, 'utf8'))
    return toIndexed(pages.map(wholeText).join('\n').slice(0, MAX_TEXT_LENGTH))
  } catch (err) {
    if (systemCode(err) === null) throw err
    // The library's `sidecar verify` says what is wrong with it.
    return null
  }
}

/** Forgets what rows and the index say of each other where it is not so. */
async function compare(db: DatabaseSync, host: IndexTextsHost): Promise<void> {
  using _lease = await host.lease()
  inTransaction(db, () => {
    db.exec(`
      update sidecars set indexed = null where indexed is not null and kind in (${KINDS})
        and not exists (select 1 from texts_docsize d where d.id = content_id * 16 + kind);
      delete from texts where rowid in (
        select d.id from texts_docsize d where not exists (
          select 1 from sidecars s where s.content_id = d.id >> 4 and s.kind = d.id & 15 and s.indexed is not null))`)
  })
}
