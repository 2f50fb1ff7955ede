import { CoreError } from '../../../../util/errors.ts'
import { PageCollector } from '../page-collector.ts'
import { ownEngine, type ReadText } from '../reader.ts'
import { attribute, readXml } from '../xml.ts'
import { memberName, ZipArchive } from '../zip-archive.ts'

/** Reads XPS and OpenXPS (ECMA-388): one page of text for each page, in the order of the documents in the file. */
export const read: ReadText = async (source, maxChars) => {
  using zip = await ZipArchive.open(source)
  const sequence = zip.names.map(withoutPiece).find((name) => name.toLowerCase().endsWith('.fdseq'))
  if (sequence === undefined) throw new CoreError('Corrupt', 'there is no document in it')
  const out = new PageCollector(maxChars)
  for (const document of await sources(zip, sequence, 'DocumentReference')) {
    for (const page of await sources(zip, document, 'PageContent')) {
      if (out.isFull) break
      out.begin()
      await readPage(zip, page, out)
    }
  }
  return { engine: ownEngine, ...out.finish() }
}

/** A part may be stored in pieces: `page.fpage/[0].piece`, `page.fpage/[1].last.piece`. */
const PIECE = /\/\[(\d+)\](?:\.last)?\.piece$/i

function withoutPiece(name: string): string {
  return name.replace(PIECE, '')
}

async function* partOf(zip: ZipArchive, part: string): AsyncGenerator<Buffer> {
  if (zip.has(part)) return yield* zip.chunks(part)
  const numberOf = (name: string) => Number(PIECE.exec(name)![1])
  const pieces = zip.names.filter((name) => PIECE.test(name) && withoutPiece(name) === part)
  for (const piece of pieces.toSorted((a, b) => numberOf(a) - numberOf(b))) yield* zip.chunks(piece)
}

/** The parts to which elements of a part refer, in order. */
async function sources(zip: ZipArchive, part: string, element: string): Promise<string[]> {
  const found: string[] = []
  await readXml(partOf(zip, part), {
    open(name, attributes) {
      const target = name === element ? attribute(attributes, 'Source') : undefined
      if (target !== undefined) found.push(memberName(part, target))
    },
  })
  return found
}

/**
 * Reads a page. Texts at the same height become one line. They are taken in the order in which they are drawn, which
 * programs keep equal to the reading order.
 */
async function readPage(zip: ZipArchive, part: string, out: PageCollector): Promise<void> {
  let height: string | undefined
  await readXml(partOf(zip, part), {
    open(name, attributes) {
      if (name !== 'Glyphs') return
      const text = attribute(attributes, 'UnicodeString') ?? ''
      const at = attribute(attributes, 'OriginY')
      if (height !== undefined) out.add(at === height ? ' ' : '\n')
      height = at ?? ''
      // The prefix `{}` protects a text that begins with a brace.
      out.add(text.startsWith('{}') ? text.slice(2) : text)
    },
    isDone: () => out.isFull,
  })
}
