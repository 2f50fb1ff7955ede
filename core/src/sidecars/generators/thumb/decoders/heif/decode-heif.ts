import { CoreError } from '../../../../../util/errors.ts'
import { colourToSrgb } from '../colour.ts'
import { decodeFrames, loadWebcodecs, type Webcodecs } from '../decode-frames.ts'
import { MAX_PIXELS, type Picture } from '../picture.ts'
import { BT_601, type Canvas, drawBrightness, drawPlanes, type Planes } from '../planes.ts'
import { drawn, fromPixels, type RawPixels } from '../raw-pixels.ts'
import { HeifItems, type Turn } from './heif-items.ts'

interface Source {
  readonly webcodecs: Webcodecs
  readonly items: HeifItems
}

/** A picture as a grid of tiles, row by row from the top. Each tile is an HEVC picture. */
interface Layout {
  readonly tiles: readonly number[]
  readonly columns: number
  readonly width: number
  readonly height: number
}

/**
 * Decodes the primary picture of an HEIC or HEIF file: one HEVC picture or a grid of them. Ignores the EXIF
 * orientation, because the container's own turns apply. Throws `Corrupt`, and `Unsupported` for other kinds of
 * pictures.
 */
export async function decodeHeif(bytes: Buffer, side: number): Promise<Picture> {
  const webcodecs = loadWebcodecs()
  if (!webcodecs) throw new CoreError('Unsupported', 'there is no decoder of HEIC for this platform')
  const items = new HeifItems(bytes)
  const source = { webcodecs, items }
  const { primary } = items
  const layout = layoutOf(items, primary)
  const shrink = shrinkOf(items, layout, side)
  const code = items.colourCode(primary) ?? items.colourCode(layout.tiles[0]!)
  const profile = items.profile(primary) ?? items.profile(layout.tiles[0]!)
  const canvas = newCanvas(layout, shrink, 3)
  await decodeTiles(source, layout, shrink, (planes, x, y) =>
    drawPlanes(planes, {
      onto: canvas,
      x,
      y,
      matrix: code?.matrix ?? BT_601,
      full: code?.full ?? planes.full ?? false,
    }),
  )
  if (code && !profile) colourToSrgb(canvas.data, code)
  let pixels: RawPixels = { ...canvas, channels: 3 }
  const alpha = items.alphaOf(primary)
  if (alpha !== undefined) pixels = await withAlpha(source, pixels, alpha, side)
  for (const turn of items.turns(primary)) pixels = await turned(pixels, turn, shrink)
  return { ...(await fromPixels(pixels, side, profile)), engine: webcodecs.engine }
}

/** Decodes the tiles of a picture, each `shrink` times smaller, and passes each to `draw` with its position. */
async function decodeTiles(
  { webcodecs, items }: Source,
  { tiles, columns }: Layout,
  shrink: number,
  draw: (planes: Planes, x: number, y: number) => void,
): Promise<void> {
  // Tiles with the same description share a decoder.
  const groups = Map.groupBy(tiles.keys(), (i) => items.property(tiles[i]!, 'hvcC')?.toString('latin1') ?? '')
  const tile = items.size(tiles[0]!)
  for (const [key, indexes] of groups) {
    const description = Buffer.from(key, 'latin1')
    if (description.length < 23) throw new CoreError('Corrupt', 'a picture in it is not described')
    await decodeFrames(
      webcodecs,
      { codec: codecOf(description), description, ...tile },
      indexes.map((i) => items.bytes(tiles[i]!)),
      ({ width, height }) => ({ width: Math.ceil(width / shrink), height: Math.ceil(height / shrink) }),
      (planes, i) => {
        const place = indexes[i]!
        const [column, row] = [place % columns, Math.floor(place / columns)]
        draw(planes, (column * tile.width) / shrink, (row * tile.height) / shrink)
      },
    )
  }
}

async function withAlpha(source: Source, colours: RawPixels, item: number, side: number): Promise<RawPixels> {
  const layout = layoutOf(source.items, item)
  const shrink = shrinkOf(source.items, layout, side)
  const mask = newCanvas(layout, shrink, 1)
  await decodeTiles(source, layout, shrink, (planes, x, y) =>
    drawBrightness(planes, { onto: mask, x, y, full: planes.full ?? true }),
  )
  const { width, height } = colours
  const fitted = await drawn({ ...mask, channels: 1 })
    .resize(width, height, { fit: 'fill' })
    .extractChannel(0)
    .raw()
    .toBuffer()
  const joined = drawn(colours).joinChannel(fitted, { raw: { width, height, channels: 1 } })
  return { data: await joined.raw().toBuffer(), width, height, channels: 4 }
}

function layoutOf(items: HeifItems, item: number): Layout {
  const type = items.type(item)
  if (type === 'hvc1') return sized({ tiles: [item], columns: 1, ...items.size(item) })
  if (type !== 'grid') throw new CoreError('Unsupported', `its picture is of the kind ${type ?? 'nothing'}`)
  const grid = items.bytes(item)
  const wide = ((grid[1] ?? 0) & 1) === 1
  if (grid.length < (wide ? 12 : 8)) throw new CoreError('Corrupt', 'the description of its tiles is cut off')
  const [rows, columns] = [grid[2]! + 1, grid[3]! + 1]
  const width = wide ? grid.readUInt32BE(4) : grid.readUInt16BE(4)
  const height = wide ? grid.readUInt32BE(8) : grid.readUInt16BE(6)
  const tiles = items.references(item, 'dimg')
  if (tiles.length !== rows * columns)
    throw new CoreError('Corrupt', `it has ${tiles.length} tiles where ${rows * columns} are needed`)
  return sized({ tiles, columns, width, height })
}

function sized(layout: Layout): Layout {
  const { width, height } = layout
  if (width === 0 || height === 0) throw new CoreError('Corrupt', 'its picture has no size')
  if (width * height > MAX_PIXELS)
    throw new CoreError('Unsupported', `its ${width} × ${height} pixels are more than ${MAX_PIXELS}`)
  return layout
}

/**
 * The largest power of two by which tiles can be shrunk, so that they still fit together exactly and the picture
 * remains large enough.
 */
function shrinkOf(items: HeifItems, { tiles, width, height }: Layout, side: number): number {
  const tile = items.size(tiles[0]!)
  let shrink = 1
  const fits = (by: number) => tiles.length === 1 || (tile.width % (by * 2) === 0 && tile.height % (by * 2) === 0)
  while (Math.max(width, height) >= side * shrink * 2 && fits(shrink * 2)) shrink *= 2
  return shrink
}

function newCanvas({ width, height }: Layout, shrink: number, channels: number): Canvas {
  const [across, down] = [Math.ceil(width / shrink), Math.ceil(height / shrink)]
  return { data: new Uint8Array(across * down * channels), width: across, height: down }
}

async function turned(pixels: RawPixels, turn: Turn, shrink: number): Promise<RawPixels> {
  const { data, info } = await drawTurned(pixels, turn, shrink).raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height, channels: pixels.channels }
}

function drawTurned(pixels: RawPixels, turn: Turn, shrink: number) {
  if ('rotate' in turn) return drawn(pixels).rotate(turn.rotate)
  if ('mirror' in turn) return turn.mirror === 'rows' ? drawn(pixels).flip() : drawn(pixels).flop()
  const { width, height } = pixels
  const wide = Math.min(width, Math.max(1, Math.round(turn.crop.width / shrink)))
  const high = Math.min(height, Math.max(1, Math.round(turn.crop.height / shrink)))
  // The box states the distance from the centre of the whole picture to the centre of the kept part.
  const left = Math.round((width - wide) / 2 + turn.crop.x / shrink)
  const top = Math.round((height - high) / 2 + turn.crop.y / shrink)
  return drawn(pixels).extract({
    left: Math.min(Math.max(left, 0), width - wide),
    top: Math.min(Math.max(top, 0), height - high),
    width: wide,
    height: high,
  })
}

/** The name of the codec, derived from its description (ISO/IEC 14496-15, annex E). */
function codecOf(description: Buffer): string {
  const [head, level] = [description[1]!, description[12]!]
  const space = ['', 'A', 'B', 'C'][head >> 6]!
  const tier = (head & 32) === 0 ? 'L' : 'H'
  let compatible = description.readUInt32BE(2)
  let reversed = 0
  for (let i = 0; i < 32; i++) {
    reversed = ((reversed << 1) | (compatible & 1)) >>> 0
    compatible >>>= 1
  }
  const constraints = [...description.subarray(6, 12)]
  while (constraints.at(-1) === 0) constraints.pop()
  return ['hvc1', `${space}${head & 31}`, reversed.toString(16), `${tier}${level}`]
    .concat(constraints.map((byte) => byte.toString(16)))
    .join('.')
}
