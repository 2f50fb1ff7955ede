import type { OutputOf } from '@spacedrive/client'
import { printable } from '../text/escape.ts'
import { renderFields } from '../text/fields.ts'
import { formatBytes, formatCount, plural } from '../text/format.ts'
import { type Cell, type Column, renderTable } from '../text/table.ts'
import type { Renderers, View } from './view.ts'

export const statisticsRenderers: Renderers = {
  'statistics.library': statistics,
}

/** The whole of it is in `--json`. */
const MAX_ROWS = 10

interface Amount {
  readonly files: number
  readonly bytes: number
}

function statistics(all: OutputOf<'statistics.library'>, view: View): readonly string[] {
  const { duplicates, emptyFiles = 0, sidecars, unidentified, unique } = all
  const sidecarBytes = sidecars.reduce((sum, { bytes }) => sum + bytes, 0)
  const fields = renderFields(
    [
      ['Files', amountText(all)],
      ['Folders', formatCount(all.folders)],
      ['Copies', `${plural(duplicates.files, 'file')} (${formatBytes(duplicates.reclaimableBytes)} reclaimable)`],
      ['Only once', amountText(unique)],
      [
        'Empty',
        emptyFiles > 0 ? `${plural(emptyFiles, 'file')}, which count neither as copies nor as only once` : null,
      ],
      ['Not looked into', unidentified.files > 0 ? amountText(unidentified) : null],
      ['Sidecars', sidecars.length > 0 ? formatBytes(sidecarBytes) : null],
    ],
    view,
  )
  return [
    ...fields,
    ...table('TYPE', all.byType, ({ type }) => type, view),
    ...table('FOLDER', all.topFolders, ({ path }) => printable(path), view),
    ...table('CHANGED IN', all.byYear, ({ modified }) => modified, view),
    ...table('EXTENSION', all.byExtension, ({ extension }) => printable(extension) || '(none)', view),
    ...table('VOLUME', all.byVolume, ({ name, online }) => `${printable(name)}${online ? '' : ' (offline)'}`, view),
  ]
}

function table<T extends Amount>(title: string, all: readonly T[], nameOf: (each: T) => string, view: View): string[] {
  if (all.length === 0) return []
  const columns: Column[] = [
    { title: 'SIZE', align: 'right' },
    { title: 'FILES', align: 'right' },
    { title, shrink: 'middle', min: 12 },
  ]
  const rows = all
    .slice(0, MAX_ROWS)
    .map((each): Cell[] => [formatBytes(each.bytes), formatCount(each.files), nameOf(each)])
  const rest = all.length - rows.length
  return [
    '',
    ...renderTable({ columns, rows, width: view.width, style: view.style }),
    ...(rest > 0 ? [view.style('dim', `… and ${formatCount(rest)} more; --json lists them`)] : []),
  ]
}

function amountText({ bytes, files }: Amount): string {
  return `${formatCount(files)} (${formatBytes(bytes)})`
}
