import { useEffect, useEffectEvent, useState } from 'react'

/** How long each file is shown, in milliseconds. */
export const SLIDE_MS = 5_000

export interface SlideShow {
  readonly isRunning: boolean
  readonly toggle: () => void
  readonly stop: () => void
}

/** Goes on by itself until the last file, where `onNext` is absent. */
export function useSlideShow(onNext: (() => void) | undefined): SlideShow {
  const [isWanted, setWanted] = useState(false)
  const isRunning = isWanted && onNext !== undefined
  const next = useEffectEvent(() => onNext?.())
  useEffect(() => {
    if (!isRunning) return
    const timer = setInterval(() => next(), SLIDE_MS)
    return () => clearInterval(timer)
  }, [isRunning])
  return { isRunning, toggle: () => setWanted(!isRunning), stop: () => setWanted(false) }
}
