import { type ReactNode, useDeferredValue } from 'react'

/**
 * Renders what is in it after what is around it, and in small steps. Use it for a large part of a page, so that the browser
 * can show the rest and answer to input meanwhile.
 */
export function Deferred({ children }: { children: ReactNode }) {
  return useDeferredValue(true, false) ? children : null
}
