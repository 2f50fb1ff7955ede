import type { KeyboardEvent } from 'react'
import { keyWay, rowAfterKey, toggleActive } from '../browse/index.ts'
import type { FoundRows } from './use-found.ts'

/** What keys do among results: go, and choose. From the first one up is the search box. */
export function useFoundKeys(found: FoundRows, { columns, lines }: { columns: number; lines: number }) {
  const { choice, go, setChoice, total } = found
  return (event: KeyboardEvent<HTMLElement>) => {
    const { altKey, ctrlKey, key, shiftKey } = event
    if (altKey) return
    if (key === ' ' && ctrlKey && choice.active !== null) {
      event.preventDefault()
      setChoice(toggleActive)
      return
    }
    if (key === 'ArrowUp' && (choice.active ?? 0) < columns && !shiftKey) {
      event.preventDefault()
      focusSearchBox()
      return
    }
    const isRightToLeft = getComputedStyle(event.currentTarget).direction === 'rtl'
    const row = rowAfterKey(key, choice.active, { columns, lines, total, isRightToLeft })
    if (row === null) return
    event.preventDefault()
    go(row, keyWay(event))
  }
}

export function focusSearchBox(): void {
  document.querySelector<HTMLInputElement>('[data-search-box]')?.focus()
}
