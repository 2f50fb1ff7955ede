import type { Entry } from '@spacedrive/core/domain'
import { printable } from '../text/escape.ts'
import { formatBytes, formatCount, formatDate, plural } from '../text/format.ts'
import { type Cell, type Column, renderTable } from '../text/table.ts'
import type { View } from './view.ts'

const columns: readonly Column[] = [
  { title: 'SIZE', align: 'right' },
  { title: 'MODIFIED' },
  { title: 'TYPE', drop: 1 },
  { title: 'NAME', shrink: 'middle', min: 16 },
]

/** A folder's content as `ls -l` would show it: the name last, where it has most room. */
export function entryTable(entries: readonly Entry[], view: View): string[] {
  const rows = entries.map((entry): Cell[] => [
    entry.kind === 'directory' ? directorySize(entry) : formatBytes(entry.size),
    formatDate(entry.modifiedAt),
    typeLabel(entry),
    nameCell(entry),
  ])
  return renderTable({ columns, rows, width: view.width, style: view.style })
}

/** `12 folders, 3 files, 4.2 MB` of the entries given. */
export function entrySummary(entries: readonly Entry[]): string {
  const folders = entries.filter((entry) => entry.kind === 'directory')
  const count = (...kinds: Entry['kind'][]) => entries.filter(({ kind }) => kinds.includes(kind)).length
  const [files, links, others] = [count('file'), count('symlink'), count('other')]
  const sizes = entries.map((entry) => (entry.kind === 'directory' ? entry.totalSize : entry.size))
  const known = sizes.filter((size) => size !== null)
  return [
    folders.length > 0 ? plural(folders.length, 'folder') : '',
    files > 0 ? plural(files, 'file') : '',
    links > 0 ? plural(links, 'link') : '',
    others > 0 ? `${formatCount(others)} special` : '',
    // The number of items in a folder that is not indexed is unknown, so the cell stays empty.
    known.length > 0 ? formatBytes(known.reduce((sum, size) => sum + size, 0)) : '',
  ]
    .filter(Boolean)
    .join(', ')
}

/** The size of a folder's contents, or empty if unknown: the size of the folder itself means nothing. */
function directorySize(entry: Entry): string {
  return entry.totalSize === null ? '–' : formatBytes(entry.totalSize)
}

/** `image`, `folder`, `link`; for a folder also how many files. */
function typeLabel(entry: Entry): string {
  switch (entry.kind) {
    case 'directory':
      return entry.fileCount === null ? 'folder' : plural(entry.fileCount, 'file')
    case 'symlink':
      return 'link'
    case 'other':
      return 'special'
    case 'file':
      return entry.type === 'unknown' ? entry.extension || 'file' : entry.type
  }
}

function nameCell(entry: Entry): Cell {
  const name = printable(entry.name)
  if (entry.hiddenBy !== undefined) return { text: `${name}  (${printable(entry.hiddenBy)})`, tone: 'dim' }
  switch (entry.kind) {
    case 'directory':
      return { text: `${name}/`, tone: 'accent' }
    case 'symlink':
      return { text: `${name}@`, tone: 'dim' }
    case 'other':
      return { text: `${name}|`, tone: 'dim' }
    case 'file':
      if (entry.partOf) return { text: `${name}  (part of ${printable(entry.partOf.name ?? 'a file')})`, tone: 'dim' }
      return entry.livePhoto ? `${name}  (live photo)` : name
  }
}
