import { useLocation } from '@tanstack/react-router'
import { useCallback, useMemo, useRef, useState } from 'react'
import { pathOf } from '../../api/index.ts'
import {
  type Choice,
  type ChosenRows,
  endsOf,
  keptPlace,
  moved,
  noChoice,
  useAddressOfChoice,
  useChoosing,
  useKeptPlace,
  useSteppedSpan,
} from '../browse/index.ts'
import { layoutTimeline, movedRow, type TimelineLayout } from './timeline-layout.ts'
import type { ChangeAddress } from '../../app/use-address.ts'
import { findMedia, type Media, type MediaItem, type MediaOf, useMedia } from './use-media.ts'

/** A timeline that is looked at: its photos, and what is chosen of them. */
export interface Timeline extends ChosenRows {
  readonly media: Media
  /** As the views of a folder have it. */
  readonly listing: { readonly total: number | null; readonly entryAt: Media['entryAt'] }
  /** The photo that keys act on, also while it is not loaded. */
  readonly active: MediaItem | undefined
  /** Where to begin, in pixels. */
  readonly initialTop: number
}

/** Rows are asked for as soon as so many of them are near. */
const STEP_ROWS = 100

export function useTimeline(of: MediaOf, selected: string | undefined, change: ChangeAddress): Timeline {
  const key = useLocation({ select: (location) => location.state.__TSR_key ?? '' })
  const [kept] = useState(() => keptPlace(key))
  const [span, onSpan] = useSteppedSpan(STEP_ROWS)
  const [choice, setChoice] = useState(kept?.choice ?? noChoice)
  const { reveal, ways } = useChoosing(setChoice, null)
  const top = useRef(kept?.top ?? 0)
  const media = useMedia(of, span)
  const total = media.timeline?.total ?? kept?.total ?? 0
  const active = usePinned(media, choice, setChoice)

  const onScroll = useCallback((now: number) => void (top.current = now), [])
  useKeptPlace(key, () => ({ top: top.current, total, choice }))
  useAddressOfChoice({
    address: active && pathOf(active),
    selected,
    isKnown: kept !== null,
    isReady: media.timeline !== undefined,
    rowOf: (path, signal) => findMedia(of, path, signal),
    go: ways.go,
    change,
  })
  return useMemo(
    () => ({
      ...ways,
      media,
      listing: { total: media.timeline?.total ?? null, entryAt: media.entryAt },
      total,
      choice,
      active,
      reveal,
      initialTop: kept?.top ?? 0,
      onSpan,
      onScroll,
    }),
    [active, choice, kept, media, onScroll, onSpan, reveal, total, ways],
  )
}

interface Pinned {
  readonly row: number
  readonly item: MediaItem
}

/** The active photo. Its row, and with it all that is chosen, moves when others come before it or go. */
function usePinned(media: Media, choice: Choice, setChoice: (choice: Choice) => void): MediaItem | undefined {
  const { entryAt, rowOf, timeline } = media
  const order = useMemo(() => layoutTimeline(timeline?.days ?? [], { width: 0, tileSize: 1 }), [timeline])
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
