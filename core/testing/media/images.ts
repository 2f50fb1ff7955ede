import { crc32 } from 'node:zlib'
import { box, bytes, u16be, u16le, u32be, u32le, zeros } from '../file-types/bytes.ts'

export interface ImageFixture {
  readonly width: number
  readonly height: number
  /** A block made by `exifBlock`. */
  readonly exif?: Uint8Array
}

/** A JPEG's header up to the picture's data. `padding` bytes of comment push its size away from the beginning. */
export function jpeg({ width, height, exif, padding = 0 }: ImageFixture & { readonly padding?: number }): Uint8Array {
  const segment = (marker: number, content: Uint8Array) => bytes(0xff, marker, u16be(content.length + 2), content)
  const comments = Array.from({ length: Math.ceil(padding / 65_000) }, () => segment(0xfe, zeros(65_000)))
  return bytes(
    '\xff\xd8',
    exif ? segment(0xe1, bytes('Exif\0\0', exif)) : '',
    ...comments,
    segment(0xc0, bytes(8, u16be(height), u16be(width), 3, '\x01\x22\0\x02\x11\x01\x03\x11\x01')),
    '\xff\xd9',
  )
}

/** A PNG of one colour channel, without its picture. */
export function png({ width, height, exif }: ImageFixture): Uint8Array {
  return bytes(
    '\x89PNG\r\n\x1a\n',
    chunk('IHDR', bytes(u32be(width), u32be(height), 8, 0, 0, 0, 0)),
    exif ? chunk('eXIf', exif) : '',
    chunk('IEND', zeros(0)),
  )
}

function chunk(name: string, content: Uint8Array): Uint8Array {
  const named = bytes(name, content)
  return bytes(u32be(content.length), named, u32be(crc32(named)))
}

/** An extended WebP without its picture. */
export function webp({ width, height, exif }: ImageFixture): Uint8Array {
  const u24 = (value: number) => u32le(value).subarray(0, 3)
  const part = (name: string, content: Uint8Array) =>
    bytes(name, u32le(content.length), content, zeros(content.length & 1))
  const inside = bytes(
    'WEBP',
    part('VP8X', bytes(8, zeros(3), u24(width - 1), u24(height - 1))),
    exif ? part('EXIF', exif) : '',
  )
  return bytes('RIFF', u32le(inside.length), inside)
}

export interface HeicFixture extends ImageFixture {
  /** Quarter turns counter-clockwise. */
  readonly turns?: number
  /** Size of a thumbnail, which comes first among the properties. */
  readonly thumbnail?: readonly [width: number, height: number]
}

/** A HEIC's description of its picture; the picture itself is left out. */
export function heic({ width, height, exif, turns = 0, thumbnail = [1, 1] }: HeicFixture): Uint8Array {
  const full = (name: string, version: number, ...content: readonly (string | number | Uint8Array)[]) =>
    box(name, version, zeros(3), ...content)
  const item = exif ? bytes(u32be(0), exif) : zeros(0)
  const ispe = (w: number, h: number) => full('ispe', 0, u32be(w), u32be(h))
  const properties = box(
    'iprp',
    box('ipco', ispe(...thumbnail), ispe(width, height), full('pixi', 0, 3, 8, 8, 8), box('irot', turns)),
    full('ipma', 0, u32be(2), u16be(2), 1, 1, u16be(1), 3, 2, 3, 4),
  )
  const meta = (exifAt: number) =>
    full(
      'meta',
      0,
      full('pitm', 0, u16be(1)),
      full('iinf', 0, u16be(2), infe(1, 'hvc1'), infe(3, 'Exif')),
      full('iloc', 0, u16be(0x4400), u16be(1), u16be(3), u16be(0), u16be(1), u32be(exifAt), u32be(item.length)),
      properties,
    )
  const infe = (id: number, type: string) => full('infe', 2, u16be(id), u16be(0), type, 0)
  const start = box('ftyp', 'heic', u32be(0), 'mif1', 'heic')
  const itemAt = start.length + meta(0).length + 8
  return bytes(start, meta(itemAt), box('mdat', item))
}

/** An uncompressed Windows bitmap without its picture. */
export function bmp({ width, height }: ImageFixture): Uint8Array {
  return bytes(
    'BM',
    u32le(54),
    u32le(0),
    u32le(54),
    u32le(40),
    u32le(width),
    u32le(height),
    u16le(1),
    u16le(24),
    zeros(24),
  )
}

export function gif({ width, height }: ImageFixture): Uint8Array {
  return bytes('GIF89a', u16le(width), u16le(height), 0, 0, 0, ';')
}

/** Number of entries in its list of extents. */
const CROWDED_ENTRIES = 20_000

/** A HEIC whose list declares 65,535 extents in each six-byte entry, because the fields of an extent take no bytes. */
export function crowdedHeic(): Uint8Array {
  const item = bytes(2, zeros(3), u16be(1), u16be(0), 'Exif', 0)
  const entry = bytes(u16be(2), u16be(0), u16be(65_535))
  const properties = box(
    'iprp',
    box('ipco', box('ispe', zeros(4), u32be(30), u32be(20))),
    box('ipma', zeros(4), u32be(1), u16be(1), 1, 1),
  )
  const places = box(
    'iloc',
    zeros(4),
    u16be(0),
    u16be(CROWDED_ENTRIES),
    ...Array.from({ length: CROWDED_ENTRIES }, () => entry),
  )
  return box(
    'meta',
    zeros(4),
    box('pitm', zeros(4), u16be(1)),
    box('iinf', zeros(4), u16be(1), box('infe', item)),
    properties,
    places,
  )
}
