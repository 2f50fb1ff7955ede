import { fileSource, readFully, withRegularFile } from '../regular-file.ts'
import type { FilePath, ReadFailure } from '../regular-file.ts'
import { type CanonTags, canonTags, parseCanonTags } from './canon-raw.ts'
import { readHeif } from './heif.ts'
import { imageFacts } from './image-facts.ts'
import type { Frame, ImageFacts } from './image-facts.ts'
import { imageSize } from './image-size.ts'
import { type ImageTags, parseTagParts, type TagParts, tagParts } from './image-tags.ts'
import { olderTags } from './older-cameras.ts'

/** Bytes read from the beginning, which contain EXIF, XMP and the thumbnail. Parts further in are read separately. */
const HEAD_BYTES = 524_288

export interface ImageReading {
  readonly kind: 'image'
  readonly row: ImageFacts
  /** Describes the tags that could not be read, so that users learn why the date is missing; null if all were read. */
  readonly damage: string | null
}

interface Header {
  readonly frame: Frame
  readonly tags: TagParts
  /** Null if the file is not a raw photo of Canon. */
  readonly canon: CanonTags | null
  /** Tags of a camera older than EXIF; null if there are none. */
  readonly older: ImageTags | null
}

const noFrame: Frame = { width: null, height: null, bitDepth: null, orientation: null }

/** Reads the metadata of a picture; null if its header is not supported. */
export async function readImage(path: FilePath): Promise<ImageReading | ReadFailure | null> {
  const header = withRegularFile(path, readHeader)
  if ('state' in header) return header
  const { canon, frame, older, tags } = header
  if (!canon && !older && !tags.main && !tags.xmp && frame === noFrame) return null
  const parsed = await (canon ? parseCanonTags(canon) : parseTagParts(tags))
  const row = imageFacts(frame, {
    ...parsed.tags,
    ifd0: { ...older?.ifd0, ...parsed.tags.ifd0 },
    exif: { ...older?.exif, ...parsed.tags.exif },
  })
  return {
    kind: 'image',
    row: { ...row, color_profile: tags.colorProfile ?? row.color_profile },
    damage: parsed.damage,
  }
}

function readHeader(fd: number, { size: bigSize }: { size: bigint }): Header {
  const size = Number(bigSize)
  const head = new Uint8Array(Math.min(size, HEAD_BYTES))
  const read = readFully(fd, head, { start: 0, length: head.length, position: 0 })
  const source = fileSource(fd, size, head.subarray(0, read))
  const heif = readHeif(source)
  const frame = heif ?? imageSize(source)
  return {
    frame: frame ? { orientation: null, ...frame } : noFrame,
    tags: tagParts(source, heif),
    canon: canonTags(source),
    older: olderTags(source),
  }
}
