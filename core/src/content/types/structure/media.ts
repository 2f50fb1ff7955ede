import type { ByteSource } from '../byte-source.ts'
import { latin1, startsAt, u16be, u16le, u32be, u32le } from './bytes.ts'

const typesByBrand = new Map(
  Object.entries({
    avif: 'avif',
    avis: 'avif',
    heic: 'heic',
    heix: 'heic',
    hevc: 'heic',
    hevx: 'heic',
    heim: 'heic',
    heis: 'heic',
    mif1: 'heif',
    msf1: 'heif',
    mif2: 'heif',
    'crx ': 'cr3',
    'qt  ': 'mov',
    'M4A ': 'm4a',
    'M4B ': 'm4b',
    'M4P ': 'm4a',
    'aax ': 'audible',
    aaxc: 'audible',
    'F4V ': 'f4v',
    'F4P ': 'f4v',
    'F4A ': 'm4a',
    'F4B ': 'm4b',
  }),
)

/** An ISO base media file (`ftyp`) by its brands, or an old QuickTime file by its first atom. */
export function isobmffType({ head }: ByteSource): string | null {
  const atom = latin1(head, 4, 8)
  if (atom !== 'ftyp') return /^(moov|mdat|wide|skip|free|pnot)$/.test(atom) && isAtomChain(head) ? 'mov' : null
  const major = latin1(head, 8, 12)
  if (major.startsWith('3g')) return '3gp'
  const found = typesByBrand.get(major) ?? 'mp4'
  if (found !== 'heif') return found
  // The main brand only says that the file has pictures. The compatible brands give the coding.
  const brands = latin1(head, 16, Math.min(u32be(head, 0), 256))
  return /avi[fs]/.test(brands) ? 'avif' : /hei[cxms]|hevc/.test(brands) ? 'heic' : 'heif'
}

function isAtomChain(head: Uint8Array): boolean {
  const length = u32be(head, 0)
  if (length < 8) return false
  return length + 8 > head.length || /^[ -~]{4}$/.test(latin1(head, length + 4, length + 8))
}

/** Matroska or WebM, by its DocType. */
export function matroskaType({ head }: ByteSource): string {
  return latin1(head, 0, 64).includes('webm') ? 'webm' : 'mkv'
}

/** The codec of an Ogg stream, from its first page. */
export function oggType({ head }: ByteSource): string {
  const packet = latin1(head, 27 + (head[26] ?? 0), 27 + (head[26] ?? 0) + 8)
  if (packet.startsWith('OpusHead')) return 'opus'
  if (packet.startsWith('Speex')) return 'speex'
  return OGG_VIDEO.some((mark) => packet.startsWith(mark)) ? 'ogv' : 'ogg'
}

/** First bytes of streams that occur only with video: Theora, Ogg Media, Dirac and a skeleton. */
const OGG_VIDEO = ['\x80theora', '\x01video', 'BBCD', 'fishead']

const ASF_VIDEO = '\xc0\xef\x19\xbc\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b'
const ASF_AUDIO = '\x40\x9e\x69\xf8\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b'

/** Distinguishes Windows Media by the kinds of its streams. */
export function asfType({ head }: ByteSource): string {
  const text = latin1(head, 0, 8_192)
  if (text.includes(ASF_VIDEO)) return 'wmv'
  return text.includes(ASF_AUDIO) ? 'wma' : 'asf'
}

/** An animated PNG has an `acTL` chunk before the picture data. */
export function pngType({ head }: ByteSource): string {
  const text = latin1(head, 0, 1_024)
  const control = text.indexOf('acTL')
  const data = text.indexOf('IDAT')
  return control > 0 && (data < 0 || control < data) ? 'apng' : 'png'
}

const TAG_SUBFILE_TYPE = 254
const TAG_MAKE = 271
const TAG_SUB_IFDS = 330
const TAG_DNG_VERSION = 50_706

const typesByMake: readonly { readonly id: string; readonly make: RegExp }[] = [
  { id: 'nef', make: /^NIKON/i },
  { id: 'arw', make: /^SONY/i },
  { id: 'pef', make: /^(PENTAX|RICOH)/i },
  { id: 'srw', make: /^SAMSUNG/i },
  { id: '3fr', make: /^HASSELBLAD/i },
  { id: 'iiq', make: /^PHASE ONE/i },
  { id: 'kodak-raw', make: /^(EASTMAN )?KODAK/i },
  { id: 'erf', make: /^SEIKO EPSON/i },
  { id: 'mef', make: /^(MAMIYA|LEAF)/i },
]

/** A raw photo is a TIFF whose first picture is only a preview. The name of the camera's maker gives the format. */
export function tiffType(source: ByteSource): string {
  const little = source.head[0] === 0x49
  const u16 = little ? u16le : u16be
  const u32 = little ? u32le : u32be
  const bytes = source.read(u32(source.head, 4), 2 + 12 * 128)
  const count = u16(bytes, 0)
  let make = ''
  let preview = false
  for (let i = 0; i < Math.min(count, 128); i++) {
    const at = 2 + i * 12
    const tag = u16(bytes, at)
    if (tag === TAG_DNG_VERSION) return 'dng'
    if (tag === TAG_SUB_IFDS || (tag === TAG_SUBFILE_TYPE && u32(bytes, at + 8) === 1)) preview = true
    if (tag === TAG_MAKE && u32(bytes, at + 4) > 4) make = latin1(source.read(u32(bytes, at + 8), 16), 0, 16)
  }
  return (preview && typesByMake.find((rule) => rule.make.test(make))?.id) || 'tiff'
}

const MP3_BIT_RATES = [
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
] as const
const MP3_SAMPLE_RATES = [44_100, 48_000, 32_000] as const

/** Recognises sound without a container: a second frame begins where the first one ends, or the file ends there. */
export function soundFrames({ head, size }: ByteSource): string | null {
  if (head[0] === 0x0b && head[1] === 0x77) return latin1(head, 2, 8_192).includes('\x0b\x77') ? 'ac3' : null
  if (head[0] !== 0xff) return null
  const adts = adtsLength(head, 0)
  if (adts > 0 && adtsLength(head, adts) > 0) return 'aac'
  const mp3 = mp3Length(head, 0)
  return mp3 > 0 && (mp3 === size || mp3Length(head, mp3) > 0) ? 'mp3' : null
}

function adtsLength(head: Uint8Array, at: number): number {
  if ((u16be(head, at) & 0xfff6) !== 0xfff0) return 0
  const length = ((head[at + 3]! & 3) << 11) | (head[at + 4]! << 3) | (head[at + 5]! >> 5)
  return length >= 7 ? length : 0
}

/** The format of the sound after an ID3 tag; null if it is MP3 or unknown. */
export function behindId3(source: ByteSource): string | null {
  const { head } = source
  // The length of the tag has seven bits in each byte (ID3v2.4, 3.1). If there is a footer, it is as long as the
  // header.
  const length = [6, 7, 8, 9].reduce((sum, at) => sum * 128 + (head[at]! & 127), 0)
  const isFooted = (head[5]! & 0x10) !== 0
  const sound = source.read(10 + length + (isFooted ? 10 : 0), 4)
  if (startsAt(sound, 0, 'fLaC')) return 'flac'
  // In ADTS, the layer is 0.
  return sound[0] === 0xff && (sound[1]! & 0xf6) === 0xf0 ? 'aac' : null
}

function mp3Length(head: Uint8Array, at: number): number {
  if ((u16be(head, at) & 0xffe6) !== 0xffe2) return 0
  const version1 = (head[at + 1]! & 0x18) === 0x18
  const bitRate = MP3_BIT_RATES[version1 ? 0 : 1][head[at + 2]! >> 4]
  const sampleRate = MP3_SAMPLE_RATES[(head[at + 2]! >> 2) & 3]
  if (!bitRate || !sampleRate) return 0
  const halvings = version1 ? 0 : (head[at + 1]! & 0x18) === 0x10 ? 1 : 2
  const padding = (head[at + 2]! >> 1) & 1
  return Math.floor(((version1 ? 144_000 : 72_000) * bitRate) / (sampleRate >> halvings)) + padding
}

/**
 * Recognises a transport stream: all its packets begin with the same byte. In a camera's stream, four bytes with a
 * time precede each packet.
 */
export function transportStream({ head }: ByteSource): string | null {
  for (const [start, step] of [
    [0, 188],
    [4, 192],
  ] as const) {
    if ([0, 1, 2].every((i) => head[start + i * step] === 0x47)) return 'mpegts'
  }
  return null
}

/** Recognises Targa by the optional signature in its last bytes. */
export function targa(source: ByteSource): string | null {
  const tail = source.read(Math.max(0, source.size - 18), 18)
  return startsAt(tail, 0, 'TRUEVISION-XFILE.') ? 'tga' : null
}

const typesByPnm: Record<string, string> = {
  P1: 'pbm',
  P2: 'pgm',
  P3: 'ppm',
  P4: 'pbm',
  P5: 'pgm',
  P6: 'ppm',
  PF: 'pfm',
  Pf: 'pfm',
}

/** Recognises a portable any-map: a letter and a digit, then width and height as text. */
export function portableMap({ head }: ByteSource): string | null {
  if (head[0] !== 0x50) return null
  const match = /^(P[1-6Ff])\s+(#[^\n]*\n\s*)*\d+\s+(#[^\n]*\n\s*)*\d+\s/.exec(latin1(head, 0, 512))
  return match ? typesByPnm[match[1]!]! : null
}
