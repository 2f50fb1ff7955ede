import type { OutputOf } from '@spacedrive/client'
import { printable } from '../text/escape.ts'
import { renderFields } from '../text/fields.ts'
import { formatAgo, formatBytes, formatCount, formatLeft, plural } from '../text/format.ts'
import type { Tone } from '../text/style.ts'
import { type Cell, renderTable } from '../text/table.ts'
import { shortId } from '../short-id.ts'
import type { Renderers, View } from './view.ts'

export type Transfer = OutputOf<'transfers.info'>

export const transferRenderers: Renderers = {
  'transfers.list': transferTable,
  'transfers.info': transferFields,
  'transfers.pause': (transfer) => [`${named(transfer)} is paused; what is here stays.`],
  'transfers.resume': (transfer) => [`${named(transfer)} goes on.`],
  'transfers.cancel': (transfer) => [`${named(transfer)} is ${transfer.state}.`],
}

export const transferTones: Readonly<Record<Transfer['state'], Tone>> = {
  waiting: 'dim',
  preparing: 'accent',
  running: 'accent',
  paused: 'warn',
  completed: 'good',
  failed: 'bad',
  cancelled: 'dim',
}

/** Source and target of the fetched files. */
export function fetchedLines(transfers: readonly Transfer[], { style }: View): string[] {
  return transfers.map(
    (transfer) =>
      `${style('accent', shortId(transfer.id))} ${named(transfer)} from ${printable(transfer.device.name)} to ${printable(transfer.folder ?? '')}`,
  )
}

/** `1.2 GB of 3.4 GB` */
export function amount({ bytes, files }: Transfer): string {
  if (bytes.total === null) return files.total === null ? '' : plural(files.total, 'file')
  return bytes.done >= bytes.total
    ? formatBytes(bytes.total)
    : `${formatBytes(bytes.done)} of ${formatBytes(bytes.total)}`
}

/** `5.1 MB/s, 12 s left, over tcp` */
export function pace({ etaMs, rate, via }: Transfer): string {
  return [
    rate === null ? '' : `${formatBytes(rate)}/s`,
    etaMs === null ? '' : `${formatLeft(etaMs)} left`,
    via === null ? '' : `over ${via}`,
  ]
    .filter(Boolean)
    .join(', ')
}

function named({ title }: Transfer): string {
  return printable(title)
}

function transferTable(transfers: OutputOf<'transfers.list'>, view: View): readonly string[] {
  if (transfers.length === 0)
    return [
      view.withTypedCommands('No files are on their way; `spacedrive network fetch <address>` has some sent here.'),
    ]
  return renderTable({
    columns: [
      { title: 'ID' },
      { title: 'WHAT', shrink: 'end', min: 12 },
      { title: 'DEVICE', shrink: 'end', min: 8 },
      { title: 'STATE' },
      { title: 'AMOUNT', align: 'right' },
      { title: 'PACE', drop: 1 },
      { title: 'BEGUN', drop: 2 },
    ],
    rows: transfers.map((transfer): Cell[] => [
      view.verbose ? transfer.id : shortId(transfer.id),
      named(transfer),
      `${transfer.direction === 'in' ? 'from' : 'to'} ${printable(transfer.device.name)}`,
      { text: stateOf(transfer), tone: transfer.failed > 0 ? 'warn' : transferTones[transfer.state] },
      amount(transfer),
      pace(transfer),
      formatAgo(transfer.createdAt, view.now),
    ]),
    width: view.width,
    style: view.style,
  })
}

/** More are counted, not listed. */
const MAX_FAILURES = 20

function transferFields(transfer: Transfer, view: View): readonly string[] {
  const { device, direction, error, failed, failures, files, folder, id, leftOut, state } = transfer
  const fields = renderFields(
    [
      ['Transfer', `${named(transfer)}, ${id}`],
      [direction === 'in' ? 'From' : 'To', printable(device.name)],
      ['Folder', folder === null ? null : printable(folder)],
      [
        'State',
        view.style(transferTones[state], stateOf(transfer)) + (error === null ? '' : `: ${printable(error.message)}`),
      ],
      ['Files', files.total === null ? null : `${formatCount(files.done)} of ${formatCount(files.total)}`],
      ['Bytes', amount(transfer) || null],
      ['Pace', pace(transfer) || null],
      ['Begun', formatAgo(transfer.createdAt, view.now)],
      [
        'Left out',
        leftOut === 0
          ? null
          : `${plural(leftOut, 'file or folder', 'files and folders')}: links, unreadable files, or files of Spacedrive itself`,
      ],
    ],
    view,
  )
  const notes = transfer.notes.map(({ message, path }) => `  ${printable(path)}: ${printable(message)}`)
  if (failures.length === 0) return [...fields, ...notes]
  const shown = failures
    .slice(0, MAX_FAILURES)
    .map(({ message, path }) => `  ${printable(path)}: ${printable(message)}`)
  const rest = failed - shown.length
  return [
    ...fields,
    view.style('warn', failed === 0 ? 'Had from another device:' : `${plural(failed, 'file')} could not be had:`),
    ...shown,
    ...(rest > 0 ? [`  … and ${plural(rest, 'other')}`] : []),
    ...notes,
  ]
}

function stateOf({ failed, state }: Transfer): string {
  return failed > 0 ? `${state}, ${formatCount(failed)} failed` : state
}
