import { useEffect, useRef, useState } from 'react'
import type { Highlighted, HighlightRequest } from './highlight-messages.ts'
import type { Language } from './language-of.ts'

/** Characters that are coloured at most; what comes after them is plain. */
const MAX_COLOURED = 1_000_000

/** A text in colours, made in a thread of its own; null until then, and where it stays plain. */
export function useHighlight(text: string | null, language: Language | null): Highlighted | null {
  const worker = useRef<Worker | null>(null)
  const [found, setFound] = useState<Highlighted | null>(null)
  useEffect(() => () => worker.current?.terminate(), [])
  useEffect(() => {
    if (text === null || language === null) return
    // One text may take seconds: the next is not behind it.
    worker.current?.terminate()
    const made = new Worker(new URL('highlight-worker.ts', import.meta.url), { type: 'module' })
    worker.current = made
    made.addEventListener('message', ({ data }: MessageEvent<Highlighted>) => {
      setFound(data)
      made.terminate()
    })
    made.postMessage({ id: 0, code: text.slice(0, MAX_COLOURED), language } satisfies HighlightRequest)
  }, [text, language])
  return found
}
