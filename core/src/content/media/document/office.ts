import { inflateRawSync } from 'node:zlib'
import { Parser } from 'htmlparser2'
import type { ByteSource } from '../../types/byte-source.ts'
import { startsAt, u16le } from '../../types/structure/bytes.ts'
import { LOCAL_HEADER, zipDirectory, type ZipMember } from '../../types/structure/zip-directory.ts'
import { listedKeywords } from '../keywords.ts'
import { documentTime, type FoundDocument } from './document-facts.ts'

/** Limit on the size of a part. Properties take some kilobytes; the list of the sheets of a workbook may take more. */
const MAX_PART_BYTES = 4_194_304
/** Limit on the elements and texts that are kept from one part. */
const MAX_VALUES = 10_000
const MAX_VALUE = 20_000

/**
 * Limit on the members that are read from the directory. It is high, because Office stores the properties after every
 * slide and picture.
 */
const MAX_MEMBERS = 20_000

const HEADER_BYTES = 30

/** The properties of an Office Open XML or OpenDocument file. */
export function readOffice(source: ByteSource): FoundDocument {
  const members = new Map(zipDirectory(source, MAX_MEMBERS).map((member) => [member.name, member]))
  const part = (name: string) => partOf(source, members.get(name))
  return members.has('meta.xml') ? openDocument(part('meta.xml')) : officeOpenXml(members, part)
}

/** Texts and attributes of a part, by the names of their elements. */
interface Part {
  readonly first: (element: string) => string | undefined
  readonly all: (element: string) => readonly string[]
  readonly attribute: (element: string, name: string) => string | undefined
  readonly count: (element: string) => number
}

/** ECMA-376, part 2, 10: `core.xml`; part 1, 22.2: `app.xml`. */
function officeOpenXml(members: ReadonlyMap<string, ZipMember>, part: (name: string) => Part): FoundDocument {
  const core = part('docProps/core.xml')
  const app = part('docProps/app.xml')
  const workbook = members.has('xl/workbook.xml') ? part('xl/workbook.xml') : null
  const isText = members.has('word/document.xml')
  return {
    title: core.first('dc:title') ?? null,
    author: core.first('dc:creator') ?? null,
    subject: core.first('dc:subject') ?? null,
    description: core.first('dc:description') ?? null,
    keywords: listedKeywords(core.first('cp:keywords') ?? null),
    pages: isText ? Number(app.first('Pages')) : null,
    slides: members.has('ppt/presentation.xml') ? Number(app.first('Slides')) : null,
    sheets: workbook && workbook.count('sheet'),
    program: app.first('Application') ?? null,
    created_at: documentTime(core.first('dcterms:created')),
    modified_at: documentTime(core.first('dcterms:modified')),
  }
}

/** OpenDocument 1.3, part 3, 4.3. */
function openDocument(meta: Part): FoundDocument {
  const statistic = (name: string) => Number(meta.attribute('meta:document-statistic', `meta:${name}`))
  return {
    title: meta.first('dc:title') ?? null,
    author: meta.first('meta:initial-creator') ?? meta.first('dc:creator') ?? null,
    subject: meta.first('dc:subject') ?? null,
    description: meta.first('dc:description') ?? null,
    keywords: meta.all('meta:keyword'),
    pages: statistic('page-count'),
    sheets:
      meta.attribute('meta:document-statistic', 'meta:cell-count') === undefined ? null : statistic('table-count'),
    program: meta.first('meta:generator') ?? null,
    created_at: documentTime(meta.first('meta:creation-date')),
    modified_at: documentTime(meta.first('dc:date')),
  }
}

function partOf(source: ByteSource, member: ZipMember | undefined): Part {
  const texts = new Map<string, string[]>()
  const attributes = new Map<string, Readonly<Record<string, string>>>()
  const counts = new Map<string, number>()
  let kept = 0
  let text = ''
  const parser = new Parser(
    {
      onopentag(name, own) {
        text = ''
        counts.set(localName(name), (counts.get(localName(name)) ?? 0) + 1)
        if (!attributes.has(name) && kept++ < MAX_VALUES) attributes.set(name, own)
      },
      ontext(more) {
        if (text.length < MAX_VALUE) text += more
      },
      onclosetag(name) {
        const value = text.trim()
        text = ''
        if (value === '' || kept++ >= MAX_VALUES) return
        const known = texts.get(name)
        if (known) known.push(value)
        else texts.set(name, [value])
      },
    },
    { xmlMode: true, decodeEntities: true },
  )
  parser.end(member ? textOf(source, member) : '')
  return {
    first: (element) => texts.get(element)?.[0],
    all: (element) => texts.get(element) ?? [],
    attribute: (element, name) => attributes.get(element)?.[name],
    count: (element) => counts.get(element) ?? 0,
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

/** The text of a member; empty if the member is damaged or too large. */
function textOf(source: ByteSource, { at, isDeflated, packedBytes }: ZipMember): string {
  const header = source.read(at, HEADER_BYTES)
  if (!startsAt(header, 0, LOCAL_HEADER) || packedBytes > MAX_PART_BYTES) return ''
  const packed = source.read(at + HEADER_BYTES + u16le(header, 26) + u16le(header, 28), packedBytes)
  try {
    const bytes = isDeflated ? inflateRawSync(packed, { maxOutputLength: MAX_PART_BYTES }) : packed
    return decoded(bytes)
  } catch {
    return ''
  }
}

/** Decodes XML, which is UTF-8, or UTF-16 with a byte-order mark. */
function decoded(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe ? 'utf-16be' : 'utf-8'
  return new TextDecoder(encoding).decode(bytes)
}
