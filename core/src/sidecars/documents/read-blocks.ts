import { CoreError } from '../../util/errors.ts'
import type { RawName } from '../../util/file-name.ts'
import { attribute, readXml } from '../generators/text/xml.ts'
import { memberName, ZipArchive } from '../generators/text/zip-archive.ts'
import { BlockCollector, type Look, type Paragraph, type Picture } from './block-collector.ts'
import { type ListFormats, Markers, readListFormats } from './list-markers.ts'

const DOCUMENT = 'word/document.xml'
/** Limit on styles, and on relationships; and on the length of a chain of styles that are based on each other. */
const MAX_NAMED = 10_000
const MAX_BASED_ON = 20
/** The largest picture, in bytes. */
const MAX_PICTURE = 2 ** 20
/** Longer links are ignored. */
const MAX_HREF = 2_000
const MAX_WORDS = 500

/** Picture formats that every page can show and that contain no scripts, by their first bytes. */
const pictures: readonly (readonly [begins: string, mime: string])[] = [
  ['89504e47', 'image/png'],
  ['ffd8ff', 'image/jpeg'],
  ['47494638', 'image/gif'],
  ['424d', 'image/bmp'],
]

interface Relationships {
  readonly links: ReadonlyMap<string, string>
  readonly members: ReadonlyMap<string, string>
}

interface Uses {
  readonly relations: Relationships
  /** The level of each heading style, by the style's id. */
  readonly headings: ReadonlyMap<string, number>
  readonly lists: ListFormats
}

/** Reads a Word file since 2007 as paragraphs, headings, lists, tables and pictures. */
export async function readBlocks(source: RawName): Promise<BlockCollector> {
  using zip = await ZipArchive.open(source)
  if (!zip.has(DOCUMENT)) throw new CoreError('Corrupt', 'there is no document in it')
  const uses = {
    relations: await readRelationships(zip),
    headings: await readHeadings(zip),
    lists: await readListFormats(zip.chunks('word/numbering.xml')),
  }
  const out = new BlockCollector()
  const reader = new DocumentReader(out, uses)
  await readXml(zip.chunks(DOCUMENT), reader)
  reader.end()
  await out.showPictures((member, most) => readPicture(zip, member, most))
  return out
}

/** Turns the elements of a document into blocks. */
class DocumentReader {
  readonly #out: BlockCollector
  readonly #uses: Uses
  readonly #markers: Markers
  /** The open paragraphs. A text box is a paragraph inside a paragraph. */
  readonly #paragraphs: (Paragraph & { list: string | null })[] = []
  #look: Look = {}
  #href: string | undefined
  #inText = false
  #inRunProperties = false
  /** Tabs in the properties of a paragraph are definitions, not characters. */
  #inParagraphProperties = false
  /** How deep the reader is inside elements that are left out with all their contents. */
  #skipped = 0
  /** The description of the next picture. */
  #pictureWords = ''
  /** Whether the whole document has been read. */
  #isAtEnd = false

  constructor(out: BlockCollector, uses: Uses) {
    this.#out = out
    this.#uses = uses
    this.#markers = new Markers(uses.lists)
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'Fallback' || name === 'del' || name === 'moveFrom') this.#skipped++
    if (this.#skipped > 0) return
    const value = () => attribute(attributes, 'val')
    const paragraph = this.#paragraphs.at(-1)
    switch (name) {
      case 'p':
        this.#paragraphs.push({ kind: 'paragraph', level: 0, marker: '', runs: [], list: null })
        break
      case 'pStyle': {
        const level = this.#uses.headings.get(value() ?? '')
        if (paragraph && level !== undefined) Object.assign(paragraph, { kind: 'heading', level })
        break
      }
      case 'outlineLvl': {
        const level = Number(value()) + 1
        if (paragraph && level >= 1 && level <= 9)
          Object.assign(paragraph, { kind: 'heading', level: Math.min(6, level) })
        break
      }
      case 'ilvl':
        if (paragraph?.kind === 'paragraph') paragraph.level = Math.min(8, Math.max(0, Number(value()) || 0))
        break
      case 'numId':
        if (paragraph) paragraph.list = value() === '0' ? null : (value() ?? null)
        break
      case 'pPr':
        this.#inParagraphProperties = true
        break
      case 'r':
        this.#look = {}
        break
      case 'rPr':
        this.#inRunProperties = true
        break
      case 'b':
        this.#set('bold', value())
        break
      case 'i':
        this.#set('italic', value())
        break
      case 'strike':
        this.#set('struck', value())
        break
      case 'u':
        this.#set('underlined', value() === 'none' ? '0' : '1')
        break
      case 't':
        this.#inText = true
        break
      case 'tab':
        if (!this.#inParagraphProperties) this.#add('\t')
        break
      case 'br':
      case 'cr':
        this.#add('\n')
        break
      case 'hyperlink':
        this.#href = this.#uses.relations.links.get(attributeEnding(attributes, ':id') ?? '')
        break
      case 'tbl':
        this.#out.beginTable()
        break
      case 'tr':
        this.#out.beginRow()
        break
      case 'tc':
        this.#out.beginCell()
        break
      case 'docPr':
        this.#pictureWords = (attribute(attributes, 'descr') ?? '').slice(0, MAX_WORDS)
        break
      case 'blip':
        this.#addPicture(attributeEnding(attributes, ':embed'))
        break
      default:
    }
  }

  text(piece: string): void {
    if (this.#inText && this.#skipped === 0) this.#add(piece)
  }

  close(name: string): void {
    if (name === 'Fallback' || name === 'del' || name === 'moveFrom') {
      this.#skipped--
      return
    }
    if (this.#skipped > 0) return
    if (name === 'document') this.#isAtEnd = true
    if (name === 't') this.#inText = false
    if (name === 'rPr') this.#inRunProperties = false
    if (name === 'pPr') this.#inParagraphProperties = false
    if (name === 'hyperlink') this.#href = undefined
    if (name === 'tbl') this.#out.endTable()
    if (name !== 'p') return
    const { list, ...paragraph } = this.#paragraphs.pop()!
    if (paragraph.kind !== 'paragraph') return this.#out.addParagraph(paragraph)
    if (list === null) return this.#out.addParagraph({ ...paragraph, level: 0 })
    // An empty list item is not shown, so it must not be counted either.
    const isEmpty = paragraph.runs.every(({ text }) => text.trim() === '')
    const marker = isEmpty ? '' : this.#markers.next(list, paragraph.level)
    this.#out.addParagraph({ ...paragraph, kind: 'item', marker })
  }

  isDone(): boolean {
    return this.#out.isFull
  }

  /** Ends the open paragraphs and tables if reading was stopped before the end of the document. */
  end(): void {
    if (this.#isAtEnd) return
    this.#out.cut()
    this.#skipped = 0
    while (this.#paragraphs.length > 0) this.close('p')
    this.#out.endTables()
  }

  #add(text: string): void {
    const paragraph = this.#paragraphs.at(-1)
    if (paragraph) this.#out.addText(paragraph, text, { ...this.#look, ...(this.#href && { href: this.#href }) })
  }

  /** The end mark of a paragraph has properties in `rPr` too, but outside a run. The next run resets them. */
  #set(key: 'bold' | 'italic' | 'underlined' | 'struck', value: string | undefined): void {
    if (!this.#inRunProperties) return
    const { [key]: _, ...others } = this.#look
    this.#look = value === '0' || value === 'false' ? others : { ...others, [key]: true }
  }

  #addPicture(id: string | undefined): void {
    const member = this.#uses.relations.members.get(id ?? '')
    this.#out.addPicture(this.#pictureWords, member?.startsWith('word/media/') ? member : null)
    this.#pictureWords = ''
  }
}

async function readRelationships(zip: ZipArchive): Promise<Relationships> {
  const links = new Map<string, string>()
  const members = new Map<string, string>()
  await readXml(zip.chunks('word/_rels/document.xml.rels'), {
    open(name, { Id, Target, TargetMode }) {
      if (name !== 'Relationship' || !Id || !Target || links.size + members.size >= MAX_NAMED) return
      if (TargetMode !== 'External') members.set(Id, memberName(DOCUMENT, Target))
      else if (/^(?:https?|mailto):/i.test(Target) && Target.length <= MAX_HREF) links.set(Id, Target)
    },
  })
  return { links, members }
}

/** A picture that a page can show, with at most `most` bytes; null if it is of another format, larger or damaged. */
async function readPicture(zip: ZipArchive, member: string, most: number): Promise<Picture | null> {
  const limit = Math.min(most, MAX_PICTURE)
  if (!zip.has(member) || zip.sizeOf(member) > limit) return null
  const chunks: Buffer[] = []
  let size = 0
  let mime: string | undefined
  try {
    for await (const chunk of zip.chunks(member)) {
      const begins = chunk.subarray(0, 4).toString('hex')
      mime ??= pictures.find(([each]) => begins.startsWith(each))?.[1]
      size += chunk.length
      if (mime === undefined || size > limit) return null
      chunks.push(chunk)
    }
  } catch (err) {
    // The text can be read without this picture.
    if (err instanceof CoreError) return null
    throw err
  }
  return mime === undefined ? null : { mime, bytes: Buffer.concat(chunks) }
}

/**
 * The level of each heading style, by the style's id. The level is stated by the style itself or by the style that it
 * is based on.
 */
async function readHeadings(zip: ZipArchive): Promise<Map<string, number>> {
  const own = new Map<string, number>()
  const basedOn = new Map<string, string>()
  let style: string | undefined
  await readXml(zip.chunks('word/styles.xml'), {
    open(name, attributes) {
      if (name === 'style') style = attribute(attributes, 'styleId')
      const value = attribute(attributes, 'val')
      if (style === undefined || value === undefined || own.size + basedOn.size >= MAX_NAMED) return
      if (name === 'basedOn') basedOn.set(style, value)
      if (name === 'outlineLvl' && Number(value) < 9) own.set(style, Math.min(6, Number(value) + 1))
      if (name !== 'name') return
      const level = /^heading (\d)$/i.exec(value)?.[1] ?? (/^title$/i.test(value) ? '1' : undefined)
      if (level !== undefined) own.set(style, Math.min(6, Math.max(1, Number(level))))
    },
    close(name) {
      if (name === 'style') style = undefined
    },
  })
  const levels = new Map(own)
  for (const start of basedOn.keys()) {
    let each: string | undefined = start
    for (let i = 0; each !== undefined && i < MAX_BASED_ON; i++) {
      const level = own.get(each)
      if (level !== undefined) levels.set(start, level)
      each = level === undefined ? basedOn.get(each) : undefined
    }
  }
  return levels
}

function attributeEnding(attributes: Readonly<Record<string, string>>, end: string): string | undefined {
  return Object.entries(attributes).find(([key]) => key.endsWith(end))?.[1]
}
