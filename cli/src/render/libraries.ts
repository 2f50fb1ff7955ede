import type { Library, LibraryInfo } from '@spacedrive/core/domain'
import { printable } from '../text/escape.ts'
import { renderFields } from '../text/fields.ts'
import { formatBytes, formatCount, formatDate, formatDuration, plural } from '../text/format.ts'
import { type Cell, type Column, renderTable } from '../text/table.ts'
import { memberRenderers } from './library-members.ts'
import type { Renderers, View } from './view.ts'

export const libraryRenderers: Renderers = {
  ...memberRenderers,
  'libraries.create': (library) => [
    `Created the library ${quoted(library)} in ${printable(library.path)}. It is the current one.`,
  ],
  'libraries.list': libraryList,
  'libraries.open': (library) => [`Opened the library ${quoted(library)}. It is the current one.`],
  'libraries.switch': (library) => [`The current library is ${quoted(library)}.`],
  'libraries.current': (library) => [
    library ? `${printable(library.name)}  ${printable(library.path)}` : 'No library is open.',
  ],
  'libraries.info': libraryInfo,
  'libraries.close': (library) => [`Closed the library ${quoted(library)}.`],
  'libraries.rename': (library) => [`The library is called ${quoted(library)} now.`],
  'libraries.delete': ({ movedIn, path, trashed }) => [
    trashed
      ? `Removed the library; its folder is in the trash: ${printable(path)}`
      : `Forgot the library; its folder is still ${printable(path)}`,
    ...(movedIn && movedIn.files > 0
      ? [`In it is what was moved into it: ${plural(movedIn.files, 'file')} (${formatBytes(movedIn.bytes)}).`]
      : []),
  ],
  'libraries.backup': ({ path, bytes, verified }) => [
    `Wrote ${printable(path)} (${formatBytes(bytes)}${verified ? ', verified' : ''}).`,
  ],
  'libraries.check': ({ ok, fixed, problems, tookMs, goodBackup }, view) => [
    ...(fixed > 0 ? [`${plural(fixed, 'row')} repaired.`] : []),
    ok
      ? view.style('good', `The database is sound (${formatDuration(tookMs)}).`)
      : view.style('bad', `${plural(problems.length, 'problem')} found:`),
    ...problems.map(({ check, detail }) => `  ${check}: ${printable(detail)}`),
    ...(ok || goodBackup === null ? [] : [`The newest good backup is ${printable(goodBackup)}.`]),
  ],
  'libraries.optimize': ({ bytesBefore, bytesAfter, tookMs }) => [
    `From ${formatBytes(bytesBefore)} to ${formatBytes(bytesAfter)} in ${formatDuration(tookMs)}.`,
  ],
  'libraries.restore': ({ restored, setAside }) => [
    `Restored from ${printable(restored)}.`,
    ...(setAside === null ? [] : [`The damaged database is kept as ${printable(setAside)}.`]),
  ],
}

const listColumns: readonly Column[] = [
  { title: 'NAME', shrink: 'end', min: 12 },
  { title: 'STATE' },
  { title: 'PATH', shrink: 'middle', min: 20 },
]

function libraryList(libraries: readonly Library[], view: View): readonly string[] {
  if (libraries.length === 0)
    return [view.withTypedCommands('There is no library yet; `spacedrive library create <name>` makes one.')]
  const columns = view.verbose ? [...listColumns, { title: 'ID' }] : listColumns
  const rows = libraries.map((library): Cell[] => [
    printable(library.name),
    stateCell(library),
    printable(library.path),
    library.id,
  ])
  const failures = libraries.flatMap(({ name, error }) =>
    error === null ? [] : [view.style('bad', `${printable(name)}: ${printable(error)}`)],
  )
  return [...renderTable({ columns, rows, width: view.width, style: view.style }), ...failures]
}

function stateCell({ current, error, open }: Library): Cell {
  if (error !== null) return { text: 'broken', tone: 'bad' }
  if (!open) return { text: 'closed', tone: 'dim' }
  return current ? { text: 'current', tone: 'good' } : 'open'
}

function libraryInfo(info: LibraryInfo, view: View): readonly string[] {
  const { counts } = info
  const fields = renderFields(
    [
      ['Library', printable(info.name)],
      ['About', info.description ? printable(info.description) : null],
      ['Folder', printable(info.path)],
      ['Id', info.id],
      ['Created', formatDate(info.createdAt)],
      ['Mode', info.readOnly ? 'read-only' : null],
      ['Locations', formatCount(counts.locations)],
      ['Files', `${formatCount(counts.files)} (${formatBytes(counts.bytes)})`],
      ['Folders', formatCount(counts.directories)],
      ['Symlinks', counts.symlinks > 0 ? formatCount(counts.symlinks) : null],
      ['Special', counts.others > 0 ? formatCount(counts.others) : null],
      ['Contents', formatCount(counts.contents)],
      ['Duplicates', `${plural(counts.duplicateFiles, 'file')} (${formatBytes(counts.reclaimableBytes)} reclaimable)`],
      ['On disk', formatBytes(info.sizeOnDisk)],
    ],
    view,
  )
  const types = info.byType.filter(({ files }) => files > 0).toSorted((a, b) => b.bytes - a.bytes)
  if (types.length === 0) return fields
  const rows = types.map(({ type, files, bytes }): Cell[] => [type, formatCount(files), formatBytes(bytes)])
  const columns: Column[] = [{ title: 'TYPE' }, { title: 'FILES', align: 'right' }, { title: 'SIZE', align: 'right' }]
  return [...fields, '', ...renderTable({ columns, rows, width: view.width, style: view.style })]
}

function quoted({ name }: Library): string {
  return `"${printable(name)}"`
}
