import { useLocation } from '@tanstack/react-router'
import { useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import { pathOf } from '../../api/index.ts'
import {
  type Choice,
  type ChoiceWay,
  choose,
  endsOf,
  keptPlace,
  moved,
  noChoice,
  type Reveal,
  type Selection,
  type Span,
  useKeptPlace,
} from '../browse/index.ts'
import { layoutTimeline, movedRow, type TimelineLayout } from './timeline-layout.ts'
import type { ChangeAddress } from '../../app/use-address.ts'
import { findMedia, type Media, type MediaItem, type MediaOf, useMedia } from './use-media.ts'

/** A timeline that is looked at: its photos, and what is chosen of them. */
export interface Timeline {
  readonly media: Media
  /** As the views of a folder have it. */
  readonly listing: { readonly total: number | null; readonly entryAt: Media['entryAt'] }
  readonly total: number
  readonly choice: Choice
  /** The photo that keys act on, also while it is not loaded. */
  readonly active: MediaItem | undefined
  readonly reveal: Reveal | null
  /** Where to begin, in pixels. */
  readonly initialTop: number
  /** The view says which rows it shows. */
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
/** Rows are asked for as soon as so many of them are near. */
const STEP_ROWS = 100

export function useTimeline(of: MediaOf, selected: string | undefined, change: ChangeAddress): Timeline {
  const key = useLocation({ select: (location) => location.state.__TSR_key ?? '' })
  const [kept] = useState(() => keptPlace(key))
  const [span, setSpan] = useState<Span>({ first: 0, last: 0 })
  const [choice, setChoice] = useState(kept?.choice ?? noChoice)
  const [reveal, setReveal] = useState<Reveal | null>(null)
  const top = useRef(kept?.top ?? 0)
  const media = useMedia(of, span)
  const total = media.timeline?.total ?? kept?.total ?? 0
  const active = usePinned(media, choice, setChoice)

  const onSpan = useCallback(({ first, last }: Span) => {
    const next = { first: roundDown(first), last: roundDown(last) + STEP_ROWS - 1 }
    setSpan((before) => (before.first === next.first && before.last === next.last ? before : next))
  }, [])
  const onScroll = useCallback((now: number) => void (top.current = now), [])
  const go = useCallback((row: number, way: ChoiceWay) => {
    setChoice((before) => choose(before, row, way))
    setReveal({ row })
  }, [])
  useKeptPlace(key, () => ({ top: top.current, total, choice }))
  useAddressOfChoice({ of, media, active, selected, isKnown: kept !== null, go, change })
  return useMemo(
    () => ({
      media,
      listing: { total: media.timeline?.total ?? null, entryAt: media.entryAt },
      total,
      choice,
      active,
      reveal,
      initialTop: kept?.top ?? 0,
      onSpan,
      onScroll,
      choose: (row, way) => setChoice((before) => choose(before, row, way)),
      go,
      setChoice,
      select: (selection) => setChoice((before) => ({ ...before, selection })),
    }),
    [active, choice, go, kept, media, onScroll, onSpan, reveal, total],
  )
}

function roundDown(row: number): number {
  return Math.floor(row / STEP_ROWS) * STEP_ROWS
}

interface Pinned {
  readonly row: number
  readonly item: MediaItem
}

/** The active photo. Its row, and with it all that is chosen, moves when others come before it or go. */
function usePinned(media: Media, choice: Choice, setChoice: (choice: Choice) => void): MediaItem | undefined {
  const { entryAt, rowOf, timeline } = media
  const order = useMemo(() => layoutTimeline(timeline?.months ?? [], { width: 0, tileSize: 1 }), [timeline])
  const [known, setKnown] = useState<TimelineLayout>(order)
  const [pinned, setPinned] = useState<Pinned | null>(null)
  const row = choice.active
  const item = row === null ? undefined : entryAt(row)

  if (known !== order) {
    setKnown(order)
    if (known.total > 0 && row !== null && !item) moveTo(movedRow(known, order, row))
  } else if (row !== null && pinned?.row !== row) {
    if (item) setPinned({ row, item })
  } else if (row !== null && pinned && item && pathOf(item) !== pathOf(pinned.item)) {
    const now = rowOf(pathOf(pinned.item))
    if (now !== null && now !== row) moveTo(now)
  } else if (row !== null && pinned && item && item !== pinned.item) setPinned({ row, item })
  return row === null ? undefined : pinned?.row === row ? pinned.item : (item ?? pinned?.item)

  function moveTo(next: number | null) {
    const delta = (next ?? 0) - (row ?? 0)
    setChoice(next === null ? noChoice : shifted(choice, delta, order.total))
    setPinned(next === null || !pinned ? null : { row: next, item: pinned.item })
  }
}

function shifted({ active, anchor, selection }: Choice, delta: number, total: number): Choice {
  const after = (row: number) => Math.min(Math.max(0, row + delta), total - 1)
  return {
    active: active === null ? null : after(active),
    anchor: anchor === null ? null : after(anchor),
    selection: moved(selection, new Map(endsOf(selection).map((row) => [row, after(row)]))),
  }
}

interface AddressedChoice extends Pick<Timeline, 'media' | 'active' | 'go'> {
  readonly of: MediaOf
  readonly selected: string | undefined
  readonly isKnown: boolean
  readonly change: ChangeAddress
}

/** The active photo is in the address; one that stands there when the page is opened is sought and shown. */
function useAddressOfChoice({ active, change, go, isKnown, media, of, selected }: AddressedChoice): void {
  const written = useRef(isKnown ? selected : undefined)
  const address = active && pathOf(active)
  useEffect(() => {
    if (address === undefined || address === written.current) return
    const timer = setTimeout(() => {
      written.current = address
      change({ sel: address }, { replace: true })
    }, ADDRESS_MS)
    return () => clearTimeout(timer)
  }, [address, change])

  const find = useEffectEvent(async (itemPath: string, signal: AbortSignal) => {
    const row = await findMedia(of, itemPath, signal)
    if (row !== null && !signal.aborted) go(row, 'only')
  })
  const isReady = media.timeline !== undefined
  useEffect(() => {
    if (!isReady || selected === undefined || selected === written.current) return
    written.current = selected
    const controller = new AbortController()
    find(selected, controller.signal).catch(() => {})
    return () => controller.abort()
  }, [isReady, selected])
}
