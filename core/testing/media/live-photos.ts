import { box, bytes, u32be, zeros } from '../file-types/bytes.ts'
import { exifBlock, tag } from './exif.ts'
import { heic, jpeg } from './images.ts'

export interface LiveFixture {
  /** What photo and video share. */
  readonly identifier?: string
  /** `2024:05:01 10:20:30`, as EXIF writes it. */
  readonly taken?: string
  /** `+02:00` */
  readonly offset?: string
  /** Tells photos apart that are otherwise the same. */
  readonly description?: string
}

/** A photo as an iPhone writes it: its header, whose notes hold the identifier. */
export function livePhoto(format: 'jpg' | 'heic', of: LiveFixture): Uint8Array {
  const exif = exifBlock({
    ifd0: { [tag.make]: 'Apple', ...(of.description !== undefined && { [tag.description]: of.description }) },
    exif: {
      ...(of.taken !== undefined && { [tag.dateTimeOriginal]: of.taken }),
      ...(of.offset !== undefined && { [tag.offsetTimeOriginal]: of.offset }),
      ...(of.identifier !== undefined && { [MAKER_NOTE]: appleNote(of.identifier) }),
    },
  })
  return (format === 'jpg' ? jpeg : heic)({ width: 8, height: 6, exif })
}

const MAKER_NOTE = 37_500

/** Apple's notes with the identifier alone: a big-endian directory whose offsets count from the heading. */
function appleNote(identifier: string): Uint8Array {
  const text = bytes(identifier, 0)
  const entry = bytes(0, 0x11, 0, 2, u32be(text.length), u32be(14 + 2 + 12 + 4))
  return bytes('Apple iOS\0', 0, 1, 'MM', 0, 1, entry, u32be(0), text)
}

export interface FilmFixture {
  readonly identifier?: string
  /** `2024-05-01T10:20:30+0200` */
  readonly created?: string
  /** Milliseconds since 1970, of the header. */
  readonly createdMs?: number
  readonly durationMs?: number
  /** Behind the header: tells films apart that are otherwise the same. */
  readonly pictures?: string
}

/** The header of a MOV or MP4 and a few bytes that stand for its pictures. */
export function film(brand: 'qt  ' | 'isom', of: FilmFixture = {}): Uint8Array {
  const { created, createdMs, durationMs = 3_000, identifier, pictures = '' } = of
  const seconds = createdMs === undefined ? 0 : Math.floor(createdMs / 1_000) + EPOCH_1904
  const header = box('mvhd', u32be(0), u32be(seconds), u32be(0), u32be(1_000), u32be(durationMs), zeros(80))
  const values = Object.entries({
    'com.apple.quicktime.content.identifier': identifier,
    'com.apple.quicktime.creationdate': created,
  }).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const keys = box('keys', u32be(0), u32be(values.length), ...values.map(([key]) => box('mdta', key)))
  const list = box('ilst', ...values.map(([, value], i) => numbered(i + 1, box('data', u32be(1), u32be(0), value))))
  const handler = box('hdlr', zeros(8), 'mdta', zeros(12))
  // The boxes of QuickTime's `meta` come at once, those of MP4's after a version.
  const meta = values.length === 0 ? '' : box('meta', brand === 'qt  ' ? '' : u32be(0), handler, keys, list)
  return bytes(box('ftyp', brand, u32be(0), brand), box('mdat', pictures), box('moov', header, meta))
}

/** Seconds from the beginning of 1904 to that of 1970. */
const EPOCH_1904 = 2_082_844_800

function numbered(number: number, content: Uint8Array): Uint8Array {
  return bytes(u32be(content.length + 8), u32be(number), content)
}
