import { editDistance } from './edit-distance.ts'

/** A candidate is not suggested if more than this share of the word differs. */
const MAX_ERROR_SHARE = 0.4
const MAX_SUGGESTIONS = 3

/** The candidates that are most similar to `typed`, the nearest first. Empty if no candidate is similar. */
export function nearest(typed: string, candidates: readonly string[]): string[] {
  const scored = [...new Set(candidates)]
    .map((candidate) => ({ candidate, distance: editDistance(typed, candidate).whole }))
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
