import { CoreError } from '../../../../util/errors.ts'
import { PageCollector } from '../page-collector.ts'
import { collectParagraphs } from '../paragraphs.ts'
import { ownEngine, type ReadText } from '../reader.ts'
import { referred, relatedParts } from '../relationships.ts'
import { readXml } from '../xml.ts'
import { ZipArchive } from '../zip-archive.ts'

const PRESENTATION = 'ppt/presentation.xml'
const rules = { text: ['t', 'text'], paragraph: ['p', 'cm'], line: ['br'], skip: ['Fallback'] }
/** Parts that a slide refers to and that have text: its notes, comments, charts, and the data of diagrams. */
const BESIDE = /\/(?:notesSlides\/|comments\/|charts\/chart\d|diagrams\/data\d)/

/**
 * Reads PowerPoint files since 2007: a page for each slide, in the order of the presentation, with its notes and
 * comments.
 */
export const read: ReadText = async (source, maxChars) => {
  using zip = await ZipArchive.open(source)
  if (!zip.has(PRESENTATION)) throw new CoreError('Corrupt', 'there is no presentation in it')
  const out = new PageCollector(maxChars)
  for (const { member } of await referred(zip, PRESENTATION, 'sldId')) {
    if (out.isFull) break
    out.begin()
    await readXml(zip.chunks(member), collectParagraphs(out, rules))
    for (const part of await relatedParts(zip, member, BESIDE))
      await readXml(zip.chunks(part), collectParagraphs(out, rules))
  }
  return { engine: ownEngine, ...out.finish() }
}
