import type { Entry } from '@spacedrive/core/domain'
import { useEffect, useEffectEvent, useRef } from 'react'
import { connection } from './daemon.ts'

/** Thumbnails that come one after the other are told of together. */
const NEWS_MS = 250

/** A part of a list, as far as it is loaded. */
type Loaded = { readonly items: readonly Pick<Entry, 'contentId'>[] } | undefined

/** Calls `onNews` when some of what is shown has got a thumbnail, or may have. */
export function useThumbNews(shown: readonly Loaded[], onNews: () => void): void {
  const seen = useRef<ReadonlySet<string>>(new Set())
  const tell = useEffectEvent(onNews)
  useEffect(() => {
    seen.current = new Set(shown.flatMap((part) => part?.items.flatMap(({ contentId }) => contentId ?? []) ?? []))
  }, [shown])
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = connection.onEvent((heard) => {
      if (heard.type !== 'sidecars.changed' || heard.data.kind !== 'thumb') return
      const { contentIds, more } = heard.data
      if (!more && !contentIds.some((id) => seen.current.has(id))) return
      timer ??= setTimeout(() => {
        timer = undefined
        tell()
      }, NEWS_MS)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [])
}
