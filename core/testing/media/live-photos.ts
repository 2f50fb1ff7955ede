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
  /** Further texts by key, such as `com.apple.quicktime.make`. */
  readonly values?: Readonly<Record<string, string>>
  /** The content of its `udta` box. */
  readonly userData?: Uint8Array
  /** Texts by key in the track, where an iPhone names its lens. */
  readonly trackValues?: Readonly<Record<string, string>>
  /** Behind the header: tells films apart that are otherwise the same. */
  readonly pictures?: string
}

/** The header of a MOV or MP4 and a few bytes that stand for its pictures. */
export function film(brand: 'qt  ' | 'isom', of: FilmFixture = {}): Uint8Array {
  const { created, createdMs, durationMs = 3_000, identifier, pictures = '' } = of
  const seconds = createdMs === undefined ? 0 : Math.floor(createdMs / 1_000) + EPOCH_1904
  const header = box('mvhd', u32be(0), u32be(seconds), u32be(0), u32be(1_000), u32be(durationMs), zeros(80))
  const values = {
    'com.apple.quicktime.content.identifier': identifier,
    'com.apple.quicktime.creationdate': created,
    ...of.values,
  }
  const track = of.trackValues ? box('trak', metaBox(brand, of.trackValues)) : ''
  const userData = of.userData ? box('udta', of.userData) : ''
  const movie = box('moov', header, track, metaBox(brand, values), userData)
  return bytes(box('ftyp', brand, u32be(0), brand), box('mdat', pictures), movie)
}

function metaBox(brand: string, values: Readonly<Record<string, string | undefined>>): Uint8Array | string {
  const known = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined)
  if (known.length === 0) return ''
  const keys = box('keys', u32be(0), u32be(known.length), ...known.map(([key]) => box('mdta', key)))
  const list = box('ilst', ...known.map(([, value], i) => numbered(i + 1, box('data', u32be(1), u32be(0), value))))
  const handler = box('hdlr', zeros(8), 'mdta', zeros(12))
  // The boxes of QuickTime's `meta` come at once, those of MP4's after a version.
  return box('meta', brand === 'qt  ' ? '' : u32be(0), handler, keys, list)
}

/** Seconds from the beginning of 1904 to that of 1970. */
const EPOCH_1904 = 2_082_844_800

function numbered(number: number, content: Uint8Array): Uint8Array {
  return bytes(u32be(content.length + 8), u32be(number), content)
}
