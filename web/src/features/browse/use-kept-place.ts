import { useEffect, useRef } from 'react'
import { keepPlace, type KeptPlace } from './places-kept.ts'

/** Keeps for the way back how a page was left, as `now` says it; null: it is not kept. */
export function useKeptPlace(key: string, now: () => KeptPlace | null): void {
  // Not an effect event: when the key changes, what is kept under the old one is how it was then.
  const latest = useRef(now)
  useEffect(() => {
    latest.current = now
  })
  useEffect(() => {
    const keep = () => {
      const place = latest.current()
      if (place) keepPlace(key, place)
    }
    window.addEventListener('pagehide', keep)
    return () => {
      window.removeEventListener('pagehide', keep)
      keep()
    }
  }, [key])
}
