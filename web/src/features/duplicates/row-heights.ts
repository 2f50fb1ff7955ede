/** Pixels that every height is a multiple of. */
export const UNIT = 10
/** Pixels. */
export const HEAD = 50
export const FILE = 30
export const NOTE = 20
const GAP = 10

/** How high a group is, so that a list of very many of them can be scrolled: `notes` are lines below its files. */
export function groupHeight({ copies, files, notes }: { copies: number; files: number; notes: number }): number {
  const rest = copies > files ? FILE : 0
  return HEAD + files * FILE + rest + notes * NOTE + GAP
}

/** Where each begins, of those that follow one another, and at the end where the last one ends; in units. */
export function startsOf(heights: readonly number[]): number[] {
  const starts = [0]
  for (const height of heights) starts.push(starts.at(-1)! + height / UNIT)
  return starts
}

/** Which one is at a place: the last that begins there or before it. */
export function indexAt(starts: readonly number[], unit: number): number {
  let [low, high] = [0, Math.max(0, starts.length - 2)]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (starts[middle]! <= unit) low = middle
    else high = middle - 1
  }
  return low
}
