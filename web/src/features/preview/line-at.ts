import type { Line } from './sidecar-texts.ts'

/** Index of the line that is said at a time, or was said last before it; -1 before the first. Lines are in the order of time. */
export function lineAt(lines: readonly Pick<Line, 'startMs'>[], ms: number): number {
  let [from, to] = [0, lines.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    if (lines[middle]!.startMs <= ms) from = middle + 1
    else to = middle
  }
  return from - 1
}
