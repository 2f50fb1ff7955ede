import { CoreError } from '../../util/errors.ts'
import { bytesToName, displayName } from '../../util/file-name.ts'
import type { Agreed, Amount } from './transfer-rows.ts'
import type { SourceItem } from './worker/walk-source.ts'

/** Beginning of the error message if a device sends more than it offered. That device is told only this part. */
export const MORE_THAN_OFFERED =
  'the transfer has more data than the offer, so no file was stored; offer the files again'

/** Throws `InvalidInput` if a device lists other files than it has offered, or more than the accepted offer allows. */
export function requireOffered(items: readonly SourceItem[], { atMost, isAll, maxName, names }: Agreed): void {
  const tops = items
    .filter((item) => item.names.length === 1)
    .map((item) => displayName(bytesToName(new Uint8Array(item.names[0]!))).slice(0, maxName))
  const shown = new Set(names)
  const other = tops.find((name, at) => (isAll || at < names.length) && !shown.has(name))
  if (other !== undefined)
    throw new CoreError('InvalidInput', `the device sends ${other}, which it did not offer; no file was stored`)
  requireAmount(items, atMost)
}

function requireAmount(items: readonly SourceItem[], atMost: Amount): void {
  const files = items.filter(({ kind }) => kind === 'file')
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  const folders = items.length - files.length
  if (files.length <= atMost.files && bytes <= atMost.bytes && folders <= atMost.folders) return
  throw new CoreError(
    'InvalidInput',
    `${MORE_THAN_OFFERED}: files: ${files.length} (at most ${atMost.files}), bytes: ${bytes} (${atMost.bytes}), folders: ${folders} (${atMost.folders})`,
  )
}
