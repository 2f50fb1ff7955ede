import type { SearchItem } from '@spacedrive/core/domain'
import { useState } from 'react'
import { pictureUrl } from '../../ui/index.ts'
import { type Box, type Size, stripOf } from './strip-of.ts'

interface PageStripProps {
  readonly item: SearchItem
  readonly box: Box
  readonly library: string | null
  readonly size: Size
}

/** The part of a picture in which a word was read, with a frame around it. Nothing where there is no picture. */
export function PageStrip({ box, item, library, size }: PageStripProps) {
  const [isBroken, setBroken] = useState(false)
  const { height, width } = item.thumb ?? {}
  if (!width || !height || isBroken) return null
  const { left, mark, page, top } = stripOf(box, { width, height }, size)
  const url = pictureUrl(item, library, Math.max(page.width, page.height))
  if (!url) return null
  const [markLeft, markTop, markWidth, markHeight] = mark
  return (
    <span aria-hidden className="bg-photo rounded-control relative block shrink-0 overflow-hidden" style={size}>
      <img
        alt=""
        src={url}
        decoding="async"
        draggable={false}
        onError={() => setBroken(true)}
        className="absolute max-w-none"
        style={{ ...page, left, top }}
      />
      <span
        className="border-accent absolute rounded-[2px] border-2"
        style={{ left: markLeft - 2, top: markTop - 2, width: markWidth + 4, height: markHeight + 4 }}
      />
    </span>
  )
}
