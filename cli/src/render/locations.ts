import { shellWord } from '@spacedrive/core/shell-word'
import type { Location, LocationState } from '@spacedrive/core/domain'
import { printable } from '../text/escape.ts'
import { renderFields } from '../text/fields.ts'
import { formatAgo, formatBytes, formatCount, formatDate, plural } from '../text/format.ts'
import type { Tone } from '../text/style.ts'
import { type Cell, type Column, renderTable } from '../text/table.ts'
import type { Renderers, View } from './view.ts'

export const locationRenderers: Renderers = {
  'locations.add': ({ location }) => [`Added ${named(location)}; indexing it now.`],
  'locations.scan': ({ location }, view) => [
    `Indexing ${named(location)}.`,
    ...(location.watch ? [] : [unwatchedLine(location, view)]),
  ],
  'locations.rescan': ({ location }) => [`Comparing ${named(location)} with the disk.`],
  'locations.list': locationList,
  'locations.info': locationFields,
  'locations.update': (location, view) => [`Changed ${named(location)}.`, ...locationFields(location, view)],
  'locations.pause': (location) => [`Paused ${named(location)}.`],
  'locations.resume': (location) => [`Going on with ${named(location)}.`],
  'locations.remove': ({ removedEntries }) => [
    `Removed the location and ${plural(removedEntries, 'entry', 'entries')} of the index. The files are untouched.`,
  ],
}

/** A user who scans a folder once may expect that later changes are found. */
function unwatchedLine({ path }: Location, { style, withTypedCommands }: View): string {
  const watch = `\`spacedrive location update ${shellWord(printable(path))} --watch true\``
  return style('dim', withTypedCommands(`Later changes are found by the next scan only; ${watch} follows them.`))
}

/** The colour of a location's state wherever it is shown. */
export const locationTones: Readonly<Record<LocationState, Tone>> = {
  pending: 'dim',
  scanning: 'busy',
  complete: 'good',
  paused: 'dim',
  offline: 'warn',
  error: 'bad',
}

const columns: readonly Column[] = [
  { title: 'NAME', shrink: 'end', min: 10 },
  { title: 'STATE' },
  { title: 'FILES', align: 'right' },
  { title: 'SIZE', align: 'right' },
  { title: 'SCANNED', drop: 1 },
  { title: 'PATH', shrink: 'middle', min: 16 },
]

function locationList(locations: readonly Location[], view: View): readonly string[] {
  if (locations.length === 0)
    return [view.withTypedCommands('There is no location yet; `spacedrive location add <folder>` adds one.')]
  if (view.verbose)
    return locations.flatMap((location, at) => [...(at > 0 ? [''] : []), ...locationFields(location, view)])
  const rows = locations.map((location): Cell[] => [
    printable(location.name),
    { text: location.state, tone: locationTones[location.state] },
    formatCount(location.counts.files),
    formatBytes(location.counts.bytes),
    location.lastScanAt === null ? 'never' : formatAgo(location.lastScanAt, view.now),
    printable(location.path),
  ])
  const reasons = locations.flatMap(({ name, error }) =>
    error === null ? [] : [view.style('warn', `${printable(name)}: ${printable(error)}`)],
  )
  return [...renderTable({ columns, rows, width: view.width, style: view.style }), ...reasons]
}

function locationFields(location: Location, view: View): readonly string[] {
  const { counts } = location
  return renderFields(
    [
      ['Location', printable(location.name)],
      ['Path', printable(location.path)],
      ['Id', location.id],
      [
        'State',
        view.style(locationTones[location.state], location.state) +
          (location.error === null ? '' : `: ${printable(location.error)}`),
      ],
      ['Mode', location.mode],
      ['Watched', location.watch ? 'yes' : 'no'],
      ['Rules', location.rules.length > 0 ? location.rules.map(printable).join(', ') : 'none'],
      ['Makes', policyText(location)],
      ['Depth', location.maxDepth === null ? null : plural(location.maxDepth, 'level')],
      ['Files', `${formatCount(counts.files)} (${formatBytes(counts.bytes)})`],
      ['Folders', formatCount(counts.directories)],
      ['Symlinks', counts.symlinks > 0 ? formatCount(counts.symlinks) : null],
      ['Special', counts.others > 0 ? formatCount(counts.others) : null],
      ['Scanned', location.lastScanAt === null ? 'never' : formatDate(location.lastScanAt)],
    ],
    view,
  )
}

/** `thumb: off; ocr: on`; null if the location has the policy of the device. */
function policyText({ policy }: Location): string | null {
  const choices = Object.entries(policy).map(([kind, choice]) => `${kind}: ${choice.split('+').join(', ')}`)
  return choices.length === 0 ? null : choices.join('; ')
}

function named({ name, path }: Location): string {
  return `${printable(name)} (${printable(path)})`
}
