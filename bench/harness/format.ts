import type { Goal, Unit } from './benchmark.ts'
import type { BenchmarkResult, FigureResult } from './run-benchmark.ts'

const SIGNIFICANT_DIGITS = 3

/** A value with three digits that mean something, and its unit. */
export function formatValue(value: number, unit: Unit): string {
  // A ratio to a peer that has none of it.
  if (!Number.isFinite(value)) return '–'
  const digits = Math.max(0, SIGNIFICANT_DIGITS - 1 - Math.floor(Math.log10(Math.max(Math.abs(value), 1e-9))))
  const shown = value === 0 ? '0' : value.toLocaleString('en-US', { maximumFractionDigits: Math.min(digits, 3) })
  return unit === '×' ? `${shown}×` : `${shown} ${unit}`
}

export function formatGoal(goal: Goal | null, unit: Unit): string {
  if (!goal) return '–'
  const peer = goal.ratioTo === undefined ? '' : ` ${goal.ratioTo}`
  const scale = goal.ratioTo === undefined ? unit : '×'
  const most = goal.atMost === undefined ? [] : [`≤ ${formatValue(goal.atMost, scale)}${peer}`]
  const least = goal.atLeast === undefined ? [] : [`≥ ${formatValue(goal.atLeast, scale)}${peer}`]
  return [...most, ...least].join(', ')
}

/** A Markdown table of a result; it reads in a terminal as well. */
export function formatTable(result: BenchmarkResult): string {
  const rows = result.figures.map(toRow)
  const cells = [['figure', 'goal', '', 'median', 'min – max', 'peers', 'share of the limit'], ...rows]
  const widths = cells[0]!.map((_, column) => Math.max(3, ...cells.map((row) => row[column]!.length)))
  const lines = cells.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`)
  return [lines[0], `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...lines.slice(1)].join('\n')
}

function toRow({ goal, limit, met, ours, peers, unit, what }: FigureResult): string[] {
  return [
    what,
    formatGoal(goal, unit),
    met === null ? '' : met ? 'met' : '**missed**',
    formatValue(ours.median, unit),
    `${formatValue(ours.min, unit)} – ${formatValue(ours.max, unit)}`,
    peers
      .map((peer) => `${peer.name} ${formatValue(peer.median, unit)} (${formatValue(peer.ratio, '×')})`)
      .join('; ') || '–',
    limit ? `${Math.round(limit.share * 100)} % of ${limit.what}` : '–',
  ]
}

export function formatMachine({ machine, date, runs }: BenchmarkResult): string {
  const { cores, cpu, filesystem, kernel, load, memoryGb, node } = machine
  return `${date.slice(0, 16).replace('T', ' ')} UTC, ${runs} runs; ${cpu}, ${cores} cores, ${memoryGb} GB, ${filesystem}, ${kernel}, Node ${node}, load ${load} at the start`
}
