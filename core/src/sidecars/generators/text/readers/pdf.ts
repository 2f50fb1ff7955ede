import { CoreError } from '../../../../util/errors.ts'
import { PageCollector } from '../page-collector.ts'
import { openPdf } from '../pdf-file.ts'
import type { ReadText } from '../reader.ts'

/** Books have some thousand pages. */
const MAX_PAGES = 10_000
/** Half of the time limit for a file, so that a slow file still yields the pages read so far. */
const BUDGET_MS = 30_000

/** Reads the text layer of each page. A page without one has empty text: its picture must be recognised. */
export const read: ReadText = async (source, maxChars) => {
  using pdf = await openPdf(source)
  const out = new PageCollector(maxChars, 'layer')
  const until = performance.now() + BUDGET_MS
  let failed: unknown = null
  let failures = 0
  let page = 0
  for (; page < Math.min(pdf.pageCount, MAX_PAGES) && !out.isFull && performance.now() < until; page++) {
    out.begin()
    try {
      out.add(pdf.text(page))
    } catch (err) {
      // A damaged page does not affect the others. A broken engine fails all of them.
      if (!(err instanceof CoreError)) throw err
      failed = err
      failures++
    }
  }
  if (failures === page) throw failed
  if (page < pdf.pageCount) out.cut()
  return { engine: pdf.engine, ...out.finish() }
}
