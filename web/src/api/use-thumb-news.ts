import type { ContentId, Entry } from '@spacedrive/core/domain'
import { useEffect, useEffectEvent, useRef } from 'react'
import { connection } from './daemon.ts'

/** Thumbnails that come one after the other are told of together. */
const NEWS_MS = 250

/** A part of a list, as far as it is loaded. */
type Loaded = { readonly items: readonly Pick<Entry, 'contentId'>[] } | undefined

/** Calls `onNews` with the contents of what is shown that have got a thumbnail, or may have. */
export function useThumbNews(shown: readonly Loaded[], onNews: (contentIds: readonly ContentId[]) => void): void {
  const seen = useRef<ReadonlySet<ContentId>>(new Set())
  const tell = useEffectEvent(onNews)
  useEffect(() => {
    seen.current = new Set(shown.flatMap((part) => part?.items.flatMap(({ contentId }) => contentId ?? []) ?? []))
  }, [shown])
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const gathered = new Set<ContentId>()
    const stop = connection.onEvent((heard) => {
      if (heard.type !== 'sidecars.changed' || heard.data.kind !== 'thumb') return
      const { contentIds, more } = heard.data
      const told = more ? seen.current : contentIds.filter((id) => seen.current.has(id))
      for (const id of told) gathered.add(id)
      if (gathered.size === 0) return
      timer ??= setTimeout(() => {
        timer = undefined
        const news = [...gathered]
        gathered.clear()
        tell(news)
      }, NEWS_MS)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [])
}
