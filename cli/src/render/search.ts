import { dirname } from 'node:path'
import type { SearchItem } from '@spacedrive/core/domain'
import { printable } from '../text/escape.ts'
import { formatBytes, formatCount, formatDate, formatDuration } from '../text/format.ts'
import type { Style } from '../text/style.ts'
import { type Cell, type Column, renderTable } from '../text/table.ts'
import type { OutputOf } from '@spacedrive/client'
import type { Renderers, View } from './view.ts'

export const searchRenderers: Renderers = { 'search.files': searchResults }

const columns: readonly Column[] = [
  { title: 'NAME', shrink: 'middle', min: 24 },
  { title: 'SIZE', align: 'right' },
  { title: 'MODIFIED', drop: 1 },
  { title: '' },
  { title: 'FOLDER', shrink: 'middle', min: 16 },
]

function searchResults(result: OutputOf<'search.files'>, view: View): readonly string[] {
  const { items, query, suggestions = [], tookMs, total } = result
  if (items.length === 0) {
    const instead = suggestions.map((suggestion) => `"${printable(suggestion)}"`).join(', ')
    return [
      query ? `Nothing is called "${printable(query)}".` : 'Nothing matches.',
      ...(instead ? [`Did you mean: ${instead}`] : []),
    ]
  }
  const rows = items.map((item): Cell[] => [
    nameCell(item, view.style),
    item.kind === 'directory' ? (item.totalSize === null ? '–' : formatBytes(item.totalSize)) : formatBytes(item.size),
    formatDate(item.modifiedAt),
    item.online ? '' : { text: 'offline', tone: 'warn' },
    { text: printable(dirname(item.path)), tone: 'dim' },
  ])
  const count = `${result.totalIsExact ? '' : 'about '}${formatCount(total)} found`
  const shown = items.length < total ? `, ${formatCount(items.length)} shown` : ''
  return [
    ...renderTable({ columns, rows, width: view.width, style: view.style }),
    view.style(
      'dim',
      `${count}${shown}, ${formatDuration(tookMs)}${result.cursor === null ? '' : '; --limit shows more'}`,
    ),
  ]
}

function nameCell(item: SearchItem, style: Style): Cell {
  const text = printable(item.name) + (item.kind === 'directory' ? '/' : '')
  // A name that had to be cut keeps its plain look: the ranges would point at other letters.
  return { text, paint: (shown) => (shown === text ? highlight(item, style) : shown) }
}

/** The name with what matched in it marked. */
function highlight({ kind, name, why }: SearchItem, style: Style): string {
  let end = 0
  let text = ''
  for (const [from, to] of why.flatMap((reason) => reason.ranges).toSorted(([a], [b]) => a - b)) {
    if (from < end) continue
    text += printable(name.slice(end, from)) + style('match', printable(name.slice(from, to)))
    end = to
  }
  return text + printable(name.slice(end)) + (kind === 'directory' ? '/' : '')
}
