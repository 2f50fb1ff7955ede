import { useEffect, useMemo } from 'react'
import { connection, useOpened } from '../../api/index.ts'
import { deviceOf } from '../../format/index.ts'
import type { Listing } from './use-listing.ts'
import type { Span } from './virtual-scroll.ts'

/** Somebody who scrolls through wants nothing of what goes by. */
const SETTLED_MS = 200
/** As many as one request takes. */
const MAX_WANTED = 500

/** Has the thumbnails made first that are missing among the rows that are seen. */
export function useWantedThumbs(listing: Pick<Listing, 'entryAt'>, { first, last }: Span): void {
  const viewer = useMemo(() => `browse-${crypto.randomUUID()}`, [])
  // A daemon that was started again has forgotten what was wanted.
  const opened = useOpened()
  const wanted = missing(listing, first, last).join(' ')

  useEffect(() => {
    if (!wanted) return
    const timer = setTimeout(() => want(viewer, wanted.split(' ')), SETTLED_MS)
    return () => clearTimeout(timer)
  }, [opened, viewer, wanted])
  useEffect(() => () => want(viewer, []), [viewer])
}

function missing({ entryAt }: Pick<Listing, 'entryAt'>, first: number, last: number): string[] {
  const ids: string[] = []
  for (let row = first; row <= last && ids.length < MAX_WANTED; row++) {
    const entry = entryAt(row)
    // What another device has not made is its own business.
    if (
      entry?.contentId &&
      deviceOf(entry.path) === null &&
      (entry.thumb?.state === 'pending' || entry.thumb?.state === 'none')
    )
      ids.push(entry.contentId)
  }
  return ids
}

/** Nobody waits for the answer: an event tells when one is made. */
function want(viewer: string, contentIds: readonly string[]): void {
  connection.action('sidecars.want', { viewer, contentIds: [...contentIds] }).catch(() => {})
}
