import type { GreyPage, Rows } from './grey-page.ts'

/** Pixels darker than this are ink. */
const INK = 140
/** A strip with fewer rows is not worth starting the engine for it. */
const MIN_STRIP_ROWS = 20
/**
 * How far a cut may be from its ideal place, as a share of all ink, for each blank row of its gap. So cuts are made
 * between paragraphs rather than between lines.
 */
const GAP_BONUS = 1 / 2_000
const WIDEST_GAP = 20
/**
 * The rows around a cut in which columns are searched, as fractions of the height. Several are tried, because a
 * picture above or below the cut may hide the columns.
 */
const NEIGHBOURHOODS = [
  [-0.04, 0],
  [0, 0.04],
  [-0.08, 0.08],
] as const
/** A blank stripe of at least this fraction of the width, with ink on both sides, separates columns. */
const GUTTER = 0.012

/**
 * Cuts a page into strips with about the same amount of ink, at blank rows, for parallel reading. Does not cut text in
 * columns, because its lines would be read in the wrong order. Returns fewer strips if there are too few places to cut.
 */
export function cutIntoStrips(page: GreyPage, count: number): Rows[] {
  const ink = inkOfRows(page)
  const total = ink.reduce((sum, each) => sum + each, 0)
  if (total === 0) return [{ top: 0, height: page.height }]
  const gaps = findGaps(ink)
  const cuts = [0]
  for (let i = 1; i < count; i++) {
    const cut = bestCut(page, gaps, ink, (total * i) / count, { total, after: cuts.at(-1)! })
    if (cut !== null) cuts.push(cut)
  }
  cuts.push(page.height)
  return cuts.slice(1).map((end, i) => ({ top: cuts[i]!, height: end - cuts[i]! }))
}

interface Gap {
  readonly middle: number
  readonly rows: number
}

function inkOfRows({ data, width, height }: GreyPage): number[] {
  return Array.from({ length: height }, (_, y) => {
    let ink = 0
    for (let i = y * width; i < (y + 1) * width; i++) if (data[i]! < INK) ink++
    return ink
  })
}

function findGaps(ink: readonly number[]): Gap[] {
  const gaps: Gap[] = []
  let begun = -1
  for (let y = 0; y <= ink.length; y++) {
    const isBlank = y < ink.length && ink[y] === 0
    if (isBlank && begun < 0) begun = y
    if (!isBlank && begun >= 0) {
      gaps.push({ middle: (begun + y) >> 1, rows: y - begun })
      begun = -1
    }
  }
  return gaps
}

function bestCut(
  page: GreyPage,
  gaps: readonly Gap[],
  ink: readonly number[],
  wanted: number,
  { total, after }: { total: number; after: number },
): number | null {
  let best: number | null = null
  let least = Infinity
  let above = 0
  let y = 0
  for (const { middle, rows } of gaps) {
    for (; y < middle; y++) above += ink[y]!
    if (middle < after + MIN_STRIP_ROWS || middle > page.height - MIN_STRIP_ROWS) continue
    const distance = Math.abs(above - wanted) - Math.min(rows, WIDEST_GAP) * total * GAP_BONUS
    if (distance >= least || isInColumns(page, middle)) continue
    least = distance
    best = middle
  }
  return best
}

/** Whether the text around a row is in columns. */
function isInColumns(page: GreyPage, row: number): boolean {
  return NEIGHBOURHOODS.some(([above, below]) => {
    const top = Math.max(0, row + Math.floor(above * page.height))
    const bottom = Math.min(page.height, row + Math.ceil(below * page.height))
    return hasGutter(page, top, bottom)
  })
}

function hasGutter({ data, width }: GreyPage, top: number, bottom: number): boolean {
  const columns = new Uint8Array(width)
  for (let y = top; y < bottom; y++) for (let x = 0; x < width; x++) if (data[y * width + x]! < INK) columns[x] = 1
  const last = columns.lastIndexOf(1)
  let blank = 0
  for (let x = columns.indexOf(1); x <= last; x++) {
    blank = columns[x] === 1 ? 0 : blank + 1
    if (blank >= width * GUTTER) return true
  }
  return false
}
