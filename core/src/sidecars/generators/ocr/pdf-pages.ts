import type { RawName } from '../../../util/file-name.ts'
import { openPdf } from '../text/pdf-file.ts'
import { type GreyPage, toGrey } from './grey-page.ts'

/**
 * If a page has fewer characters (without spaces), its text layer is of no use: it has a stamp or a page number at
 * most.
 */
const LAYER_CHARACTERS = 20

/**
 * The pages of a PDF without a text layer, from the number `first` on; numbers start at 1. `draw` makes a picture whose
 * longer side is `side` pixels, and must be called before the next page is asked for.
 */
export async function* pagesWithoutText(
  source: RawName,
  side: number,
  first: number,
): AsyncGenerator<{ number: number; draw: () => Promise<GreyPage> }> {
  using pdf = await openPdf(source)
  for (let page = first - 1; page < pdf.pageCount; page++) {
    if (pdf.text(page).replaceAll(/\s/g, '').length >= LAYER_CHARACTERS) continue
    yield { number: page + 1, draw: async () => toGrey(await pdf.picture(page, side)) }
  }
}
