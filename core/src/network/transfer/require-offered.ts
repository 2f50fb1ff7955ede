import { CoreError } from '../../util/errors.ts'
import type { Amount } from './transfer-rows.ts'
import type { SourceItem } from './worker/walk-source.ts'

/** Most folders in a stranger's offer, because folders also take disk space. */
const MAX_FOLDERS = 10_000

/** Throws `InvalidInput` if a device lists more than it has offered. */
export function requireOffered(items: readonly SourceItem[], atMost: Amount): void {
  const files = items.filter(({ kind }) => kind === 'file')
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  const folders = items.length - files.length
  if (files.length <= atMost.files && bytes <= atMost.bytes && folders <= MAX_FOLDERS) return
  throw new CoreError(
    'InvalidInput',
    `${files.length} files of ${bytes} bytes in ${folders} folders were to come, where ${atMost.files} of ${atMost.bytes} bytes were offered; nothing was taken`,
  )
}
