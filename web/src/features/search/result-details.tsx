import type { SearchItem } from '@spacedrive/core/domain'
import { countChosen } from '../browse/index.ts'
import { Inspector } from '../inspector/index.ts'
import { Preview } from '../preview/index.ts'
import { focusOf } from './reasons.ts'
import type { ChangeResults } from './use-change-results.ts'
import type { FoundRows } from './use-found.ts'

interface ResultDetailsProps {
  readonly found: FoundRows
  readonly item: SearchItem
  readonly change: ChangeResults
}

/** A result as large as the window, where it says what was searched for; arrows go through the results. */
export function ResultPreview({ change, found: { choice, go, listing, results }, item }: ResultDetailsProps) {
  const row = choice.active ?? 0
  const total = results.answer?.total ?? 0
  const [previous, next] = [listing.entryAt(row - 1), listing.entryAt(row + 1)]
  return (
    <Preview
      entry={item}
      focus={focusOf(item)}
      onClose={() => change({ preview: undefined }, { replace: true })}
      onNext={next && (() => go(row + 1, 'only'))}
      onPrevious={previous && (() => go(row - 1, 'only'))}
      position={{ index: row + 1, total }}
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
