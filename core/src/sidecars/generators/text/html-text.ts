import { Parser } from 'htmlparser2'
import { CoreError } from '../../../util/errors.ts'
import { MAX_DEPTH } from './limits.ts'
import type { PageCollector } from './page-collector.ts'

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '))

/** Elements that are left out with everything in them. `binary` and `description` are elements of FictionBook. */
const skipped = words('script style head template noscript svg math object iframe binary description')
/** Elements that start and end a line. */
const blocks = words(
  'address article aside blockquote body caption dd details div dl dt empty-line fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section stanza subtitle summary table title tr ul v',
)
const cells = words('td th')

/** The elements whose first occurrence is the title of a page: a web page has a `title`, a chapter a heading. */
export const titles = { web: words('title'), chapter: words('h1 h2 h3') }

/**
 * Adds the visible text of an HTML page to `out`, and its title if `out` has none. Throws `Corrupt` if elements nest
 * too deeply.
 */
export function collectHtml(html: string, out: PageCollector, titleFrom = titles.web): void {
  let depth = 0
  let inSkipped = 0
  let inPreformatted = 0
  // The text ends with white space, so further white space is dropped.
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

/** The page is parsed in pieces of this size, so that parsing stops soon after `out` is full. */
const PIECE_CHARS = 65_536
