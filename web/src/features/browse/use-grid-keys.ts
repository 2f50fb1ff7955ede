import { type KeyboardEvent, useRef } from 'react'
import { type Grid, keyWay, rowAfterKey, toggleActive } from './choice.ts'
import { rowBeginningWith } from './row-of.ts'
import type { Folder } from './use-folder.ts'

/** Letters that come within this of one another are of one name. */
const TYPED_MS = 800

/** What keys do in a view: go, choose, and find by the first letters. */
export function useGridKeys(folder: Folder, grid: Omit<Grid, 'total' | 'isRightToLeft'>) {
  const typed = useRef({ text: '', at: 0 })
  const { choice, go, listing, setChoice, total } = folder

  return (event: KeyboardEvent<HTMLElement>) => {
    const { altKey, ctrlKey, key, metaKey } = event
    const withControl = ctrlKey || metaKey
    if (altKey) return
    if (key === ' ' && ctrlKey && choice.active !== null) {
      event.preventDefault()
      setChoice(toggleActive)
      return
    }
    const isRightToLeft = getComputedStyle(event.currentTarget).direction === 'rtl'
    const row = rowAfterKey(key, choice.active, { ...grid, total, isRightToLeft })
    if (row !== null) {
      event.preventDefault()
      go(row, keyWay(event))
      return
    }
    const isLetter = key.length === 1 && !withControl && (key !== ' ' || isTyping(event.timeStamp))
    if (!isLetter || (key === '/' && !isTyping(event.timeStamp)) || key === '?') return
    event.preventDefault()
    void find(key, event.timeStamp)
  }

  function isTyping(now: number): boolean {
    return typed.current.text !== '' && now - typed.current.at < TYPED_MS
  }

  async function find(letter: string, now: number) {
    const text = isTyping(now) ? typed.current.text + letter : letter
    typed.current = { text, at: now }
    // The same letter again goes on to the next name; more letters may still be of the one that was found.
    const from = (choice.active ?? -1) + (text.length === 1 ? 1 : 0)
    const row = await rowBeginningWith(listing.input, text, from >= total ? 0 : Math.max(0, from)).catch(() => null)
    if (row !== null && typed.current.text === text) go(row, 'only')
  }
}
