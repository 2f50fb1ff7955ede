import { latin1, startsAt } from '../../types/structure/bytes.ts'
import { jpegSegments } from '../jpeg-segments.ts'

/** Tags of TIFF and EXIF that lead to the maker note. */
const EXIF_POINTER = 0x8769
const MAKER_NOTE = 0x927c

/**
 * Tag in Apple's maker note: the id that a photo shares with its video. ExifTool calls it ContentIdentifier, earlier
 * MediaGroupUUID.
 */
const CONTENT_IDENTIFIER = 0x0011
const ASCII = 2

/** Directories have fewer entries than this; the limit stops the reader in damaged files. */
const MAX_ENTRIES = 1_000

/** An id is a UUID of 36 characters; a longer text is not an id. */
const MAX_IDENTIFIER = 128

/** The id that an iPhone writes into a photo and its video; null if this EXIF block has none. */
export function appleContentIdentifier(exif: Uint8Array): string | null {
  const order = latin1(exif, 0, 2)
  if (order !== 'II' && order !== 'MM') return null
  const block = new TiffBlock(exif, order === 'II')
  const pointer = block.entry(block.u32(4), EXIF_POINTER)
  const note = pointer && block.entry(pointer.value, MAKER_NOTE)
  if (!note || !startsAt(exif, note.value, 'Apple iOS\0')) return null
  // After 14 bytes of heading, the note is like a TIFF. Its offsets are relative to the start of the note.
  const inside = exif.subarray(note.value, note.value + note.count)
  const apple = new TiffBlock(inside, latin1(inside, 12, 14) === 'II')
  const found = apple.entry(14, CONTENT_IDENTIFIER)
  if (!found || found.type !== ASCII || found.count < 5 || found.count > MAX_IDENTIFIER) return null
  const text = latin1(inside, found.value, found.value + found.count)
  return cleanIdentifier(text)
}

/** Ids are compared as upper-case text, because programs write them in either case. */
export function cleanIdentifier(text: string): string | null {
  const trimmed = text.replaceAll('\0', '').trim().toUpperCase()
  return trimmed !== '' && trimmed.length <= MAX_IDENTIFIER ? trimmed : null
}

/** The EXIF block in the beginning of a JPEG; null if it has none. */
export function jpegExif(head: Uint8Array): Uint8Array | null {
  const exif = jpegSegments(head).find(({ marker, content }) => marker === 0xe1 && startsAt(content, 0, 'Exif\0\0'))
  return exif?.content.subarray(6) ?? null
}

interface TiffEntry {
  readonly type: number
  readonly count: number
  /** The value itself if it is a number of up to four bytes, otherwise its offset. */
  readonly value: number
}

class TiffBlock {
  readonly #view: DataView
  readonly #little: boolean

  constructor(bytes: Uint8Array, little: boolean) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#little = little
  }

  /** Returns 0 beyond the end of the block. */
  u32(at: number): number {
    return at + 4 <= this.#view.byteLength ? this.#view.getUint32(at, this.#little) : 0
  }

  entry(directory: number, tag: number): TiffEntry | null {
    const count = Math.min(this.#u16(directory), MAX_ENTRIES)
    for (let i = 0; i < count; i++) {
      const at = directory + 2 + i * 12
      if (this.#u16(at) === tag) return { type: this.#u16(at + 2), count: this.u32(at + 4), value: this.u32(at + 8) }
    }
    return null
  }

  #u16(at: number): number {
    return at + 2 <= this.#view.byteLength ? this.#view.getUint16(at, this.#little) : 0
  }
}
