import { useLayoutEffect, useState } from 'react'

interface ElementSize {
  readonly attach: (element: HTMLElement | null) => void
  /** Pixels; 0 until it is there. */
  readonly width: number
  readonly height: number
}

/** How large an element is, now and whenever that changes. */
export function useElementSize(): ElementSize {
  const [element, attach] = useState<HTMLElement | null>(null)
  const [size, setSize] = useState({ width: 0, height: 0 })
  useLayoutEffect(() => {
    if (!element) return
    const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight })
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [element])
  return { attach, ...size }
}
