import type { OutputOf } from '@spacedrive/client'
import { printable } from '../text/escape.ts'
import { formatBytes, formatCount, plural } from '../text/format.ts'
import { type Cell, type Column, renderTable } from '../text/table.ts'
import type { Renderers, View } from './view.ts'

export const copyRenderers: Renderers = { 'copies.unique': uniqueFiles }

const columns: readonly Column[] = [
  { title: 'SIZE', align: 'right' },
  { title: 'TYPE', drop: 1 },
  { title: 'VOLUME', shrink: 'end', min: 8 },
  { title: 'FILE', shrink: 'middle', min: 16 },
]

function uniqueFiles({ items, total, totalBytes }: OutputOf<'copies.unique'>, view: View): readonly string[] {
  if (total === 0) return ['Every file of known content has a copy.']
  const rows = items.map(({ online, path, size, type, volume }): Cell[] => [
    formatBytes(size),
    type,
    online ? printable(volume ?? '–') : { text: `${printable(volume ?? '–')} (offline)`, tone: 'warn' },
    printable(path),
  ])
  const shown = items.length < total ? `; the largest ${formatCount(items.length)} are shown, --limit shows more` : ''
  return [
    ...renderTable({ columns, rows, width: view.width, style: view.style }),
    view.style('dim', `${plural(total, 'file')} without a copy, ${formatBytes(totalBytes)}${shown}`),
  ]
}
