import { CoreError } from '../../../../util/errors.ts'
import { PageCollector } from '../page-collector.ts'
import { collectParagraphs } from '../paragraphs.ts'
import { ownEngine, type ReadText } from '../reader.ts'
import { referred, relationships } from '../relationships.ts'
import { readXml } from '../xml.ts'
import { ZipArchive } from '../zip-archive.ts'

const PRESENTATION = 'ppt/presentation.xml'
const rules = { text: ['t'], paragraph: ['p'], line: ['br'], skip: ['Fallback'] }

/** Reads PowerPoint files since 2007: a page for each slide, in the order of the presentation, with its notes. */
export const read: ReadText = async (source, maxChars) => {
  using zip = await ZipArchive.open(source)
  if (!zip.has(PRESENTATION)) throw new CoreError('Corrupt', 'there is no presentation in it')
  const out = new PageCollector(maxChars)
  for (const { member } of await referred(zip, PRESENTATION, 'sldId')) {
    if (out.isFull) break
    out.begin()
    await readXml(zip.chunks(member), collectParagraphs(out, rules))
    const notes = [...(await relationships(zip, member)).values()].filter((name) => name.includes('/notesSlides/'))
    for (const note of notes) await readXml(zip.chunks(note), collectParagraphs(out, rules))
  }
  return { engine: ownEngine, ...out.finish() }
}
