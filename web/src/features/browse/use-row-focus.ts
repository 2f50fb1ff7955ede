import { useLayoutEffect } from 'react'
import type { Reveal } from './use-choosing.ts'
import type { VirtualRows } from './use-virtual-rows.ts'

/** Scrolls to the row that is to be seen, and puts the focus on it. `lineOf` says in which line of the view it is. */
export function useRowFocus(reveal: Reveal | null, virtual: VirtualRows, columns: number): void {
  const { element, show, viewport } = virtual
  useLayoutEffect(() => {
    if (!reveal || !element || viewport.height === 0) return
    show(Math.floor(reveal.row / columns))
    const isElsewhere = document.activeElement?.closest('input, textarea, [role="dialog"], [role="menu"]')
    if (!isElsewhere) element.querySelector<HTMLElement>(`[data-row="${reveal.row}"]`)?.focus({ preventScroll: true })
    // Only what is revealed anew: scrolling away from it later is allowed.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [reveal, element, viewport.height === 0])
}

/** The row that an event is about; null where it is about none. */
export function rowOfEvent(event: { target: EventTarget }): number | null {
  const row =
    event.target instanceof Element ? event.target.closest<HTMLElement>('[data-row]')?.dataset['row'] : undefined
  return row === undefined ? null : Number(row)
}
