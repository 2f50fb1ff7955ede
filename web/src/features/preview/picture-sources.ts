import { hashUrl } from '../../ui/index.ts'
import { isBrowserPicture } from './preview-kind.ts'
import { thumbFor } from './thumb-choice.ts'
import type { ShownFile } from './use-file.ts'
import type { Size } from './view-box.ts'

/** A larger original is not put into a page, in bytes. */
const MAX_ORIGINAL = 200_000_000
const LARGEST_THUMB = 2048
const QUICK_THUMB = 512

export interface PictureSources {
  /** The coarsest first, each to be put over the one before; the last may be the original. */
  readonly layers: readonly string[]
  /** Null where it is not shown: `format` the browser cannot, `large` it is too much, `away` it is not here. */
  readonly original: string | null
  readonly whyNoOriginal: 'format' | 'large' | 'away' | null
}

/** What a picture is shown by, from a few colours to all it has. */
export function pictureSources(file: ShownFile): PictureSources {
  const { entry, info, sidecars, url } = file
  const known = info ?? entry
  const hash = (entry.thumb ?? info?.thumb)?.hash
  const whyNoOriginal = !isBrowserPicture(known)
    ? 'format'
    : url === null
      ? 'away'
      : entry.size > MAX_ORIGINAL
        ? 'large'
        : null
  const original = whyNoOriginal === null ? url : null
  // The small one is in the browser's cache: the grid has shown it.
  const thumbs = [thumbFor(sidecars, QUICK_THUMB), original ? undefined : thumbFor(sidecars, LARGEST_THUMB)]
  const thumbUrls = thumbs.flatMap((thumb) => (thumb ? (file.sidecarUrl(thumb) ?? []) : []))
  return {
    layers: [...(hash ? [hashUrl(hash)] : []), ...new Set(thumbUrls), ...(original ? [original] : [])],
    original,
    whyNoOriginal,
  }
}

/** Pixels of the original, turned upright; null where they are not known. */
export function pictureSize({ entry, info }: ShownFile): Size | null {
  const { height, width } = entry.thumb ?? info?.thumb ?? {}
  if (width && height) return { width, height }
  const { height: stored, orientation, width: across } = info?.metadata ?? {}
  if (typeof across !== 'number' || typeof stored !== 'number') return null
  // EXIF has five to eight for what lies on its side.
  const isTurned = typeof orientation === 'number' && orientation >= 5
  return isTurned ? { width: stored, height: across } : { width: across, height: stored }
}
