import sharp from 'sharp'
import type { FileType } from '../../../../domain/index.ts'
import { CoreError } from '../../../../util/errors.ts'
import type { RawName } from '../../../../util/file-name.ts'
import type { ContentFacts } from '../../generator.ts'
import { readerOf } from '../../text/formats.ts'
import { decodeText, readStart } from '../../text/decode-text.ts'
import { readFileText } from '../../text/read-file-text.ts'
import { type Decode, MAX_PIXELS, toPicture } from './picture.ts'

/** Bytes of a plain text that are read, or characters of another text. This is more than a page shows. */
const START_BYTES = 32_768
/** The size of the drawn page, in its own units. */
const WIDTH = 600
const HEIGHT = 800
const MARGIN = 44
const FONT_SIZE = 14
const LINE_HEIGHT = 19
/** The width of a character in a fixed-width font, as a fraction of the font size. */
const CHAR_WIDTH = 0.602
const COLUMNS = Math.floor((WIDTH - 2 * MARGIN) / (FONT_SIZE * CHAR_WIDTH))
const LINES = Math.floor((HEIGHT - 2 * MARGIN) / LINE_HEIGHT)
const TAB = '  '
const WHITE = 255

/** In these types, long lines are cut at the edge of the page, not wrapped. */
const CUT: ReadonlySet<FileType> = new Set(['code', 'config', 'spreadsheet'])

/** Draws the first lines of a text on a page: code and sheets unchanged, prose wrapped. */
export const decode: Decode = async (source, content, side) => {
  const text = await beginning(source, content)
  const lines = layOut(text, { cuts: CUT.has(content.type) })
  if (lines.every((line) => line === '')) throw new CoreError('Unsupported', 'there is no text in it to show')
  const drawing = sharp(Buffer.from(pageSvg(lines, side)), { limitInputPixels: MAX_PIXELS })
  const picture = await toPicture(drawing.flatten({ background: '#fff' }), side)
  if (picture.data.every((value) => value === WHITE))
    throw new CoreError('Unavailable', 'no font is installed to draw text with')
  return picture
}

async function beginning(source: RawName, content: ContentFacts): Promise<string> {
  if (readerOf(content) !== 'plain') {
    const { pages } = await readFileText(source, content, START_BYTES)
    return pages.find(({ text }) => text !== '')?.text ?? ''
  }
  const start = await readStart(source, START_BYTES)
  return decodeText(start)
}

/** Splits a text into lines that are not wider than the page. */
function layOut(text: string, { cuts }: { cuts: boolean }): string[] {
  const lines: string[] = []
  for (const line of text.split(/\r\n?|\n/)) {
    if (lines.length >= LINES) break
    const shown = line.trimEnd().replaceAll('\t', TAB)
    lines.push(...(cuts ? [fitting(shown)] : wrapped(shown)))
  }
  return lines.slice(0, LINES)
}

function wrapped(line: string): string[] {
  const lines: string[] = []
  let rest = line
  do {
    const piece = fitting(rest)
    const space = piece.length < rest.length ? piece.lastIndexOf(' ') : -1
    const end = space > 0 ? space : piece.length
    lines.push(rest.slice(0, end))
    rest = rest.slice(end).trimStart()
  } while (rest !== '' && lines.length < LINES)
  return lines
}

/** The part of a line that fits on the page. A wide character takes two columns. */
function fitting(line: string): string {
  let columns = 0
  let end = 0
  for (const char of line) {
    columns += WIDE.test(char) ? 2 : 1
    if (columns > COLUMNS) break
    end += char.length
  }
  return line.slice(0, end)
}

/** Chinese, Japanese and Korean characters, and pictographs. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

function pageSvg(lines: readonly string[], side: number): string {
  const rows = lines.map((line, i) => {
    const y = MARGIN + FONT_SIZE + i * LINE_HEIGHT
    return `<text xml:space="preserve" x="${MARGIN}" y="${y}">${escaped(line)}</text>`
  })
  const scale = side / HEIGHT
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.round(WIDTH * scale)}" height="${side}" viewBox="0 0 ${WIDTH} ${HEIGHT}"><rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/><g font-family="monospace" font-size="${FONT_SIZE}" fill="#24292f">${rows.join('')}</g></svg>`
}

/** Text escaped for XML, without characters that XML does not allow. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\u0020-\u007e\u00a0-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}
