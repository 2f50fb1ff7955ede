import { CoreError } from '../../../../util/errors.ts'
import { ProcessorBudget } from '../../processor-budget.ts'
import { joinHyphens } from '../join-hyphens.ts'
import { PageCollector } from '../page-collector.ts'
import { openPdf } from '../pdf-file.ts'
import type { ReadText } from '../reader.ts'

/** Limit on pages. Books have some thousand. */
const MAX_PAGES = 10_000
/** Half of the time limit for a file, in processor time, so that a slow file still yields the pages read so far. */
const BUDGET_MS = 30_000

/** Reads the text layer of each page. A page without a text layer has empty text; its picture must be read with OCR. */
export const read: ReadText = async (source, maxChars) => {
  using pdf = await openPdf(source)
  const out = new PageCollector(maxChars, 'layer')
  const budget = new ProcessorBudget(BUDGET_MS)
  let failed: unknown = null
  let failures = 0
  let page = 0
  const texts: string[] = []
  let left = maxChars
  for (; page < Math.min(pdf.pageCount, MAX_PAGES) && left > 0 && !budget.isSpent; page++) {
    texts.push('')
    try {
      texts[page] = [pdf.text(page), ...pdf.notes(page)].join('\n')
      left -= texts[page]!.length
    } catch (err) {
      // A damaged page does not affect the other pages. But if the engine is broken, all pages fail.
      if (!(err instanceof CoreError)) throw err
      failed = err
      failures++
    }
  }
  if (failures === page) throw failed
  for (const text of joinHyphens(texts)) {
    out.begin()
    out.add(text)
  }
  if (page < pdf.pageCount) out.cut()
  return { engine: pdf.engine, ...out.finish() }
}
