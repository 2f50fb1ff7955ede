import { type RefCallback, useCallback, useState } from 'react'

interface Size {
  readonly width: number
  readonly height: number
}

/** The size of an element in pixels; null until it is known. Put the first on it as its `ref`. */
export function useElementSize(): [RefCallback<Element>, Size | null] {
  const [size, setSize] = useState<Size | null>(null)
  const ref = useCallback((element: Element | null) => {
    if (!element) return
    const observer = new ResizeObserver(() => {
      const { clientHeight: height, clientWidth: width } = element
      if (width > 0 && height > 0) setSize({ width, height })
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [ref, size]
}
