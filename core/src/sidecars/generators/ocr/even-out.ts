import type { GreyPage } from './grey-page.ts'

/**
 * The side of a cell, in pixels. For each cell, one shade of the paper is measured, so a cell must be larger than
 * letters.
 */
const CELL = 32
/** The shade of the paper is the shade that this part of a cell's pixels is darker than. */
const DARKER = 0.85
/** A page that is darker than this may have light letters. */
const DARK_PAPER = 100
/**
 * A pixel is paper if it has at least this part of the paper's shade. A picture is a page if at least `MIN_PAPER` of
 * its pixels are paper; photos have far fewer.
 */
const PAPER = 0.9
const MIN_PAPER = 0.6
/** The shade of ink is measured without the darkest pixels, of this part, because they are specks and dust. */
const SPECKS = 0.003
/**
 * If a page has at least this difference between paper and ink, and at most `EVEN_PAPER` within the paper, it is read
 * as it is.
 */
const ENOUGH_CONTRAST = 150
const EVEN_PAPER = 50
/** With less difference between paper and ink, the page is blank. */
const MIN_CONTRAST = 6
/**
 * On a page with letters, ink is at least this many times as far from the shade of the paper as the median pixel is.
 * Noise without letters has 3.6 times, if it is Gaussian; pages of a test collection have 15 times and more.
 */
const MIN_ABOVE_NOISE = 5

/**
 * Makes black ink on white paper of a page in shadow, of a faint page, and of one with light letters, because engines
 * cannot read these. Null if the page is good as it is, blank, or not paper.
 */
export function evenOut(page: GreyPage): GreyPage | null {
  const isDark = hasLightLetters(page)
  const upright = isDark ? inverted(page) : page
  const grid = paperGrid(upright)
  const { counts, ratios } = ratiosTo(upright, grid)
  const paperPixels = counts.subarray(Math.round(PAPER * 255)).reduce((sum, count) => sum + count, 0)
  if (paperPixels < MIN_PAPER * ratios.length) return null
  const ink = percentile(counts, SPECKS)
  const contrast = 255 - ink
  if (contrast < Math.max(MIN_CONTRAST, MIN_ABOVE_NOISE * (255 - percentile(counts, 0.5)))) return null
  const shades = [...grid.shades].toSorted((a, b) => a - b)
  const unevenness = shades[Math.floor(shades.length * 0.95)]! - shades[Math.floor(shades.length * 0.05)]!
  const faint = (contrast * shades[shades.length >> 1]!) / 255
  if (!isDark && faint >= ENOUGH_CONTRAST && unevenness < EVEN_PAPER) return null
  const stretched = Uint8Array.from({ length: 256 }, (_, ratio) =>
    Math.min(255, Math.max(0, Math.round(((ratio - ink) * 255) / contrast))),
  )
  return { ...page, data: ratios.map((ratio) => stretched[ratio]!) }
}

function inverted({ data, height, width }: GreyPage): GreyPage {
  return { width, height, data: data.map((shade) => 255 - shade) }
}

/** Whether most of a page is dark and the rest is lighter. On a page in shadow, the rest is darker. */
function hasLightLetters({ data }: GreyPage): boolean {
  const counts = countsOf(data)
  const middle = percentile(counts, 0.5)
  const sum = counts.reduce((all, count, shade) => all + count * shade, 0)
  return middle < DARK_PAPER && sum / data.length > middle
}

/** How many pixels have each shade. An iterator over the pixels would take several times as long. */
function countsOf(data: Uint8Array): Uint32Array {
  const counts = new Uint32Array(256)
  for (let i = 0; i < data.length; i++) counts[data[i]!]!++
  return counts
}

interface PaperGrid {
  readonly columns: number
  readonly rows: number
  readonly shades: Float32Array
}

/** The shade of the paper in each cell. A cell full of ink gets the shade of its neighbours. */
function paperGrid({ data, height, width }: GreyPage): PaperGrid {
  const [columns, rows] = [Math.ceil(width / CELL), Math.ceil(height / CELL)]
  const own = new Float32Array(columns * rows)
  const counts = new Uint32Array(256)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      counts.fill(0)
      const right = Math.min(width, (column + 1) * CELL)
      const bottom = Math.min(height, (row + 1) * CELL)
      for (let y = row * CELL; y < bottom; y++)
        for (let i = y * width + column * CELL; i < y * width + right; i++) counts[data[i]!]!++
      own[row * columns + column] = percentile(counts, DARKER)
    }
  }
  const around = (of: Float32Array, take: (shades: number[]) => number) =>
    of.map((_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns]
      const shades: number[] = []
      for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++)
        for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++)
          shades.push(of[y * columns + x]!)
      return take(shades)
    })
  const filled = around(own, (shades) => Math.max(...shades))
  const smooth = around(filled, (shades) => shades.reduce((sum, shade) => sum + shade, 0) / shades.length)
  return { columns, rows, shades: smooth }
}

/**
 * The shade of each pixel in 255ths of the shade of the paper there, which changes evenly from cell to cell, and how many
 * pixels have each ratio.
 */
function ratiosTo({ data, height, width }: GreyPage, { columns, rows, shades }: PaperGrid) {
  const ratios = new Uint8Array(data.length)
  const counts = new Uint32Array(256)
  const across = betweenCells(width, columns)
  const down = betweenCells(height, rows)
  // The paper of the row, at the middle of each column of cells.
  const papers = new Float64Array(columns)
  for (let y = 0, i = 0; y < height; y++) {
    const [top, bottom, below] = [down.before[y]! * columns, down.after[y]! * columns, down.part[y]!]
    for (let column = 0; column < columns; column++)
      papers[column] = Math.max(1, shades[top + column]! * (1 - below) + shades[bottom + column]! * below)
    for (let x = 0; x < width; x++, i++) {
      const part = across.part[x]!
      const paper = papers[across.before[x]!]! * (1 - part) + papers[across.after[x]!]! * part
      // Rounds as `Math.round` does, which takes five times as long.
      const ratio = Math.min(255, ((data[i]! * 255) / paper + 0.5) | 0)
      ratios[i] = ratio
      counts[ratio]!++
    }
  }
  return { counts, ratios }
}

/** For each pixel along a side: the cells whose middles are before and after it, and how far it is from one to the other. */
function betweenCells(length: number, cells: number) {
  const before = new Uint16Array(length)
  const after = new Uint16Array(length)
  const part = new Float64Array(length)
  for (let at = 0; at < length; at++) {
    const place = Math.min(cells - 1, Math.max(0, at / CELL - 0.5))
    before[at] = Math.floor(place)
    after[at] = Math.min(cells - 1, before[at]! + 1)
    part[at] = place - before[at]!
  }
  return { before, after, part }
}

/** The shade that a given part of the pixels is darker than. */
function percentile(counts: Uint32Array, part: number): number {
  let total = 0
  for (let shade = 0; shade < counts.length; shade++) total += counts[shade]!
  const wanted = total * part
  let sum = 0
  for (let shade = 0; shade < counts.length; shade++) {
    sum += counts[shade]!
    if (sum > wanted) return shade
  }
  return 255
}
