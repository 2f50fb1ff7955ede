import { pathOf } from '../../api/index.ts'
import { useLocation } from '@tanstack/react-router'
import { useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import { type Choice, type ChoiceWay, choose, noChoice } from './choice.ts'
import { keptPlace } from './places-kept.ts'
import { rowOf } from './row-of.ts'
import type { Selection } from './selection.ts'
import { type Listing, type ListingInput, PAGE_ROWS, useListing } from './use-listing.ts'
import { useChangeSearch } from './use-change-search.ts'
import { useChoiceThatStays } from './use-choice-that-stays.ts'
import { useKeptPlace } from './use-kept-place.ts'
import type { Span } from './virtual-scroll.ts'

/** A row that is to be seen and to have the focus; a new object each time it is wanted. */
export interface Reveal {
  readonly row: number
}

/** A folder that is looked at: its rows, and what is chosen of them. */
export interface Folder {
  readonly listing: Listing
  readonly total: number
  readonly choice: Choice
  readonly reveal: Reveal | null
  /** Where to begin, in pixels. */
  readonly initialTop: number
  /** A view says which rows it shows. */
  readonly onSpan: (span: Span) => void
  readonly onScroll: (top: number) => void
  readonly choose: (row: number, way: ChoiceWay) => void
  /** As `choose`, and the row is scrolled to. */
  readonly go: (row: number, way: ChoiceWay) => void
  readonly setChoice: (change: (choice: Choice) => Choice) => void
  readonly select: (selection: Selection) => void
}

/** The address follows what is chosen after this: browsers take no more than a few changes a second. */
const ADDRESS_MS = 250

export function useFolder(input: ListingInput, selected: string | undefined): Folder {
  // With the path: while one page gives way to another, the entry of the history is that of the other already.
  const key = `${useLocation({ select: (location) => location.state.__TSR_key ?? '' })} ${input.path}`
  const [kept] = useState(() => keptPlace(key))
  const [total, setTotal] = useState(kept?.total ?? 0)
  const [span, setSpan] = useState<Span>({ first: 0, last: 0 })
  const [choice, setChoice] = useState(kept?.choice ?? noChoice)
  const [reveal, setReveal] = useState<Reveal | null>(null)
  const top = useRef(kept?.top ?? 0)
  const listing = useListing(input, span, kept?.total ?? null)
  if (listing.total !== null && listing.total !== total) setTotal(listing.total)

  const onSpan = useCallback((next: Span) => {
    const rounded = { first: pageOf(next.first), last: pageOf(Math.max(next.first, next.last)) }
    setSpan((before) => (before.first === rounded.first && before.last === rounded.last ? before : rounded))
  }, [])
  const onScroll = useCallback((now: number) => void (top.current = now), [])
  const go = useCallback((row: number, way: ChoiceWay) => {
    setChoice((before) => choose(before, row, way))
    setReveal({ row })
  }, [])
  useKeptPlace(key, () => ({ top: top.current, total, choice }))
  useChoiceThatStays(listing, choice, setChoice)
  useAddressOfChoice({ listing, choice, selected, isKnown: kept?.choice.active !== undefined, go })
  return useMemo(
    () => ({
      listing,
      total,
      choice,
      reveal,
      initialTop: kept?.top ?? 0,
      onSpan,
      onScroll,
      choose: (row, way) => setChoice((before) => choose(before, row, way)),
      go,
      setChoice,
      select: (selection) => setChoice((before) => ({ ...before, selection })),
    }),
    [choice, go, kept, listing, onScroll, onSpan, reveal, total],
  )
}

/** The first row of the page of one. */
function pageOf(row: number): number {
  return Math.floor(row / PAGE_ROWS) * PAGE_ROWS
}

interface AddressedChoice {
  readonly listing: Listing
  readonly choice: Choice
  readonly selected: string | undefined
  readonly isKnown: boolean
  readonly go: Folder['go']
}

/** The active entry is in the address; one that stands there when the page is opened is sought and shown. */
function useAddressOfChoice({ listing, choice, selected, isKnown, go }: AddressedChoice): void {
  const change = useChangeSearch()
  const written = useRef(isKnown ? selected : undefined)
  const entry = choice.active === null ? undefined : listing.entryAt(choice.active)
  const address = choice.active === null ? null : entry && pathOf(entry)

  useEffect(() => {
    // Undefined: not loaded yet.
    if (address === undefined || (address ?? undefined) === written.current) return
    const timer = setTimeout(() => {
      written.current = address ?? undefined
      change({ sel: address ?? undefined }, { replace: true })
    }, ADDRESS_MS)
    return () => clearTimeout(timer)
  }, [address, change])

  const { input, total } = listing
  const find = useEffectEvent(async (entryPath: string, signal: AbortSignal) => {
    const row = await rowOf(input, entryPath)
    if (row !== null && !signal.aborted) go(row, 'only')
  })
  const isReady = total !== null
  useEffect(() => {
    if (!isReady || selected === undefined || selected === written.current) return
    written.current = selected
    const controller = new AbortController()
    find(selected, controller.signal).catch(() => {})
    return () => controller.abort()
  }, [isReady, selected])
}
