import { type GreyPage, shrink } from './grey-page.ts'

/** Pictures are shrunk to this size for the check, in which the lines of a dense page are still separate. */
export const LOOK_SIDE = 1_024
/** The side of a tile, in pixels. The check works on tiles. */
const TILE = 16
const TILE_PIXELS = TILE * TILE
/** A tile with less difference between its darkest and lightest pixel has no letters. */
const MIN_CONTRAST = 64
/** The background of letters is even: this many pixels of a tile have nearly the same shade. */
const MIN_GROUND = 0.35 * TILE_PIXELS
/** Shades are counted in groups of eight. */
const SHADES = 32
/** Limits of ink pixels in a tile of text: fewer are a line or a speck, more are a solid area. */
const MIN_INK = 10
const MAX_INK = 0.45 * TILE_PIXELS
/** Strokes make rows change between background and ink: at least twice in this many rows, and this often in all. */
const MIN_BUSY_ROWS = 4
const MIN_CHANGES = 16
/** Adjacent tiles belong to one line of text if their background and ink differ by at most these values. */
const GROUND_TOLERANCE = 24
const INK_TOLERANCE = 56
/** Tiles in a row that make a line. */
const MIN_LINE = 4
/**
 * The number of tiles in lines from which a photo is worth reading, in full, half and quarter size. Of the corpus's 109
 * photos, 9 have more. Every page of text in it has at least twice as many.
 */
const PHOTO_TILES = [48, 28, 28]
/** Drawings and screenshots have even areas, where only letters look like letters, so one line is enough. */
const DRAWING_TILES = 4
/** In a drawing, at least this share of pixels equals the pixel before. In photos, noise reduces it to a tenth. */
const DRAWING_EVENNESS = 0.4

/** Whether a picture may have text worth reading. Takes some milliseconds; reading takes a second. */
export async function mayHaveText(picture: GreyPage): Promise<boolean> {
  let page = await shrink(picture, LOOK_SIDE)
  const isDrawing = evenness(page) >= DRAWING_EVENNESS
  for (const tiles of PHOTO_TILES) {
    if (tilesInLines(page) >= (isDrawing ? DRAWING_TILES : tiles)) return true
    if (Math.max(page.width, page.height) < MIN_LINE * TILE * 2) return false
    // At half the size, large letters look like small ones.
    page = await shrink(page, Math.ceil(Math.max(page.width, page.height) / 2))
  }
  return false
}

function evenness({ data }: GreyPage): number {
  let equal = 0
  for (let i = 1; i < data.length; i++) if (data[i] === data[i - 1]) equal++
  return equal / data.length
}

/** The number of tiles in lines of text, horizontal or vertical. */
function tilesInLines(page: GreyPage): number {
  const columns = Math.floor(page.width / TILE)
  const rows = Math.floor(page.height / TILE)
  const tiles = Array.from({ length: columns * rows }, (_, i) =>
    lookAt(page, (i % columns) * TILE, Math.floor(i / columns) * TILE),
  )
  const inLine = new Set<number>()
  const follow = (start: number, step: number, length: number) => {
    let begun = 0
    for (let i = 1; i <= length; i++) {
      if (i < length && alike(tiles[start + (i - 1) * step], tiles[start + i * step])) continue
      if (i - begun >= MIN_LINE) for (let k = begun; k < i; k++) inLine.add(start + k * step)
      begun = i
    }
  }
  for (let y = 0; y < rows; y++) follow(y * columns, 1, columns)
  for (let x = 0; x < columns; x++) follow(x, columns, rows)
  return inLine.size
}

interface TextTile {
  readonly ground: number
  readonly ink: number
}

function alike(a: TextTile | null | undefined, b: TextTile | null | undefined): boolean {
  if (!a || !b || a.ground > a.ink !== b.ground > b.ink) return false
  return Math.abs(a.ground - b.ground) <= GROUND_TOLERANCE && Math.abs(a.ink - b.ink) <= INK_TOLERANCE
}

/** The shades of a tile that looks like letters; null if it does not. */
function lookAt({ data, width }: GreyPage, left: number, top: number): TextTile | null {
  const counts = new Uint16Array(SHADES)
  let [darkest, lightest] = [255, 0]
  for (let y = top; y < top + TILE; y++)
    for (let i = y * width + left; i < y * width + left + TILE; i++) {
      const shade = data[i]!
      counts[shade >> 3]!++
      if (shade < darkest) darkest = shade
      if (shade > lightest) lightest = shade
    }
  if (lightest - darkest < MIN_CONTRAST) return null
  const { ground, pixels } = commonest(counts)
  if (pixels < MIN_GROUND) return null
  const ink = lightest - ground > ground - darkest ? lightest : darkest
  return hasStrokes(data, width, left, top, { ground, ink }) ? { ground, ink } : null
}

/** The most frequent shade, over two adjacent groups. */
function commonest(counts: Uint16Array): { ground: number; pixels: number } {
  let [group, pixels] = [0, 0]
  for (let i = 0; i + 1 < SHADES; i++) {
    const both = counts[i]! + counts[i + 1]!
    if (both > pixels) [group, pixels] = [i, both]
  }
  return { ground: (group + 1) * 8, pixels }
}

function hasStrokes(data: Uint8Array, width: number, left: number, top: number, { ground, ink }: TextTile): boolean {
  const middle = (ground + ink) / 2
  const isDark = ink < ground
  let [inkPixels, changes, busyRows] = [0, 0, 0]
  for (let y = top; y < top + TILE; y++) {
    const start = y * width + left
    let inRow = 0
    let before: boolean | null = null
    for (let i = start; i < start + TILE; i++) {
      const isInk = isDark ? data[i]! < middle : data[i]! > middle
      if (isInk) inkPixels++
      if (before !== null && isInk !== before) inRow++
      before = isInk
    }
    changes += inRow
    if (inRow >= 2) busyRows++
  }
  return inkPixels >= MIN_INK && inkPixels <= MAX_INK && busyRows >= MIN_BUSY_ROWS && changes >= MIN_CHANGES
}
