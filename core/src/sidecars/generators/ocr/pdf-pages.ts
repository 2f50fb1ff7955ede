import type { RawName } from '../../../util/file-name.ts'
import { openPdf } from '../text/pdf-file.ts'
import { type GreyPage, toGrey } from './grey-page.ts'

/** A page with fewer characters, not counting spaces, has no useful text layer: a stamp or a page number at most. */
const LAYER_CHARACTERS = 20

/** The pages of a PDF without a text layer, as pictures whose longer side is `side` pixels; numbers start at 1. */
export async function* pagesWithoutText(
  source: RawName,
  side: number,
): AsyncGenerator<{ number: number; page: GreyPage }> {
  using pdf = await openPdf(source)
  for (let page = 0; page < pdf.pageCount; page++) {
    if (pdf.text(page).replaceAll(/\s/g, '').length >= LAYER_CHARACTERS) continue
    yield { number: page + 1, page: toGrey(await pdf.picture(page, side)) }
  }
}
