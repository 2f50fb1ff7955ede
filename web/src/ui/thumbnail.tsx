import type { Entry, Thumb } from '@spacedrive/core/domain'
import { useCallback, useState } from 'react'
import { rgbaToDataURL } from 'thumbhash'
import { connection, fileUrl, pathOf, remoteThumbUrl, sidecarUrl, useOpened } from '../api/index.ts'
import { deviceOf } from '../format/index.ts'
import { cn } from './cn.ts'
import { drawThumbhash } from './draw-thumbhash.ts'
import { KindIcon } from './kind-icon.tsx'

interface ThumbnailProps {
  readonly entry: Entry
  /** Id of the library whose thumbnails these are; null while that is not known. */
  readonly library: string | null
  /** Edge of the square it stands in, in pixels. */
  readonly size: number
  /** Asked for after all else: not seen yet. */
  readonly isLater?: boolean
  /** Pixels of the sign that stands for what has no picture. */
  readonly iconSize?: number
  /** It fills the square, and what is wider or taller is cut off. */
  readonly isFilling?: boolean
  readonly className?: string | undefined
}

/**
 * What there is to see of a file, in a square: its hash at once, then its picture in place of that. Where there is none,
 * the sign of its kind. Nothing moves when the picture comes.
 */
export function Thumbnail({ entry, library, size, isLater = false, iconSize, isFilling, className }: ThumbnailProps) {
  const { thumb } = entry
  // A daemon that was restarted signs addresses anew.
  useOpened()
  const hasPicture = size >= LEAST_PAGE || !isPage(entry)
  const picture = hasPicture ? pictureOf(entry, library, isFilling ? size * elongation(thumb) : size) : null
  const url = picture?.url
  const hash = hasPicture ? thumb?.hash : undefined
  // Where only smaller thumbnails are there, the picture is smaller too: enlarged it would be blurred.
  const room = picture?.side ? Math.min(size, picture.side / devicePixelRatio) : size
  const box = !thumb ? { width: size, height: size } : isFilling ? filled(thumb, size) : fitted(thumb, room)
  // Corners of its own: cut off by what is around it they would cost more than the picture.
  const isWhole = box.width === box.height && !isFilling && size > SMALL
  const radius = isWhole ? 'rounded-tile' : 'rounded-[3px]'
  // A white picture has an edge on a white page.
  const edge = 'outline-1 -outline-offset-1 outline-black/8'
  const fit = cn(isFilling ? 'object-cover' : 'object-contain', radius, edge)
  return (
    <span
      className={cn('relative inline-flex shrink-0 items-center justify-center', className)}
      style={{ width: size, height: size }}
    >
      {!hash && <KindIcon entry={entry} size={iconSize ?? Math.round(Math.min(64, size * 0.4))} />}
      {url && <Picture key={url} url={url} box={box} fit={fit} isLater={isLater} isFading={!hash} />}
      {hash && (
        // Above the picture: below it, it would be seen through what is transparent.
        <img alt="" src={hashUrl(hash)} className={cn(PICTURE, fit, FADING, 'peer-data-shown:opacity-0')} style={box} />
      )}
    </span>
  )
}

const PICTURE = 'absolute'
/** Pixels of the square: a picture in a line of text. */
const SMALL = 48
/** What fades is a layer of its own: too many of them while much goes by. */
const FADING = 'transition-opacity duration-[80ms] in-data-scrolling:transition-none'

/** Pixels of the square below which a page of text is a grey smudge: the sign of its kind says more. */
const LEAST_PAGE = 96

const PAGE_TYPES: ReadonlySet<Entry['type']> = new Set([
  'code',
  'config',
  'document',
  'email',
  'presentation',
  'spreadsheet',
  'text',
  'web',
])

/** Whether the picture of an entry is a page of text. */
function isPage({ kind, type }: Entry): boolean {
  return kind === 'file' && PAGE_TYPES.has(type)
}

interface Size {
  readonly width: number
  readonly height: number
}

interface PictureProps {
  readonly url: string
  readonly box: Size
  readonly fit: string
  readonly isLater: boolean
  /** Nothing fades away above it. */
  readonly isFading: boolean
}

function Picture({ url, box, fit, isLater, isFading }: PictureProps) {
  // What failed may have failed with the daemon: it is tried once more when that is back.
  const opened = useOpened()
  const [brokenAt, setBrokenAt] = useState<number | null>(null)
  const attach = useCallback(
    (image: HTMLImageElement | null) => {
      if (!image) return
      // Without React: hundreds of pictures come in a second of scrolling.
      const show = () => void (image.dataset['shown'] = '')
      image.addEventListener('load', show)
      image.src = url
      if (image.complete && image.naturalWidth > 0) show()
      return () => {
        image.removeEventListener('load', show)
        // Scrolled away: the browser gives the request up.
        image.removeAttribute('src')
      }
    },
    [url],
  )
  if (brokenAt === opened) return null
  return (
    <img
      ref={attach}
      alt=""
      decoding="async"
      draggable={false}
      fetchPriority={isLater ? 'low' : 'auto'}
      onError={() => setBrokenAt(connection.opened)}
      className={cn(PICTURE, fit, 'peer', isFading && FADING, isFading && 'opacity-0 data-shown:opacity-100')}
      style={box}
    />
  )
}

/** Thumbnails by the length of their longer side in pixels; `core` makes no others. */
const sides: Readonly<Record<string, number>> = {
  'icon@1x': 128,
  'icon@2x': 256,
  'grid@1x': 256,
  'grid@2x': 512,
  'grid@3x': 768,
  'detail@1x': 1024,
  'detail@2x': 2048,
}

/** Originals that are small enough to stand for their thumbnails where there are none, in bytes. */
const SMALL_ORIGINAL = 500_000
const SHOWN_BY_BROWSERS = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif'])

/** Address of the smallest picture of a file that is sharp at a size in pixels; null where there is none. */
export function pictureUrl(entry: Entry, library: string | null, size: number): string | null {
  return pictureOf(entry, library, size)?.url ?? null
}

interface PictureOf {
  readonly url: string
  /** Length of the longer side of a thumbnail in pixels; null for an original. */
  readonly side: number | null
}

function pictureOf(entry: Entry, library: string | null, size: number): PictureOf | null {
  const { contentId, mime, thumb } = entry
  const variant = thumb && smallestFor(thumb, size)
  const side = variant === undefined ? null : sides[variant]!
  const device = deviceOf(entry.path)
  // Nobody is asked to allow that files are read only because they are seen.
  if (device !== null)
    return variant
      ? { url: remoteThumbUrl({ device, path: pathOf(entry), variant, version: thumb.version }), side }
      : null
  if (variant && library && contentId) {
    const file = `${variant}.webp`
    return { url: sidecarUrl({ library, contentId, folder: 'thumbs', file, version: thumb.version }), side }
  }
  const isSmall = entry.kind === 'file' && entry.size > 0 && entry.size <= SMALL_ORIGINAL
  const isShown = isSmall && mime !== null && SHOWN_BY_BROWSERS.has(mime)
  return isShown ? { url: fileUrl(entry, library), side: null } : null
}

/** The smallest that has a pixel for every pixel of the screen, or the largest there is. */
function smallestFor({ ready }: Thumb, size: number): string | undefined {
  const known = ready.filter((variant) => sides[variant]).toSorted((a, b) => sides[a]! - sides[b]!)
  return known.find((variant) => sides[variant]! >= size * devicePixelRatio) ?? known.at(-1)
}

/** Of a panorama no more is loaded than of a picture four times as long as it is high. */
const MAX_ELONGATION = 4

/** How much longer than its shorter side a picture is: that one fills the square. */
function elongation(thumb: Thumb | undefined): number {
  if (!thumb?.width || !thumb.height) return 1
  const { height, width } = thumb
  return Math.min(MAX_ELONGATION, Math.max(width, height) / Math.min(width, height))
}

/** It fills the square, and what is beyond that is cut off. A smaller picture is not enlarged. */
function filled({ height, width }: Thumb, size: number): Size {
  if (!width || !height) return { width: size, height: size }
  return { width: Math.min(size, width), height: Math.min(size, height) }
}

/** As large as the square lets it be, but not larger than it is. */
function fitted({ height, width }: Thumb, size: number): Size {
  if (!width || !height) return { width: size, height: size }
  const scale = Math.min(size / width, size / height, 1)
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** Pictures of hashes that are kept: those of some screens. */
const MAX_HASHES = 1_000
const urlByHash = new Map<string, string>()

/** A blurred picture drawn from a thumbhash in base64. */
export function hashUrl(hash: string): string {
  const known = urlByHash.get(hash)
  if (known) return known
  const { height, rgba, width } = drawThumbhash(Uint8Array.from(atob(hash), (char) => char.charCodeAt(0)))
  const url = rgbaToDataURL(width, height, rgba)
  if (urlByHash.size >= MAX_HASHES) urlByHash.delete(urlByHash.keys().next().value!)
  urlByHash.set(hash, url)
  return url
}
