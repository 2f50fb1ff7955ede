import type { Statistics } from './statistics-page.tsx'

type Month = Statistics['growth'][number]

/** A month in the chart: `x` and `y` are parts of its width and height, 0 to 1, from the lower left. */
export interface GrowthPoint {
  readonly x: number
  readonly y: number
  readonly month: Month
}

/** Part of all bytes below which the first months are left out: a clock that was wrong once would press all else together. */
const LEAST_PART = 0.001

/** How much there was after each month, from the first that can be seen in the chart. */
export function growthPoints(growth: readonly Month[]): GrowthPoint[] {
  const last = growth.at(-1)
  if (!last || last.totalBytes === 0) return []
  const shown = growth.filter(({ totalBytes }) => totalBytes / last.totalBytes >= LEAST_PART)
  const start = monthNumber(shown[0]!.modified)
  // The last month too is as wide as it is long.
  const length = monthNumber(last.modified) + 1 - start
  return shown.map((month) => ({
    x: (monthNumber(month.modified) - start) / length,
    y: month.totalBytes / last.totalBytes,
    month,
  }))
}

/** The outline of what is below the line, in a box of `width` by `height`: steps, as nothing is known between months. */
export function areaPath(points: readonly GrowthPoint[], { height, width }: { width: number; height: number }): string {
  if (points.length === 0) return ''
  const px = (part: number) => (part * width).toFixed(1)
  const py = (part: number) => ((1 - part) * height).toFixed(1)
  const steps = points.map(({ x, y }) => `H${px(x)}V${py(y)}`).join('')
  return `M0,${height}${steps}H${width}V${height}Z`
}

/** The point that is nearest to a part of the width. */
export function nearestPoint(points: readonly GrowthPoint[], x: number): GrowthPoint | undefined {
  return points.toSorted((a, b) => Math.abs(a.x - x) - Math.abs(b.x - x))[0]
}

function monthNumber(month: string): number {
  return Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7))
}
