/** The edit distance of two words. */
export interface Distance {
  /** Number of letters inserted, removed, replaced, or swapped with their neighbour. */
  readonly whole: number
  /** The distance to the nearest prefix of the second word. */
  readonly toPrefix: number
}

/**
 * Computes the optimal string alignment: https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance. Only for single
 * words, because the time is the product of their lengths.
 */
export function editDistance(from: string, to: string): Distance {
  const width = to.length + 1
  let before = new Uint16Array(width)
  let above = Uint16Array.from({ length: width }, (_, i) => i)
  let row = new Uint16Array(width)
  for (let i = 1; i <= from.length; i++) {
    row[0] = i
    for (let j = 1; j < width; j++) {
      const same = from[i - 1] === to[j - 1]
      let least = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        least = Math.min(least, before[j - 2]! + 1)
      row[j] = least
    }
    ;[before, above, row] = [above, row, before]
  }
  return { whole: above[to.length]!, toPrefix: Math.min(...above) }
}
