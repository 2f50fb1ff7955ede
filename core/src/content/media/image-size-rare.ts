import type { ByteSource } from '../types/byte-source.ts'
import { latin1, startsAt, u16be, u16le, u32be, u32le } from '../types/structure/bytes.ts'
import type { ImageSize } from './image-size.ts'

/** Limit on the boxes and chunks that are skipped; only damaged files have more. */
const MAX_PARTS = 1_000

/** Bytes searched for a size: the first tag of an SVG, or the header of a Radiance picture. */
const MAX_TEXT_BYTES = 65_536

/** The size of pictures in rare formats; null for other formats. */
export function rareImageSize(source: ByteSource): ImageSize | null {
  const { head } = source
  return (
    psd(head) ??
    jpeg2000(head) ??
    jpegXl(source) ??
    icon(head) ??
    portableMap(head) ??
    quiteOk(head) ??
    texture(head) ??
    openExr(head) ??
    radiance(head) ??
    paintbrush(head) ??
    gimp(head) ??
    svg(head)
  )
}

function size(width: number, height: number, bitDepth: number | null = null): ImageSize {
  return { width, height, bitDepth }
}

/** See "File Header Section" in the Adobe Photoshop File Formats Specification. */
function psd(head: Uint8Array): ImageSize | null {
  return startsAt(head, 0, '8BPS') ? size(u32be(head, 18), u32be(head, 14), u16be(head, 22)) : null
}

const JP2_SIGNATURE = '\0\0\0\x0cjP  '
const CODESTREAM = '\xff\x4f\xff\x51'

/** The size is in `ihdr` (JP2) or in `SIZ` (bare codestream); see ISO/IEC 15444-1. */
function jpeg2000(head: Uint8Array): ImageSize | null {
  if (startsAt(head, 0, CODESTREAM)) {
    return size(u32be(head, 8) - u32be(head, 16), u32be(head, 12) - u32be(head, 20), ((head[42] ?? 7) & 0x7f) + 1)
  }
  if (!startsAt(head, 0, JP2_SIGNATURE)) return null
  const at = latin1(head, 0, 4_096).indexOf('ihdr')
  return at < 0 ? null : size(u32be(head, at + 8), u32be(head, at + 4), ((head[at + 14] ?? 7) & 0x7f) + 1)
}

/** The size is in the `SizeHeader` of ISO/IEC 18181-1. The codestream may be in a container. */
function jpegXl(source: ByteSource): ImageSize | null {
  const { head } = source
  if (startsAt(head, 0, '\xff\x0a')) return sizeHeader(head, 2)
  if (!startsAt(head, 0, '\0\0\0\x0cJXL ')) return null
  let at = 12
  for (let i = 0; i < MAX_PARTS && at + 8 <= source.size; i++) {
    const box = source.read(at, 64)
    const start = latin1(box, 4, 8) === 'jxlc' ? 8 : latin1(box, 4, 8) === 'jxlp' ? 12 : 0
    if (start > 0) return startsAt(box, start, '\xff\x0a') ? sizeHeader(box, start + 2) : null
    const length = u32be(box, 0)
    if (length < 8) return null
    at += length
  }
  return null
}

/** Ratios of width to height, by their number in the header. */
const jxlRatios = [0, 1, 12 / 10, 4 / 3, 3 / 2, 16 / 9, 5 / 4, 2]
const jxlLengths = [9, 13, 18, 30]

function sizeHeader(bytes: Uint8Array, start: number): ImageSize {
  let at = start * 8
  const bits = (count: number) => {
    let value = 0
    for (let i = 0; i < count; i++, at++) value += ((bytes[at >> 3] ?? 0) >> (at & 7)) % 2 === 1 ? 2 ** i : 0
    return value
  }
  const isSmall = bits(1) === 1
  const side = () => (isSmall ? (bits(5) + 1) * 8 : bits(jxlLengths[bits(2)]!) + 1)
  const height = side()
  const ratio = bits(3)
  return size(ratio === 0 ? side() : Math.floor(height * jxlRatios[ratio]!), height)
}

/** The largest picture of an icon or cursor. */
function icon(head: Uint8Array): ImageSize | null {
  const isIcon = startsAt(head, 0, '\0\0\x01\0') || startsAt(head, 0, '\0\0\x02\0')
  const count = u16le(head, 4)
  if (!isIcon || count === 0 || head.length < 6 + count * 16) return null
  // A side of 0 means 256 pixels.
  const sides = Array.from({ length: count }, (_, i) => [head[6 + i * 16]! || 256, head[7 + i * 16]! || 256] as const)
  const [width, height] = sides.toSorted((a, b) => b[0] * b[1] - a[0] * a[1])[0]!
  return size(width, height)
}

/**
 * In PBM, PGM and PPM, the header is numbers, separated by spaces and comments. In PAM it has one named value on each
 * line.
 */
function portableMap(head: Uint8Array): ImageSize | null {
  if (head[0] !== 0x50 || !/^P[1-7]\s/.test(latin1(head, 0, 3))) return null
  const text = latin1(head, 0, 4_096)
  if (text.startsWith('P7')) {
    const value = (name: string) => Number(new RegExp(`^${name} +(\\d+)`, 'm').exec(text)?.[1] ?? 0)
    return size(value('WIDTH'), value('HEIGHT'), depthOf(value('MAXVAL')))
  }
  const [, width, height, most] = text.replaceAll(/#[^\n]*\n/g, ' ').split(/\s+/, 4)
  const isBitmap = text.startsWith('P1') || text.startsWith('P4')
  return size(Number(width), Number(height), isBitmap ? 1 : depthOf(Number(most)))
}

function depthOf(most: number): number | null {
  return most > 0 ? Math.ceil(Math.log2(most + 1)) : null
}

function quiteOk(head: Uint8Array): ImageSize | null {
  if (startsAt(head, 0, 'farbfeld')) return size(u32be(head, 8), u32be(head, 12), 16)
  return startsAt(head, 0, 'qoif') ? size(u32be(head, 4), u32be(head, 8), 8) : null
}

function texture(head: Uint8Array): ImageSize | null {
  return startsAt(head, 0, 'DDS ') ? size(u32le(head, 16), u32le(head, 12)) : null
}

/** The size of the data window. Both of its corners belong to the picture. */
function openExr(head: Uint8Array): ImageSize | null {
  if (!startsAt(head, 0, '\x76\x2f\x31\x01')) return null
  const name = 'dataWindow\0box2i\0'
  const at = latin1(head, 0, MAX_TEXT_BYTES).indexOf(name)
  if (at < 0) return null
  const corner = (i: number) => u32le(head, at + name.length + 4 + i * 4) | 0
  return size(corner(2) - corner(0) + 1, corner(3) - corner(1) + 1)
}

function radiance(head: Uint8Array): ImageSize | null {
  if (!startsAt(head, 0, '#?R')) return null
  const found = /\n[-+]Y (\d+) [-+]X (\d+)\n/.exec(latin1(head, 0, MAX_TEXT_BYTES))
  return found && size(Number(found[2]), Number(found[1]))
}

function paintbrush(head: Uint8Array): ImageSize | null {
  const isPcx = head[0] === 0x0a && head[1]! <= 5 && head[2] === 1 && head.length >= 128
  return isPcx ? size(u16le(head, 8) - u16le(head, 4) + 1, u16le(head, 10) - u16le(head, 6) + 1, head[3]) : null
}

function gimp(head: Uint8Array): ImageSize | null {
  return startsAt(head, 0, 'gimp xcf ') ? size(u32be(head, 14), u32be(head, 18)) : null
}

/** Width and height of a drawing in pixels; if they are missing, those of its view box. */
function svg(head: Uint8Array): ImageSize | null {
  if (head[0] !== 0x3c && head[0] !== 0xef && head[0] !== 0x20 && head[0] !== 0x0a) return null
  const tag = /<svg\b[^>]*>/i.exec(latin1(head, 0, MAX_TEXT_BYTES))?.[0]
  if (!tag) return null
  const pixels = (name: string) =>
    Number(new RegExp(`\\s${name}\\s*=\\s*["']\\s*([\\d.]+)(?:px)?\\s*["']`).exec(tag)?.[1])
  const box = /\sviewBox\s*=\s*["']([^"']+)["']/
    .exec(tag)?.[1]
    ?.trim()
    .split(/[\s,]+/)
    .map(Number)
  const width = pixels('width') || box?.[2]
  const height = pixels('height') || box?.[3]
  return width && height ? size(Math.round(width), Math.round(height)) : null
}
