import { useLocation } from '@tanstack/react-router'
import { useCallback, useMemo, useRef, useState } from 'react'
import { pathOf } from '../../api/index.ts'
import { noChoice } from './choice.ts'
import { keptPlace } from './places-kept.ts'
import { rowOf } from './row-of.ts'
import { useAddressOfChoice } from './use-address-of-choice.ts'
import { useChangeSearch } from './use-change-search.ts'
import { useChoiceThatStays } from './use-choice-that-stays.ts'
import { type ChosenRows, useChoosing, useSteppedSpan } from './use-choosing.ts'
import { useKeptPlace } from './use-kept-place.ts'
import { type Listing, type ListingInput, PAGE_ROWS, useListing, usePreparedEnd } from './use-listing.ts'

/** A folder that is looked at: its rows, and what is chosen of them. */
export interface Folder extends ChosenRows {
  readonly listing: Listing
  /** Where to begin, in pixels. */
  readonly initialTop: number
}

export function useFolder(input: ListingInput, selected: string | undefined): Folder {
  // With the path: while one page gives way to another, the entry of the history is that of the other already.
  const key = `${useLocation({ select: (location) => location.state.__TSR_key ?? '' })} ${input.path}`
  const [kept] = useState(() => keptPlace(key))
  const [total, setTotal] = useState(kept?.total ?? 0)
  const [span, onSpan] = useSteppedSpan(PAGE_ROWS)
  const [choice, setChoice] = useState(kept?.choice ?? noChoice)
  const { reveal, ways } = useChoosing(setChoice, null)
  const top = useRef(kept?.top ?? 0)
  const listing = useListing(input, span, kept?.total ?? null)
  usePreparedEnd(listing)
  if (listing.total !== null && listing.total !== total) setTotal(listing.total)

  const onScroll = useCallback((now: number) => void (top.current = now), [])
  useKeptPlace(key, () => ({ top: top.current, total, choice }))
  useChoiceThatStays(listing, choice, setChoice)
  const entry = choice.active === null ? null : listing.entryAt(choice.active)
  useAddressOfChoice({
    address: entry && pathOf(entry),
    selected,
    isKnown: kept?.choice.active !== undefined,
    isReady: listing.total !== null,
    rowOf: (path) => rowOf(listing.input, path),
    go: ways.go,
    change: useChangeSearch(),
  })
  return useMemo(
    () => ({ ...ways, listing, total, choice, reveal, initialTop: kept?.top ?? 0, onSpan, onScroll }),
    [choice, kept, listing, onScroll, onSpan, reveal, total, ways],
  )
}
