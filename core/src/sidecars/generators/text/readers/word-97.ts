import WordExtractor from 'word-extractor'
import { packageVersion } from '../../../../util/package-version.ts'
import { PageCollector } from '../page-collector.ts'
import type { ReadText } from '../reader.ts'
import { readWhole } from '../read-whole.ts'

/** Reads Word files from 97 to 2003. */
export const read: ReadText = async (source, maxChars) => {
  const document = await new WordExtractor().extract(await readWhole(source))
  const out = new PageCollector(maxChars)
  out.begin()
  const parts = [
    document.getBody(),
    document.getFootnotes(),
    document.getEndnotes(),
    document.getAnnotations(),
    document.getTextboxes(),
    // Includes footers.
    document.getHeaders(),
  ]
  for (const part of parts) out.add(`${part}\n`)
  return { engine: { name: 'word-extractor', version: packageVersion('word-extractor') }, ...out.finish() }
}
