import { useEffect, useLayoutEffect } from 'react'
import { isFocusFree } from '../../app/panes.ts'
import type { Reveal } from './use-choosing.ts'
import type { VirtualRows } from './use-virtual-rows.ts'

/**
 * Puts the focus on the rows when they appear, unless something else has it. Later it scrolls to the row that is to be
 * seen, and puts the focus on it.
 */
export function useRowFocus(reveal: Reveal | null, virtual: VirtualRows, columns: number): void {
  const { element, show, span, viewport } = virtual
  useFocusOfNewRows(element, { hasRows: viewport.height > 0 && span.last >= 0, columns })
  useLayoutEffect(() => {
    if (!reveal || !element || viewport.height === 0) return
    show(Math.floor(reveal.row / columns))
    const isElsewhere = document.activeElement?.closest('input, textarea, [role="dialog"], [role="menu"]')
    if (!isElsewhere) element.querySelector<HTMLElement>(`[data-row="${reveal.row}"]`)?.focus({ preventScroll: true })
    // Only what is revealed anew: scrolling away from it later is allowed.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [reveal, element, viewport.height === 0])
}

/** Puts the focus on the rows when they appear, unless something else has it. */
export function useFocusOfNewRows(
  element: HTMLElement | null,
  { columns, hasRows }: { readonly columns: number; readonly hasRows: boolean },
): void {
  // After the rows are painted: before, the browser would have to lay them out at once, in the same long task.
  useEffect(() => {
    if (!hasRows || !isFocusFree()) return
    element?.querySelector<HTMLElement>('[data-row][tabindex="0"]')?.focus({ preventScroll: true })
    // Only when the rows appear, or stand in other lines, which takes them out of the page: a person may leave them later.
  }, [element, hasRows, columns])
}

/** The row that an event is about; null where it is about none. */
export function rowOfEvent(event: { target: EventTarget }): number | null {
  const row =
    event.target instanceof Element ? event.target.closest<HTMLElement>('[data-row]')?.dataset['row'] : undefined
  return row === undefined ? null : Number(row)
}
