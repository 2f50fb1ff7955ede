import type { SearchItem } from '@spacedrive/core/domain'
import { countChosen } from '../browse/index.ts'
import { Inspector } from '../inspector/index.ts'
import { Preview } from '../preview/index.ts'
import { placeAmongFiles, rowAround } from './found-around.ts'
import { focusOf } from './reasons.ts'
import type { ChangeResults } from './use-change-results.ts'
import type { FoundRows } from './use-found.ts'

interface ResultDetailsProps {
  readonly found: FoundRows
  readonly item: SearchItem
  readonly change: ChangeResults
}

/** A result as large as the window, where it says what was searched for; arrows go through the files of the results. */
export function ResultPreview({ change, found: { choice, go, listing, results, total }, item }: ResultDetailsProps) {
  const rows = { entryAt: listing.entryAt, row: choice.active ?? 0, rows: total }
  const rowOf = (offset: number) => rowAround(rows, offset)
  const entryAround = (offset: number) => {
    const row = rowOf(offset)
    return row === null ? undefined : listing.entryAt(row)
  }
  const goTo = (offset: number) => {
    const row = rowOf(offset)
    if (row !== null) go(row, 'only')
  }
  const [previous, next] = [entryAround(-1), entryAround(1)]
  const place = placeAmongFiles(rows)
  return (
    <Preview
      entry={item}
      focus={focusOf(item)}
      onClose={() => change({ preview: undefined }, { replace: true })}
      onNext={next && (() => goTo(1))}
      onPrevious={previous && (() => goTo(-1))}
      position={place ?? { index: rows.row + 1, total: results.answer?.total ?? 0, isAbout: true }}
      strip={{ entryAt: entryAround, onGo: goTo }}
      neighbours={[next, previous].filter((each) => each !== undefined)}
    />
  )
}

/** All that is known of a result, beside the others. */
export function ResultAside({ change, found: { choice, listing, total }, item }: ResultDetailsProps) {
  const count = countChosen(choice.selection, total)
  const size = count > 1 ? sizeOf(choice.selection.spans, listing.entryAt) : null
  return (
    <Inspector
      entry={item}
      selection={size !== null && !choice.selection.isInverted ? { count, size } : undefined}
      onClose={() => change({ inspector: undefined }, { replace: true })}
    />
  )
}

/** Null where some of them are not loaded, or their sizes are not known. */
function sizeOf(
  spans: readonly { readonly first: number; readonly last: number }[],
  entryAt: (row: number) => SearchItem | undefined,
): number | null {
  let sum = 0
  for (const { first, last } of spans)
    for (let row = first; row <= last; row++) {
      const item = entryAt(row)
      const size = item?.kind === 'directory' ? item.totalSize : item?.size
      if (size === undefined || size === null) return null
      sum += size
    }
  return sum
}
