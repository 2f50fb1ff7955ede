import type { ReadDatabase } from '../db/sqlite.ts'
import { findMedia, type OrderMediaInput, type PlaceBox } from './order-media.ts'

/** Limit on the cameras that are listed, those with the most photos first. */
const MAX_CAMERAS = 100
/**
 * Limit on the places that are listed, those with the most photos first. More of them could not be distinguished on a
 * map.
 */
const MAX_PLACES = 1_000

export interface MediaFacets {
  readonly cameras: { camera: string; count: number }[]
  /** The number of photos that state where they were taken. */
  readonly located: number
  readonly places: (PlaceBox & { latitude: number; longitude: number; count: number })[]
  /** Whether there are more cameras or places than are listed. */
  readonly truncated: boolean
}

/** Counts media by camera, and by the cells of a grid of `cell` degrees. */
export function countFacets(db: ReadDatabase, { cell, ...of }: OrderMediaInput & { cell: number }): MediaFacets {
  const cameras = new Map<string, number>()
  const cells = new Map<string, { south: number; west: number; latitude: number; longitude: number; count: number }>()
  let located = 0
  for (const { camera, latitude, longitude } of findMedia(db, of, { withFacts: true })) {
    if (camera !== null) cameras.set(camera, (cameras.get(camera) ?? 0) + 1)
    if (latitude === null || longitude === null) continue
    located++
    const [row, column] = [Math.floor(latitude / cell), Math.floor(longitude / cell)]
    const key = `${row} ${column}`
    const known = cells.get(key)
    if (known) {
      known.latitude += latitude
      known.longitude += longitude
      known.count++
    } else cells.set(key, { south: row * cell, west: column * cell, latitude, longitude, count: 1 })
  }
  const places = [...cells.values()].toSorted((a, b) => b.count - a.count)
  const makers = [...cameras].toSorted(([a, x], [b, y]) => y - x || a.localeCompare(b))
  return {
    cameras: makers.slice(0, MAX_CAMERAS).map(([camera, count]) => ({ camera, count })),
    located,
    places: places.slice(0, MAX_PLACES).map(({ count, latitude, longitude, south, west }) => ({
      latitude: latitude / count,
      longitude: longitude / count,
      count,
      south,
      west,
      north: south + cell,
      east: west + cell,
    })),
    truncated: makers.length > MAX_CAMERAS || places.length > MAX_PLACES,
  }
}
