import type { OutputOf } from '@spacedrive/client'
import { printable } from '../text/escape.ts'
import { formatCount, plural } from '../text/format.ts'
import { type Cell, type Column, renderTable } from '../text/table.ts'
import type { Renderers, View } from './view.ts'

export const mediaRenderers: Renderers = {
  'media.timeline': timeline,
  'media.list': mediaList,
}

const monthColumns: readonly Column[] = [
  { title: 'MONTH' },
  { title: 'TAKEN', align: 'right' },
  { title: 'BY FILE DATE', align: 'right', drop: 1 },
]

function timeline({ basis, months, total }: OutputOf<'media.timeline'>, view: View): readonly string[] {
  if (total === 0) return ['No photos and no films are indexed here.']
  const rows = months.map(({ count, fromFile, month }): Cell[] => [
    month,
    formatCount(count),
    fromFile > 0 ? formatCount(fromFile) : '–',
  ])
  const summary = `${formatCount(total)} in all; of ${formatCount(basis.file)} only the file tells a date`
  return [
    ...renderTable({ columns: monthColumns, rows, width: view.width, style: view.style }),
    view.style('dim', summary),
  ]
}

const mediaColumns: readonly Column[] = [
  { title: 'TAKEN' },
  { title: 'TYPE', drop: 1 },
  { title: 'FILE', shrink: 'middle', min: 16 },
]

function mediaList({ items, total }: OutputOf<'media.list'>, view: View): readonly string[] {
  if (items.length === 0) return ['No photos and no films are indexed here.']
  const rows = items.map(({ online, path, takenAt, takenFrom, type }): Cell[] => [
    { text: takenAt.slice(0, 16).replace('T', ' '), tone: takenFrom === 'file' ? 'dim' : undefined },
    type,
    online ? printable(path) : { text: `${printable(path)}  (offline)`, tone: 'dim' },
  ])
  const shown = items.length < total ? `, of which ${formatCount(items.length)} are shown` : ''
  return [
    ...renderTable({ columns: mediaColumns, rows, width: view.width, style: view.style }),
    view.style('dim', `${plural(total, 'photo or film', 'photos and films')}${shown}`),
  ]
}
