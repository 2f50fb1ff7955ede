import { useEffect, useRef, useState } from 'react'
import type { SearchSearch } from './search-search.ts'
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
  // What was written into the address and does not stand there yet: it comes later than the next letter.
  const [pending, setPending] = useState<readonly string[]>([])
  if (inAddress !== seen) {
    setSeen(inAddress)
    setPending(pending.slice(pending.indexOf(inAddress) + 1))
    // The address has changed by itself: Back, or a link.
    if (!pending.includes(inAddress)) {
      setPending([])
      setText(inAddress)
    }
  }

  const isWritten = text === (pending.at(-1) ?? inAddress)
  useEffect(() => {
    if (isWritten) return
    const timer = setTimeout(() => {
      setPending((before) => [...before, text])
      change({ q: text === '' ? undefined : text, sel: undefined, preview: undefined }, { replace: !isSettled.current })
      isSettled.current = false
    }, ADDRESS_MS)
    return () => clearTimeout(timer)
  }, [change, isWritten, text])

  return {
    text,
    type: setText,
    /** This search is one: it is remembered, and what is typed next is another. */
    settle: () => {
      // The address is not waited for: what it would take back then is what is done next.
      if (!isWritten) {
        setPending((before) => [...before, text])
        change({ q: text === '' ? undefined : text }, { replace: !isSettled.current })
      }
      isSettled.current = true
      remember(text)
    },
  }
}
