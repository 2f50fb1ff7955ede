import { useEffect, useRef, useState } from 'react'
import type { SearchSearch } from '../../app/search-search.ts'
import { useRecentSearches } from './recent-searches.ts'
import type { ChangeResults } from './use-change-results.ts'

/** The address follows what is typed after this: browsers take no more than a few changes a second. */
const ADDRESS_MS = 150

/**
 * What is typed. It is searched for at once; the address follows. The letters of one search make one step of the history:
 * the next one begins after Enter, or after a result was looked at.
 */
export function useTypedQuery(search: SearchSearch, change: ChangeResults) {
  const inAddress = search.q ?? ''
  const [text, setText] = useState(inAddress)
  const [seen, setSeen] = useState(inAddress)
  const isSettled = useRef(inAddress !== '')
  const remember = useRecentSearches((recent) => recent.remember)
  // The address has changed by itself: Back, or a link.
  if (inAddress !== seen) {
    setSeen(inAddress)
    if (inAddress.trim() !== text.trim()) setText(inAddress)
  }

  useEffect(() => {
    if (text === inAddress) return
    const timer = setTimeout(() => {
      setSeen(text)
      change({ q: text === '' ? undefined : text, sel: undefined, preview: undefined }, { replace: !isSettled.current })
      isSettled.current = false
    }, ADDRESS_MS)
    return () => clearTimeout(timer)
  }, [change, inAddress, text])

  return {
    text,
    type: setText,
    /** This search is one: it is remembered, and what is typed next is another. */
    settle: () => {
      isSettled.current = true
      remember(text)
    },
  }
}
