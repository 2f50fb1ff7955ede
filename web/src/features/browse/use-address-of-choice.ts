import { useEffect, useEffectEvent, useRef } from 'react'
import type { Choosing } from './use-choosing.ts'

interface AddressedChoice {
  /** Path of the active entry; null where there is none, undefined where it is not known. */
  readonly address: string | null | undefined
  /** What the address of the page says. */
  readonly selected: string | undefined
  /** The choice is that of the way back: what the address says is chosen already. */
  readonly isKnown: boolean
  /** Rows can be sought. */
  readonly isReady: boolean
  readonly rowOf: (path: string, signal: AbortSignal) => Promise<number | null>
  readonly go: Choosing['go']
  /** Has to stay the same. */
  readonly change: (change: { sel: string | undefined }, options: { replace: boolean }) => void
}

/** The address follows what is chosen after this: browsers take no more than a few changes a second. */
const ADDRESS_MS = 250

/** The active entry is in the address; one that stands there when the page is opened is sought and shown. */
export function useAddressOfChoice(of: AddressedChoice): void {
  const { address, change, go, isKnown, isReady, rowOf, selected } = of
  const written = useRef(isKnown ? selected : undefined)
  useEffect(() => {
    if (address === undefined || (address ?? undefined) === written.current) return
    const timer = setTimeout(() => {
      written.current = address ?? undefined
      change({ sel: address ?? undefined }, { replace: true })
    }, ADDRESS_MS)
    return () => clearTimeout(timer)
  }, [address, change])

  const find = useEffectEvent(async (path: string, signal: AbortSignal) => {
    const row = await rowOf(path, signal)
    if (row !== null && !signal.aborted) go(row, 'only')
  })
  useEffect(() => {
    if (!isReady || selected === undefined || selected === written.current) return
    written.current = selected
    const controller = new AbortController()
    find(selected, controller.signal).catch(() => {})
    return () => controller.abort()
  }, [isReady, selected])
}
