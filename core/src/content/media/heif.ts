import type { ByteSource } from '../types/byte-source.ts'
import { iccName } from './icc-name.ts'

/** Limit on the box that describes the pictures. It grows with the number of tiles; a larger box is not read. */
const MAX_META_BYTES = 4_194_304

/**
 * Limit on the boxes before the `meta` box, and on the boxes of each list, so that a damaged file cannot keep the
 * reader busy forever.
 */
const MAX_BOXES = 20_000
/**
 * Limit on the extents of all items together. An extent may have a length of 0, so a short list can declare billions.
 */
const MAX_EXTENTS = 65_536

export interface HeifPicture {
  /** Pixels as stored, before the rotation. */
  readonly width: number
  readonly height: number
  /** EXIF 1–8: the rotation and mirroring from the container, which takes precedence in a HEIF. */
  readonly orientation: number
  readonly bitDepth: number | null
  /** The extent of its EXIF in the file, without the length field before it. */
  readonly exif: Extent | null
  /** The extent of its XMP. */
  readonly xmp: Extent | null
  readonly colorProfile: string | null
}

interface Extent {
  readonly offset: number
  readonly length: number
}

/** Reads the metadata of the primary picture of a HEIC or AVIF (ISO/IEC 23008-12); null if there is none. */
export function readHeif(source: ByteSource): HeifPicture | null {
  const meta = findMeta(source)
  if (!meta) return null
  const boxes = children(meta, 4)
  const primary = primaryItem(boxes)
  const properties = (primary !== null && ifWhole(() => propertiesOf(boxes, primary))) || []
  const extent = properties.find((box) => box.name === 'ispe')?.view
  if (!extent || extent.byteLength < 12) return null
  const pixel = properties.find((box) => box.name === 'pixi')?.view
  return {
    width: extent.getUint32(4),
    height: extent.getUint32(8),
    orientation: orientationOf(properties),
    bitDepth: pixel && pixel.byteLength > 5 ? pixel.getUint8(5) : null,
    exif: ifWhole(() => exifExtent(source, boxes)),
    xmp: ifWhole(() => xmpExtent(boxes)),
    colorProfile: ifWhole(() => profileOf(properties)),
  }
}

/** Returns null if a box is too short: the other facts about the picture are still used. */
function ifWhole<T>(read: () => T): T | null {
  try {
    return read()
  } catch (err) {
    if (err instanceof RangeError) return null
    throw err
  }
}

/**
 * Colour spaces by number (ITU-T H.273), for pictures without a profile. sRGB is left out, because it is the usual one.
 */
const profilesByPrimaries: Readonly<Record<number, string>> = { 9: 'BT.2020', 12: 'Display P3' }

function profileOf(properties: readonly Box[]): string | null {
  const colours = properties.filter((box) => box.name === 'colr' && box.view.byteLength >= 6)
  const profile = colours.find(({ view }) => nameAt(view, 0) === 'prof' || nameAt(view, 0) === 'rICC')?.view
  if (profile) return iccName(new Uint8Array(profile.buffer, profile.byteOffset + 4, profile.byteLength - 4))
  const numbers = colours.find(({ view }) => nameAt(view, 0) === 'nclx')?.view
  return numbers ? (profilesByPrimaries[numbers.getUint16(4)] ?? null) : null
}

function xmpExtent(boxes: readonly Box[]): Extent | null {
  const item = itemOf(boxes, (view, type) => nameAt(view, type) === 'mime' && hasXmpType(view, type + 4))
  const location = boxes.find((box) => box.name === 'iloc')?.view
  return item === null || !location ? null : extentOf(location, item)
}

/** Whether the item is XMP. At `at` are two texts, each ended by a zero: the name of the item and its MIME type. */
function hasXmpType(view: DataView, at: number): boolean {
  const texts = Buffer.from(view.buffer, view.byteOffset + at, view.byteLength - at)
    .toString('latin1')
    .split('\0')
  return texts[1] === 'application/rdf+xml'
}

interface Box {
  readonly name: string
  /** Its content, without length and name. */
  readonly view: DataView
}

function findMeta(source: ByteSource): DataView | null {
  let at = 0
  for (let i = 0; i < 64 && at + 8 <= source.size; i++) {
    const head = viewOf(source.read(at, 16))
    if (head.byteLength < 8) return null
    const wide = head.getUint32(0) === 1 && head.byteLength === 16
    const length = wide ? Number(head.getBigUint64(8)) : head.getUint32(0) || source.size - at
    if (length < 8) return null
    if (nameAt(head, 4) === 'meta') {
      return length > MAX_META_BYTES ? null : viewOf(source.read(at + (wide ? 16 : 8), length - (wide ? 16 : 8)))
    }
    at += length
  }
  return null
}

function children(parent: DataView, start: number): Box[] {
  const boxes: Box[] = []
  let at = start
  while (at + 8 <= parent.byteLength && boxes.length < MAX_BOXES) {
    const length = parent.getUint32(at)
    if (length < 8 || at + length > parent.byteLength) break
    boxes.push({ name: nameAt(parent, at + 4), view: part(parent, at + 8, length - 8) })
    at += length
  }
  return boxes
}

function primaryItem(boxes: readonly Box[]): number | null {
  const view = boxes.find((box) => box.name === 'pitm')?.view
  const wide = view !== undefined && view.byteLength > 0 && view.getUint8(0) > 0
  if (!view || view.byteLength < (wide ? 8 : 6)) return null
  return wide ? view.getUint32(4) : view.getUint16(4)
}

/** The properties of an item, in the order they are applied. */
function propertiesOf(boxes: readonly Box[], item: number): Box[] {
  const iprp = boxes.find((box) => box.name === 'iprp')
  if (!iprp) return []
  const inside = children(iprp.view, 0)
  const list = inside.find((box) => box.name === 'ipco')
  const associations = inside.find((box) => box.name === 'ipma')
  if (!list || !associations) return []
  const all = children(list.view, 0)
  return indexesFor(associations.view, item).flatMap((index) => all[index - 1] ?? [])
}

function indexesFor(view: DataView, item: number): number[] {
  const wideItems = view.getUint8(0) > 0
  const wideIndexes = (view.getUint8(3) & 1) === 1
  const count = Math.min(view.getUint32(4), MAX_BOXES)
  let at = 8
  for (let i = 0; i < count; i++) {
    const id = wideItems ? view.getUint32(at) : view.getUint16(at)
    at += wideItems ? 4 : 2
    const links = view.getUint8(at++)
    const step = wideIndexes ? 2 : 1
    if (id === item) {
      return Array.from({ length: links }, (_, link) =>
        wideIndexes ? view.getUint16(at + link * 2) & 0x7fff : view.getUint8(at + link) & 0x7f,
      )
    }
    at += links * step
  }
  return []
}

/** By quarter turns counter-clockwise, and whether rows (0) or columns (1) are mirrored afterwards. */
const orientations: Record<string, number> = {
  '0': 1,
  '1': 8,
  '2': 3,
  '3': 6,
  '0/0': 4,
  '1/0': 5,
  '2/0': 2,
  '3/0': 7,
  '0/1': 2,
  '1/1': 7,
  '2/1': 4,
  '3/1': 5,
}

function orientationOf(properties: readonly Box[]): number {
  const turn = properties.find((box) => box.name === 'irot')?.view
  const mirror = properties.find((box) => box.name === 'imir')?.view
  const turns = turn && turn.byteLength > 0 ? turn.getUint8(0) & 3 : 0
  return orientations[mirror && mirror.byteLength > 0 ? `${turns}/${mirror.getUint8(0) & 1}` : `${turns}`]!
}

function exifExtent(source: ByteSource, boxes: readonly Box[]): Extent | null {
  const item = itemOf(boxes, (view, type) => nameAt(view, type) === 'Exif')
  const location = boxes.find((box) => box.name === 'iloc')?.view
  const extent = item === null || !location ? null : extentOf(location, item)
  if (!extent || extent.length < 8) return null
  // The first four bytes of the item are the number of bytes to skip before the TIFF header.
  const skip = 4 + viewOf(source.read(extent.offset, 4)).getUint32(0)
  return skip < extent.length ? { offset: extent.offset + skip, length: extent.length - skip } : null
}

/** The first matching item; `isWanted` gets the list entry and the offset of the item's type in it. */
function itemOf(boxes: readonly Box[], isWanted: (view: DataView, type: number) => boolean): number | null {
  const list = boxes.find((box) => box.name === 'iinf')?.view
  if (!list) return null
  for (const { view } of children(list, list.getUint8(0) === 0 ? 6 : 8)) {
    if (view.byteLength < 12) continue
    const wide = view.getUint8(0) >= 3
    if (isWanted(view, wide ? 10 : 8)) return wide ? view.getUint32(4) : view.getUint16(4)
  }
  return null
}

/** The first extent of an item that is stored in the file itself (ISO/IEC 14496-12, `iloc`). */
function extentOf(view: DataView, item: number): Extent | null {
  const version = view.getUint8(0)
  const sizes = view.getUint16(4)
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15]
  const indexBytes = version > 0 ? sizes & 15 : 0
  let at = 6
  const take = (bytes: number): number => {
    const value =
      bytes === 8
        ? Number(view.getBigUint64(at))
        : bytes === 4
          ? view.getUint32(at)
          : bytes === 2
            ? view.getUint16(at)
            : 0
    at += bytes
    return value
  }
  const count = Math.min(take(version < 2 ? 2 : 4), MAX_BOXES)
  let left = MAX_EXTENTS
  for (let i = 0; i < count; i++) {
    const id = take(version < 2 ? 2 : 4)
    const construction = version > 0 ? take(2) & 15 : 0
    take(2)
    const base = take(baseBytes)
    const extents = take(2)
    left -= extents
    if (left < 0) return null
    for (let extent = 0; extent < extents; extent++) {
      take(indexBytes)
      const offset = base + take(offsetBytes)
      const length = take(lengthBytes)
      if (id === item) return construction === 0 ? { offset, length } : null
    }
  }
  return null
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function part(view: DataView, start: number, length: number): DataView {
  return new DataView(view.buffer, view.byteOffset + start, length)
}

function nameAt(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3))
}
