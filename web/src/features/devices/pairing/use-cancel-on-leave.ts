import { useEffect, useRef } from 'react'
import { connection } from '../../../api/index.ts'

/** Ends the pairing that goes on, if there is one; resolves when its code is worth nothing any more. */
export async function cancelPairing(): Promise<void> {
  // Where the daemon cannot be reached, the code ends with its time.
  await connection.action('pairing.cancel', {}).catch(() => {})
}

/** A code ends with what shows it, however that is left. */
export function useCancelOnLeave(): void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    clearTimeout(timer.current)
    return () => {
      // Not at once: React takes a part out and puts it back while the page is written.
      timer.current = setTimeout(() => void cancelPairing())
    }
  }, [])
}
