import type { NameIndex } from './name-index.ts'
import { MAX_NEEDLE_BYTES, PLACE_BITS } from './wasm/scanner.ts'

/** Calls back with the hits of a needle, some thousand at a time: one hit for each name, at its best place. */
export function scanNames(
  index: NameIndex,
  needle: Uint8Array,
  take: (hits: Uint32Array, count: number) => void,
): void {
  // No name is as long.
  if (needle.length > MAX_NEEDLE_BYTES) return
  const { scanner, starts } = index
  const { hits } = scanner
  scanner.setNeedle(needle)
  for (let first = 0; first < index.rows;) {
    const found = scanner.scan(starts[first]!, first, index.end)
    let count = bestPlaces(hits, found)
    const last = hits[count - 1]! >>> PLACE_BITS
    if (found < hits.length) {
      first = index.rows
    } else if (count === 1) {
      first = last + 1
    } else {
      // The last name may have more hits, perhaps at a better place, so it is scanned again in the next round.
      first = last
      count--
    }
    take(hits, count)
  }
}

/** Keeps one hit of each row, the one at the best place; returns their number. */
function bestPlaces(hits: Uint32Array, count: number): number {
  let kept = 0
  let last = -1
  for (let i = 0; i < count; i++) {
    const hit = hits[i]!
    const row = hit >>> PLACE_BITS
    if (row !== last) hits[kept++] = hit
    else if (hit < hits[kept - 1]!) hits[kept - 1] = hit
    last = row
  }
  return kept
}
