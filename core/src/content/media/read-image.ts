import { fileSource, readFully, withRegularFile } from '../regular-file.ts'
import type { FilePath, ReadFailure } from '../regular-file.ts'
import { readHeif } from './heif.ts'
import { imageFacts } from './image-facts.ts'
import type { Frame, ImageFacts } from './image-facts.ts'
import { imageSize } from './image-size.ts'
import { parseTagParts, type TagParts, tagParts } from './image-tags.ts'

/** EXIF, XMP and the thumbnail in them are at the beginning; parts further in are read separately. */
const HEAD_BYTES = 524_288

export interface ImageReading {
  readonly kind: 'image'
  readonly row: ImageFacts
  /** Describes the tags that could not be read, so that the picture does not seem to have no date; else null. */
  readonly damage: string | null
}

interface Header {
  readonly frame: Frame
  readonly tags: TagParts
}

const noFrame: Frame = { width: null, height: null, bitDepth: null, orientation: null }

/** The metadata of a picture; null if its header is not understood. */
export async function readImage(path: FilePath): Promise<ImageReading | ReadFailure | null> {
  const header = withRegularFile(path, readHeader)
  if ('state' in header) return header
  const { frame, tags } = header
  if (!tags.main && !tags.xmp && frame === noFrame) return null
  const parsed = await parseTagParts(tags)
  const row = imageFacts(frame, parsed.tags)
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
  }
}
