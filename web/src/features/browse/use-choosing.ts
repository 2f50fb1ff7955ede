import { useCallback, useMemo, useState } from 'react'
import { type Choice, type ChoiceWay, choose } from './choice.ts'
import type { Selection } from './selection.ts'
import type { Span } from './virtual-scroll.ts'

/** A row that is to be seen and to have the focus; a new object each time it is wanted. */
export interface Reveal {
  readonly row: number
}

/** The ways to choose among rows. */
export interface Choosing {
  readonly choose: (row: number, way: ChoiceWay) => void
  /** As `choose`, and the row is scrolled to. */
  readonly go: (row: number, way: ChoiceWay) => void
  readonly setChoice: (change: (choice: Choice) => Choice) => void
  readonly select: (selection: Selection) => void
}

/** Rows that are looked at, and what is chosen of them: those of a folder, of a search, of a timeline. */
export interface ChosenRows extends Choosing {
  /** Rows that can be scrolled to. */
  readonly total: number
  readonly choice: Choice
  readonly reveal: Reveal | null
  /** A view says which rows it shows. */
  readonly onSpan: (span: Span) => void
  readonly onScroll: (top: number) => void
}

/** The ways to choose, wherever the choice is kept; `first` is the row to begin at. */
export function useChoosing(setChoice: Choosing['setChoice'], first: number | null) {
  const [reveal, setReveal] = useState<Reveal | null>(() => (first === null ? null : { row: first }))
  const ways = useMemo<Choosing>(() => {
    const chooseRow = (row: number, way: ChoiceWay) => setChoice((before) => choose(before, row, way))
    return {
      choose: chooseRow,
      go: (row, way) => {
        chooseRow(row, way)
        setReveal({ row })
      },
      setChoice,
      select: (selection) => setChoice((before) => ({ ...before, selection })),
    }
  }, [setChoice])
  return { reveal, setReveal, ways }
}

/** The rows that a view says it shows, in steps of so many: not every line asks anew. */
export function useSteppedSpan(step: number): readonly [Span, (span: Span) => void] {
  const [span, setSpan] = useState<Span>({ first: 0, last: 0 })
  const onSpan = useCallback(
    ({ first, last }: Span) => {
      const [from, to] = [first, Math.max(first, last)].map((row) => Math.floor(row / step) * step) as [number, number]
      setSpan((before) => (before.first === from && before.last === to ? before : { first: from, last: to }))
    },
    [step],
  )
  return [span, onSpan]
}
