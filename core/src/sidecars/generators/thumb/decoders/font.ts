import { create, type Font, type FontCollection } from 'fontkit'
import sharp from 'sharp'
import { CoreError, errorMessage } from '../../../../util/errors.ts'
import { packageVersion } from '../../../../util/package-version.ts'
import { readWhole } from '../../text/read-whole.ts'
import { type Decode, MAX_PIXELS, toPicture } from './picture.ts'

/** Sample texts. The first one whose letters the font has is drawn. */
const samples = ['Aa', 'Бб', 'Αα', 'あア', '漢字', '가나', 'אב', 'عر', 'कख', 'กข']
/** Limit on the characters that are examined if the font has the letters of no sample. */
const MAX_TRIED = 400
/** Limit on the length of the SVG. */
const MAX_OUTLINE_CHARS = 2_000_000
/** Glyphs with fewer drawing commands are skipped, because they show little. */
const MIN_COMMANDS = 5
/** Units of the drawing per em, and the space around it. */
const EM = 1_000
const PADDING = 160
const COLOUR = '#24292f'

/** Draws a few letters of a font from its outlines, so the font need not be installed. */
export const decode: Decode = async (source, _content, side) => {
  const bytes = await readWhole(source)
  let svg: string
  try {
    const font = firstFont(create(bytes))
    svg = specimenSvg(font, sampleOf(font), side)
  } catch (cause) {
    if (cause instanceof CoreError) throw cause
    throw new CoreError('Corrupt', `its letters cannot be read: ${errorMessage(cause)}`, { cause })
  }
  const drawing = sharp(Buffer.from(svg), { limitInputPixels: MAX_PIXELS }).flatten({ background: '#fff' })
  const picture = await toPicture(drawing, side)
  return { ...picture, engine: { name: 'fontkit', version: packageVersion('fontkit') } }
}

/** Opens the first font of a collection. */
function firstFont(opened: Font | FontCollection): Font {
  const font = 'fonts' in opened ? opened.fonts[0] : opened
  if (!font) throw new CoreError('Corrupt', 'there is no font in it')
  return font
}

function sampleOf(font: Font): string {
  const sample = samples.find((text) =>
    Array.from(text).every((char) => font.hasGlyphForCodePoint(char.codePointAt(0)!)),
  )
  if (sample !== undefined) return sample
  // The font has only symbols: draw the first two that have an outline.
  const drawn = font.characterSet
    .slice(0, MAX_TRIED)
    .filter((code) => code > 32 && font.glyphForCodePoint(code).path.commands.length >= MIN_COMMANDS)
  if (drawn.length === 0) throw undrawable()
  return String.fromCodePoint(...drawn.slice(0, 2))
}

function specimenSvg(font: Font, text: string, side: number): string {
  const { glyphs, positions } = font.layout(text)
  const scale = EM / font.unitsPerEm
  let outlines = ''
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  let x = 0
  for (const [i, { path, bbox }] of glyphs.entries()) {
    const { xOffset, yOffset, xAdvance } = positions[i]!
    if (path.commands.length > 0) {
      const [atX, atY] = [(x + xOffset) * scale, -yOffset * scale]
      outlines += `<path transform="translate(${atX} ${atY}) scale(${scale} ${-scale})" d="${path.toSVG()}"/>`
      left = Math.min(left, x + bbox.minX)
      right = Math.max(right, x + bbox.maxX)
      top = Math.min(top, -bbox.maxY)
      bottom = Math.max(bottom, -bbox.minY)
    }
    x += xAdvance
  }
  const box = [
    left * scale - PADDING,
    top * scale - PADDING,
    (right - left) * scale + 2 * PADDING,
    (bottom - top) * scale + 2 * PADDING,
  ]
  if (outlines === '' || outlines.length > MAX_OUTLINE_CHARS || !box.every(Number.isFinite)) throw undrawable()
  const viewBox = box.map((length) => length.toFixed(1)).join(' ')
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${Math.round(side * 0.75)}" viewBox="${viewBox}"><g fill="${COLOUR}">${outlines}</g></svg>`
}

function undrawable(): CoreError {
  return new CoreError('Unsupported', 'it has no outlines to draw')
}
