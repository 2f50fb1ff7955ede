import type { SearchItem } from '@spacedrive/core/domain'
import { useLocation } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { pathOf } from '../../api/index.ts'
import {
  type Choice,
  choose,
  type Choosing,
  type ChosenRows,
  keptPlace,
  noChoice,
  useChoosing,
  useKeptPlace,
  useSteppedSpan,
} from '../browse/index.ts'
import type { SearchInput } from './search-input.ts'
import { PAGE_ROWS } from './found-pages.ts'
import type { ChangeResults } from './use-change-results.ts'
import { type Results, useResults } from './use-results.ts'

/** Where a list begins; a new object each time it has to go there. */
export interface Start {
  /** Pixels of all rows. */
  readonly top: number
}

/** What was found, and what is chosen of it. */
export interface FoundRows extends ChosenRows {
  readonly results: Results
  readonly listing: { readonly entryAt: (row: number) => SearchItem | undefined }
  readonly start: Start
}

/** The address follows what is chosen after this: browsers take no more than a few changes a second. */
const ADDRESS_MS = 250

export function useFound(input: SearchInput | null, selected: string | undefined, change: ChangeResults): FoundRows {
  const historyKey = useLocation({ select: (location) => location.state.__TSR_key ?? '' })
  const [span, onSpan] = useSteppedSpan(PAGE_ROWS)
  const results = useResults(input, span)
  const searchKey = JSON.stringify(results.input)
  const [state, setState] = useState(() => ({ searchKey, ...placeOf(historyKey) }))
  const setChoice = useCallback<Choosing['setChoice']>(
    (next) => setState((before) => ({ ...before, choice: next(before.choice) })),
    [],
  )
  const { reveal, setReveal, ways } = useChoosing(setChoice, state.choice.active)
  const top = useRef(state.start.top)
  if (state.searchKey !== searchKey) {
    // The first answer is that to the address which was opened, or come back to.
    const isOpened = state.searchKey === 'null'
    setState(isOpened ? { ...state, searchKey } : { searchKey, ...placeOf(historyKey) })
    if (!isOpened) setReveal(null)
  }
  const { choice, start } = state

  const onScroll = useCallback((now: number) => void (top.current = now), [])
  // Nothing found yet is no place to come back to.
  useKeptPlace(historyKey, () => (results.rows > 0 ? { top: top.current, total: results.rows, choice } : null))
  useAddressOfChoice({ results, choice, selected, change, setChoice })
  return useMemo(
    () => ({ ...ways, results, listing: results, total: results.rows, choice, reveal, start, onSpan, onScroll }),
    [choice, onScroll, onSpan, results, reveal, start, ways],
  )
}

function placeOf(historyKey: string): { choice: Choice; start: Start } {
  const kept = keptPlace(historyKey)
  return { choice: kept?.choice ?? noChoice, start: { top: kept?.top ?? 0 } }
}

interface AddressedChoice {
  readonly results: Results
  readonly choice: Choice
  readonly selected: string | undefined
  readonly change: ChangeResults
  readonly setChoice: FoundRows['setChoice']
}

/** The active result is in the address. When results change around it, the choice stays at it. */
function useAddressOfChoice({ results, choice, selected, change, setChoice }: AddressedChoice): void {
  const { active } = choice
  const entry = active === null ? undefined : results.entryAt(active)
  const address = entry && pathOf(entry)
  const chosen = useRef<{ row: number; path: string } | null>(null)

  useEffect(() => {
    const before = chosen.current
    if (active === null || address === undefined) {
      if (active === null) chosen.current = null
      return
    }
    const isOther = before !== null && before.row === active && before.path !== address
    const row = isOther ? results.rowOf(before.path) : null
    if (row !== null) setChoice((now) => choose(now, row, 'only'))
    else chosen.current = { row: active, path: address }
  }, [active, address, results, setChoice])

  useEffect(() => {
    // Undefined: not loaded yet.
    if (active !== null && address === undefined) return
    if (address === selected || (active === null && selected === undefined)) return
    const isLinked = active === null && selected !== undefined
    const row = isLinked ? results.rowOf(selected) : null
    // An address that was opened names a result: it is chosen where it is loaded.
    if (row !== null) return setChoice((now) => choose(now, row, 'only'))
    if (isLinked) return
    const timer = setTimeout(() => change({ sel: address }, { replace: true }), ADDRESS_MS)
    return () => clearTimeout(timer)
  }, [active, address, change, results, selected, setChoice])
}
