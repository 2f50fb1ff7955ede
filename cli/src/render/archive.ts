import type { OutputOf } from '@spacedrive/client'
import { printable } from '../text/escape.ts'
import { formatBytes, formatCount, formatDate, plural } from '../text/format.ts'
import { type Cell, type Column, renderTable } from '../text/table.ts'
import type { View } from './view.ts'

type Archive = OutputOf<'files.archive'>

const columns: readonly Column[] = [
  { title: 'SIZE', align: 'right' },
  { title: 'PACKED', align: 'right', drop: 1 },
  { title: 'MODIFIED', drop: 2 },
  { title: 'NAME', shrink: 'middle', min: 16 },
]

/** The output of `file archive`. */
export function archiveMembers({ format, items, total, truncated }: Archive, view: View): readonly string[] {
  const rest = total > items.length ? `; ${formatCount(items.length)} shown, --limit and --offset show more` : ''
  const summary = view.style('dim', `${format}, ${plural(total, 'member')}${rest}`)
  const more = truncated ? [view.style('warn', 'it has more: it is very large, cut off or damaged')] : []
  if (items.length === 0) return [summary, ...more]
  const rows = items.map((item): Cell[] => [
    item.kind !== 'file' || item.size === null ? '–' : formatBytes(item.size),
    item.compressedSize === null ? '–' : formatBytes(item.compressedSize),
    item.modifiedAt === null ? '–' : formatDate(item.modifiedAt),
    nameCell(item),
  ])
  return [...renderTable({ columns, rows, width: view.width, style: view.style }), summary, ...more]
}

function nameCell({ encrypted, kind, path }: Archive['items'][number]): Cell {
  const name = printable(path)
  if (encrypted) return { text: `${name}  (locked with a password)`, tone: 'dim' }
  if (kind === 'directory') return { text: name, tone: 'accent' }
  return { text: kind === 'symlink' ? `${name}@` : name }
}
