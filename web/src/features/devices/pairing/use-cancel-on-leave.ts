import { useCallback, useEffect, useRef } from 'react'
import { connection } from '../../../api/index.ts'

/** Ends the pairing that goes on, if there is one; resolves when its code is worth nothing any more. */
export async function cancelPairing(): Promise<void> {
  // Where the daemon cannot be reached, the code ends with its time.
  await connection.action('pairing.cancel', {}).catch(() => {})
}

/**
 * What is begun here ends with what shows it, however that is left; what was begun elsewhere goes on. Call what is returned
 * once something was begun.
 */
export function useCancelOnLeave(): () => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const hasBegun = useRef(false)
  const hasLeft = useRef(false)
  useEffect(() => {
    clearTimeout(timer.current)
    hasLeft.current = false
    return () => {
      // Not at once: React takes a part out and puts it back while the page is written.
      timer.current = setTimeout(() => {
        hasLeft.current = true
        if (hasBegun.current) void cancelPairing()
      })
    }
  }, [])
  return useCallback(() => {
    hasBegun.current = true
    if (hasLeft.current) void cancelPairing()
  }, [])
}
