/** What of a drawing is seen: its middle, and how much it is enlarged. */
export interface MapView {
  readonly x: number
  readonly y: number
  readonly zoom: number
}

/** Units of the drawing. */
export const WORLD = { width: 960, height: 480 } as const
export const WHOLE_WORLD: MapView = { x: WORLD.width / 2, y: WORLD.height / 2, zoom: 1 }

export const MAX_ZOOM = 60
/** Edges of the cells of the grid of places, in degrees, the largest first. */
const CELLS = [10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05] as const
/** The edge of a cell at the least zoom. */
const WIDEST = 10

interface Size {
  readonly width: number
  readonly height: number
}

export function zoomedView(view: MapView, factor: number, size: Size): MapView {
  return kept({ ...view, zoom: Math.min(MAX_ZOOM, Math.max(1, view.zoom * factor)) }, size)
}

export function movedView(view: MapView, by: { readonly x: number; readonly y: number }, size: Size): MapView {
  return kept({ ...view, x: view.x + by.x, y: view.y + by.y }, size)
}

/** No edge of the drawing comes into view. */
function kept({ x, y, zoom }: MapView, { height, width }: Size): MapView {
  const [halfWidth, halfHeight] = [width / zoom / 2, height / zoom / 2]
  return {
    x: Math.min(width - halfWidth, Math.max(halfWidth, x)),
    y: Math.min(height - halfHeight, Math.max(halfHeight, y)),
    zoom,
  }
}

/** Degrees of a cell in which photos are one circle. */
export function cellFor(zoom: number): number {
  return CELLS.find((cell) => cell <= WIDEST / zoom) ?? CELLS.at(-1)!
}

interface Box {
  readonly south: number
  readonly west: number
  readonly north: number
  readonly east: number
}

/** A box as `media.list` takes it. */
export function boxText({ east, north, south, west }: Box): string {
  return [south, west, north, east].map((degrees) => String(Number(degrees.toFixed(4)))).join(',')
}

interface Directions {
  readonly north: string
  readonly south: string
  readonly east: string
  readonly west: string
}

/** `41.9° N, 12.6° E`. */
export function coordinatesText(
  { latitude, longitude }: { readonly latitude: number; readonly longitude: number },
  { east, north, south, west }: Directions,
  locale: string,
): string {
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1, minimumFractionDigits: 1 })
  const part = (degrees: number, positive: string, negative: string) =>
    `${number.format(Math.abs(degrees))}° ${degrees < 0 ? negative : positive}`
  return `${part(latitude, north, south)}, ${part(longitude, east, west)}`
}
