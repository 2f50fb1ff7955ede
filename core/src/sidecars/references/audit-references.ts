import { lstat } from 'node:fs/promises'
import { HashPool } from '../../content/index.ts'
import type { EntryReader } from '../../entries/index.ts'
import { systemCode } from '../../util/errors.ts'
import { displayName, fsPath, type RawName } from '../../util/file-name.ts'
import type { AuditProblem, Problem } from '../audit/sidecar-audit.ts'
import { placedPath } from './placed-path.ts'
import type { ReferenceRow, ReferenceRows } from './reference-rows.ts'

/** Rows compared at a time. */
const ROWS_PER_TURN = 256

/** A reference whose file is missing or has changed, with the path of the file. */
export interface ReferenceProblem extends AuditProblem {
  readonly file: RawName
}

/**
 * Compares every reference with its file, which is read whole. Files on offline volumes are skipped. Changes nothing.
 */
export async function* auditReferences(
  { reader, rows }: { reader: EntryReader; rows: ReferenceRows },
  signal: AbortSignal,
): AsyncGenerator<ReferenceProblem | { checked: true }> {
  await using pool = new HashPool({ threads: 1 })
  for (let after = 0; ;) {
    signal.throwIfAborted()
    const batch = await rows.list({}, after, ROWS_PER_TURN)
    if (batch.length === 0) return
    after = batch.at(-1)!.id
    const entries = reader.byIds(batch.map(({ entryRowId }) => entryRowId))
    for (const row of batch) {
      const entry = entries.get(row.entryRowId)
      if (!entry?.online) continue
      const file = placedPath(entry)
      const problem = await compare(row, file, pool, signal)
      yield { checked: true }
      // The row may have changed since it was read.
      if (!problem || !(await rows.isStill(row))) continue
      const { contentId, kind, variant } = row
      yield { contentId, kind, variant, problem, path: displayName(file), file }
    }
  }
}

async function compare(row: ReferenceRow, file: RawName, pool: HashPool, signal: AbortSignal): Promise<Problem | null> {
  const stats = await lstat(fsPath(file)).catch((err: unknown) => {
    if (systemCode(err) === 'ENOENT' || systemCode(err) === 'ENOTDIR') return null
    throw err
  })
  if (!stats?.isFile()) return 'missing'
  if (stats.size !== row.size) return 'size'
  const result = await pool.full(file, { signal })
  return 'hash' in result && Buffer.from(result.hash).equals(row.checksum) ? null : 'checksum'
}
