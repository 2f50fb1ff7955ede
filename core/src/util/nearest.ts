/** At most this share of a word may be mistyped for it still to be what was meant. */
const MAX_ERROR_SHARE = 0.4
const MAX_SUGGESTIONS = 3

/** The candidates that look most like `typed`, the nearest first; none where nothing is near. */
export function nearest(typed: string, candidates: readonly string[]): string[] {
  const scored = [...new Set(candidates)]
    .map((candidate) => ({ candidate, distance: editDistance(typed, candidate) }))
    .filter(
      ({ candidate, distance }) => distance <= Math.max(1, Math.max(typed.length, candidate.length) * MAX_ERROR_SHARE),
    )
    .toSorted((a, b) => a.distance - b.distance)
  const best = scored[0]?.distance ?? 0
  return scored
    .filter(({ distance }) => distance <= best + 1)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ candidate }) => candidate)
}

/** How many letters must be added, dropped, replaced or swapped with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replace = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (beforeLast[j - 2] ?? 0) + 1 : Infinity
      row.push(Math.min(replace, swapped, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
