import type { ByteSource } from '../../types/byte-source.ts'
import { latin1 } from '../../types/structure/bytes.ts'
import { parseTagParts } from '../image-tags.ts'
import { keywordsOf } from '../image-facts.ts'
import { listedKeywords } from '../keywords.ts'
import { documentTime, type FoundDocument } from './document-facts.ts'
import { PdfObjects } from './pdf-file.ts'
import { isDictionary, isText, type PdfValue } from './pdf-objects.ts'

export interface PdfProperties {
  readonly found: FoundDocument
  /** An XMP packet, which is parsed later. */
  readonly packet: Uint8Array | null
}

/** Readers accept a PDF if its heading is within this many bytes from the beginning. */
const MAX_HEADING_AT = 1_024
const MAX_PACKET_BYTES = 1_048_576

export function isPdf(head: Uint8Array): boolean {
  return latin1(head, 0, MAX_HEADING_AT).includes('%PDF-')
}

/** The properties of a PDF. In an encrypted file the texts are encrypted too, so only the number of pages is read. */
export function readPdf(source: ByteSource): PdfProperties {
  const start = latin1(source.head, 0, MAX_HEADING_AT).indexOf('%PDF-')
  // Offsets in the file are relative to the heading.
  const objects = new PdfObjects(start === 0 ? source : shifted(source, start))
  const root = dictionaryOf(objects.get(objects.trailer.get('Root')))
  const pages = dictionaryOf(objects.get(root.get('Pages')))
  const count = objects.get(pages.get('Count'))
  const found: FoundDocument = { pages: typeof count === 'number' ? count : null }
  if (objects.trailer.has('Encrypt')) return { found, packet: null }
  const info = dictionaryOf(objects.get(objects.trailer.get('Info')))
  const text = (name: string) => textOf(objects.get(info.get(name)))
  const packet = objects.data(root.get('Metadata'))
  return {
    found: {
      ...found,
      title: text('Title'),
      author: text('Author'),
      subject: text('Subject'),
      keywords: listedKeywords(text('Keywords')),
      program: text('Creator') ?? text('Producer'),
      created_at: timeOf(text('CreationDate')),
      modified_at: timeOf(text('ModDate')),
    },
    packet: packet && packet.length <= MAX_PACKET_BYTES ? packet : null,
  }
}

/** Adds the facts that are only in the XMP packet: PDF 2.0 stores all properties there. */
export async function withPacket({ found, packet }: PdfProperties): Promise<FoundDocument> {
  if (!packet) return found
  const { tags } = await parseTagParts({ main: null, xmp: packet, colorProfile: null })
  const { dc = {}, xmp = {} } = tags
  const time = (value: unknown) => documentTime(typeof value === 'string' ? value : undefined)
  return {
    ...found,
    title: found.title ?? plain(dc['title']),
    author: found.author ?? plain(dc['creator']),
    subject: found.subject ?? plain(dc['description']),
    keywords: [...(found.keywords ?? []), ...keywordsOf(tags)],
    program: found.program ?? plain(xmp['CreatorTool']),
    created_at: found.created_at ?? time(xmp['CreateDate']),
    modified_at: found.modified_at ?? time(xmp['ModifyDate']),
  }
}

/** XMP stores texts by language, and names as lists. */
function plain(value: unknown): string | null {
  const text = Array.isArray(value)
    ? value.join(', ')
    : typeof value === 'object' && value !== null && 'value' in value
      ? value.value
      : value
  return typeof text === 'string' && text.trim() !== '' ? text : null
}

function shifted(source: ByteSource, start: number): ByteSource {
  return {
    size: source.size - start,
    head: source.head.subarray(start),
    read: (offset, length) => source.read(offset + start, length),
  }
}

function dictionaryOf(value: PdfValue): ReadonlyMap<string, PdfValue> {
  return isDictionary(value) ? value.entries : new Map<string, PdfValue>()
}

/**
 * Decodes a text. It is UTF-16 or UTF-8 with a byte-order mark, otherwise PDFDocEncoding (ISO 32000-2, 7.9.2.2). Null
 * if it is empty.
 */
function textOf(value: PdfValue): string | null {
  if (!isText(value)) return null
  const { bytes } = value
  const text =
    bytes[0] === 0xfe && bytes[1] === 0xff
      ? new TextDecoder('utf-16be').decode(bytes)
      : bytes[0] === 0xff && bytes[1] === 0xfe
        ? new TextDecoder('utf-16le').decode(bytes)
        : bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
          ? new TextDecoder().decode(bytes)
          : Array.from(bytes, (byte) => documentEncoding.get(byte) ?? String.fromCharCode(byte)).join('')
  // The language of the text may be named between two escape characters.
  const clean = text
    .split('\x1b')
    .filter((_, i) => i % 2 === 0)
    .join('')
    .trim()
  return clean === '' ? null : clean
}

/** The characters of PDFDocEncoding that differ from Latin-1 (annex D.2). */
const documentEncoding = new Map([
  ...Array.from('˘ˇˆ˙˝˛˚˜', (sign, i) => [0x18 + i, sign] as const),
  ...Array.from('•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž', (sign, i) => [0x80 + i, sign] as const),
  [0xa0, '€'],
])

/** Parses `D:20240501102030+02'00'` (7.9.4). Missing parts have their lowest value. */
function timeOf(text: string | null): string | null {
  const match = /^(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:(Z)|([+-])(\d\d)'?(\d\d)?)?/.exec(text ?? '')
  if (!match) return null
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', zulu, sign, hours, minutes] =
    match
  const zone = zulu ?? (sign === undefined ? '' : `${sign}${hours}:${minutes ?? '00'}`)
  return documentTime(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`)
}
