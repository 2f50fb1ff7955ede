import type { OutputOf } from '@spacedrive/client'
import { shellWord } from '@spacedrive/core/shell-word'
import { printable } from '../text/escape.ts'
import { formatCount, plural } from '../text/format.ts'
import { type Cell, type Column, renderTable } from '../text/table.ts'
import type { Renderers, View } from './view.ts'

export const mediaRenderers: Renderers = {
  'media.timeline': timeline,
  'media.list': mediaList,
}

const monthColumns: readonly Column[] = [{ title: 'MONTH' }, { title: 'TAKEN', align: 'right' }]

/** The row, or the cell, of photos and films that contain no date. */
const NO_DATE = 'no date'

function timeline({ basis, months, suggestions, total }: OutputOf<'media.timeline'>, view: View): readonly string[] {
  if (total === 0) return nothing(suggestions)
  const rows = months.flatMap(({ count, fromFile, month }): Cell[][] =>
    count > fromFile ? [[month, formatCount(count - fromFile)]] : [],
  )
  const undated: Cell[][] = basis.file > 0 ? [[{ text: NO_DATE, tone: 'dim' }, formatCount(basis.file)]] : []
  const why = basis.file > 0 ? `; ${formatCount(basis.file)} do not say when they were taken` : ''
  return [
    ...renderTable({ columns: monthColumns, rows: [...rows, ...undated], width: view.width, style: view.style }),
    view.style('dim', `${plural(total, 'photo or film', 'photos and films')}${why}`),
  ]
}

/** `suggestions`: cameras with names like the wanted one, which no camera has. */
function nothing(suggestions: readonly string[] = []): string[] {
  const instead = suggestions.map((camera) => `--camera ${shellWord(printable(camera))}`)
  return ['No photos or films found.', ...(instead.length > 0 ? [`Did you mean: ${instead.join(', ')}`] : [])]
}

/** Files without a date of their own are in the order of their last change. */
const mediaColumns: readonly Column[] = [
  { title: 'TAKEN' },
  { title: 'CHANGED' },
  { title: 'TYPE', drop: 1 },
  { title: 'FILE', shrink: 'middle', min: 16 },
]

function mediaList({ items, suggestions, total }: OutputOf<'media.list'>, view: View): readonly string[] {
  if (items.length === 0) return nothing(suggestions)
  const isMixed = items.some(({ takenFrom }) => takenFrom === 'file')
  const columns = isMixed ? mediaColumns : mediaColumns.filter(({ title }) => title !== 'CHANGED')
  const rows = items.map(({ online, path, takenAt, takenFrom, type }): Cell[] => [
    takenFrom === 'file' ? { text: NO_DATE, tone: 'dim' } : minuteOf(takenAt),
    ...(isMixed ? [takenFrom === 'file' ? minuteOf(takenAt) : ''] : []),
    type,
    online ? printable(path) : { text: `${printable(path)}  (offline)`, tone: 'dim' },
  ])
  const shown = items.length < total ? `, of which ${formatCount(items.length)} are shown` : ''
  return [
    ...renderTable({ columns, rows, width: view.width, style: view.style }),
    view.style('dim', `${plural(total, 'photo or film', 'photos and films')}${shown}`),
  ]
}

/** `2024-05-01T12:20:30` → `2024-05-01 12:20` */
function minuteOf(clock: string): string {
  return clock.slice(0, 16).replace('T', ' ')
}
