import { Parser } from 'htmlparser2'
import { CoreError } from '../../../util/errors.ts'
import { MAX_DEPTH } from './limits.ts'
import type { PageCollector } from './page-collector.ts'

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '))

/** Left out with all in them. `binary` and `description` are FictionBook's. */
const skipped = words('script style head template noscript svg math object iframe binary description')
/** Stand on lines of their own. */
const blocks = words(
  'address article aside blockquote body caption dd details div dl dt empty-line fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section stanza subtitle summary table title tr ul v',
)
const cells = words('td th')

/** Which elements give a page its title, the first of them: a web page says it, a chapter shows it. */
export const titles = { web: words('title'), chapter: words('h1 h2 h3') }

/** Adds what a page of HTML shows to `out`, and takes the title of the page from it where it has none. Throws `Corrupt` where elements nest too deeply. */
export function collectHtml(html: string, out: PageCollector, titleFrom = titles.web): void {
  let depth = 0
  let inSkipped = 0
  let inPreformatted = 0
  // The end of a line, or a space, has just been written: another would say nothing.
  let afterSpace = true
  let titled: string | null = null
  let title = ''
  const parser = new Parser(
    {
      onopentagname(name) {
        if (++depth > MAX_DEPTH) throw new CoreError('Corrupt', `its elements are nested deeper than ${MAX_DEPTH}`)
        if (titled === null && !out.hasTitle && titleFrom.has(name)) titled = name
        if (skipped.has(name)) inSkipped++
        if (name === 'pre') inPreformatted++
        if (blocks.has(name)) separate('\n')
      },
      ontext(piece) {
        if (titled !== null) title += piece
        if (inSkipped > 0) return
        if (inPreformatted > 0) return out.add(piece)
        const text = piece.replaceAll(/\s+/g, ' ')
        const added = afterSpace ? text.trimStart() : text
        if (added === '') return
        out.add(added)
        afterSpace = added.endsWith(' ')
      },
      onclosetag(name) {
        depth--
        if (titled === name) {
          out.setTitle(title)
          titled = null
          title = ''
        }
        if (skipped.has(name)) inSkipped--
        if (name === 'pre') inPreformatted--
        if (name === 'br') separate('\n')
        if (cells.has(name)) separate('\t')
        if (blocks.has(name)) separate('\n')
      },
    },
    { decodeEntities: true },
  )
  function separate(sign: string): void {
    if (inSkipped > 0) return
    out.add(sign)
    afterSpace = true
  }
  for (let at = 0; at < html.length && !out.isFull; at += PIECE_CHARS) parser.write(html.slice(at, at + PIECE_CHARS))
  parser.end()
}

/** So that reading stops soon after there is room for no more. */
const PIECE_CHARS = 65_536
