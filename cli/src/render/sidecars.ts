import { isSkipped, type SidecarState } from '@spacedrive/core/domain'
import type { OutputOf } from '@spacedrive/client'
import { printable } from '../text/escape.ts'
import { formatBytes, formatCount, plural } from '../text/format.ts'
import type { Tone } from '../text/style.ts'
import { type Cell, type Column, renderTable } from '../text/table.ts'
import type { Renderers, View } from './view.ts'

export const sidecarRenderers: Renderers = {
  'sidecars.list': sidecarList,
  'sidecars.presence': (contents, view) =>
    table(
      [{ title: 'CONTENT' }, { title: 'THERE', shrink: 'end', min: 12 }],
      contents.map(({ contentId, variants }): Cell[] => [contentId, variants.map(printable).join(', ') || '–']),
      view,
    ),
  'sidecars.path': ({ path, contentId, remote }, view) =>
    path === null
      ? [
          ...(remote ? [`${printable(remote.name)} has it${remote.online ? '' : ', and is not connected'}.`] : []),
          view.style('dim', 'It is not there yet, and queued.'),
          view.withTypedCommands(`\`spacedrive sidecar list ${contentId}\` shows its state.`),
        ]
      : [printable(path)],
  'sidecars.where': (holders, view) =>
    holders.length === 0
      ? ['No device of this library has it, as far as is known.']
      : table(
          [{ title: 'DEVICE', shrink: 'end', min: 12 }, { title: 'STATE' }, { title: 'SIZE', align: 'right' }],
          holders.map(({ device, online, size, source }): Cell[] => [
            printable(device.name),
            source === 'own' ? 'here' : online ? 'connected' : 'not connected',
            size === null ? '' : formatBytes(size),
          ]),
          view,
        ),
  'sidecars.resolve': (items) => items.flatMap(({ path }) => (path === null ? [] : [printable(path)])),
  'sidecars.kinds': (kinds, view) =>
    table(
      [
        { title: 'KIND' },
        { title: 'NAME' },
        { title: 'DEFAULT', shrink: 'end', min: 8 },
        { title: 'VARIANTS', shrink: 'end', min: 8 },
      ],
      kinds.map(({ kind, label, usual, variants }): Cell[] => [
        printable(kind),
        printable(label),
        printable(usual),
        variants.map(printable).join(', '),
      ]),
      view,
    ),
  'sidecars.usage': usageTable,
  'sidecars.pending': pendingTable,
  'sidecars.regenerate': regenerateReport,
  'sidecars.retry': ({ queued }) => [queuedText(queued)],
  'sidecars.cancel': ({ cancelled }) => [
    cancelled === 0 ? 'Nothing was waiting.' : `${plural(cancelled, 'sidecar')} cancelled.`,
  ],
  'sidecars.cleanup': ({ bytes, files }) => [
    files === 0 ? 'There is nothing to remove.' : `${plural(files, 'file')}, ${formatBytes(bytes)}.`,
  ],
  'sidecars.convert': conversionReport,
  'sidecars.verify': verifyReport,
  'sidecars.reconcile': ({ adopted, requeued, setAside }) => [
    adopted + requeued + setAside === 0
      ? 'Files and records agree.'
      : `${formatCount(requeued)} to be made again, ${formatCount(adopted)} adopted, ${formatCount(setAside)} set aside.`,
  ],
}

/** The files that would be moved, and the files that stay, with the reason. */
export function movePreviewText(
  { bytes, conflictCount, conflicts, files, kinds }: OutputOf<'sidecars.previewConversion'>,
  undo: boolean,
): { readonly moves: string; readonly stays: readonly string[] } {
  const sorts = Object.entries(kinds).map(([kind, count]) => `${formatCount(count)} ${kind}`)
  const where = undo ? 'back to where they came from' : 'into the library'
  const more = conflictCount - conflicts.length
  return {
    moves: `Moves ${plural(files, 'file')} (${formatBytes(bytes)}; ${sorts.join(', ')}) ${where}.`,
    stays: [
      ...conflicts.map(({ message, path }) => `Stays: ${printable(path)}: ${printable(message)}`),
      ...(more > 0 ? [`And ${formatCount(more)} more that stay.`] : []),
    ],
  }
}

function conversionReport(output: OutputOf<'sidecars.convert'>, view: View): readonly string[] {
  const { conflictCount, files, job, undo } = output
  const { moves, stays } = movePreviewText(output, undo)
  if (files + conflictCount === 0) return [undo ? 'There is nothing to move back.' : 'There is nothing to move.']
  const warnings = stays.map((line) => view.style('warn', line))
  if (files === 0) return warnings
  return job === null ? [moves, ...warnings] : [moves, ...warnings, `Job ${job.id}`]
}

const tones: Readonly<Record<SidecarState, Tone>> = { pending: 'dim', generating: 'busy', ready: 'good', failed: 'bad' }

const listColumns: readonly Column[] = [
  { title: 'KIND' },
  { title: 'VARIANT', shrink: 'end', min: 12 },
  { title: 'STATE' },
  { title: 'SIZE', align: 'right' },
  { title: 'MADE BY', shrink: 'end', min: 10, drop: 1 },
]

function sidecarList({ contentId, items, showPaths }: OutputOf<'sidecars.list'>, view: View): readonly string[] {
  if (items.length === 0) return ['There is nothing yet.']
  const rows = items.map((item): Cell[] => [
    item.kind,
    printable(`${item.variant}.${item.format}`),
    stateCell(item),
    item.size === null ? '' : formatBytes(item.size),
    item.state === 'ready' ? makerText(item) : '',
    item.contentId,
  ])
  const reasons = items.flatMap(({ error, kind, note }) => {
    const said = error?.message ?? note
    return said === null ? [] : [`${kind}: ${view.withTypedCommands(printable(said))}`]
  })
  const paths = showPaths ? items.flatMap(({ path }) => (path === null ? [] : [printable(path)])) : []
  return [
    ...table(contentId === null ? [...listColumns, { title: 'CONTENT' }] : listColumns, rows, view),
    ...[...new Set(reasons)].map((reason) => view.style('warn', reason)),
    ...(paths.length > 0 ? ['', ...paths] : []),
  ]
}

/** The engine that made the sidecar; for a reference, how it was found. */
function makerText({ engine, source }: Pick<OutputOf<'sidecars.list'>['items'][number], 'engine' | 'source'>): string {
  if (source === 'reference') return engine === null ? 'reference' : printable(`reference, by ${engine.name}`)
  return engine === null ? '' : printable(`${engine.name} ${engine.version}`)
}

type WithState = { readonly state: SidecarState; readonly error: { readonly code: string } | null }

/** The word for the state of a sidecar. A file without anything to extract is skipped, not a failure. */
export function stateWord({ error, state }: WithState): SidecarState | 'skipped' {
  return state === 'failed' && error !== null && isSkipped(error) ? 'skipped' : state
}

function stateCell(item: WithState): Cell {
  const word = stateWord(item)
  return { text: word, tone: word === 'skipped' ? 'dim' : tones[word] }
}

function usageTable(usage: OutputOf<'sidecars.usage'>, view: View): readonly string[] {
  if (usage.length === 0) return ['There are no sidecars yet.']
  const rows = usage.map(({ bytes, files, kind, variant }): Cell[] => [
    kind,
    printable(variant),
    formatCount(files),
    formatBytes(bytes),
  ])
  const files = usage.reduce((sum, each) => sum + each.files, 0)
  const bytes = usage.reduce((sum, each) => sum + each.bytes, 0)
  return [
    ...table(
      [
        { title: 'KIND' },
        { title: 'VARIANT', shrink: 'end', min: 12 },
        { title: 'FILES', align: 'right' },
        { title: 'SIZE', align: 'right' },
      ],
      rows,
      view,
    ),
    view.style('dim', `${plural(files, 'file')}, ${formatBytes(bytes)}`),
  ]
}

function pendingTable(pending: OutputOf<'sidecars.pending'>, view: View): readonly string[] {
  if (pending.length === 0) return ['Nothing waits, and nothing has failed.']
  const rows = pending.map((each): Cell[] => [
    each.kind,
    printable(each.variant),
    stateCell(each),
    each.path === null ? '–' : printable(view.verbose ? each.path : nameOf(each.path)),
    each.error === null ? '' : { text: printable(each.error.message), tone: isSkipped(each.error) ? 'dim' : 'warn' },
  ])
  const columns: readonly Column[] = [
    { title: 'KIND' },
    { title: 'VARIANT', drop: 1 },
    { title: 'STATE' },
    { title: 'OF', shrink: 'middle', min: 16 },
    { title: 'WHY', shrink: 'end', min: 16 },
  ]
  return table(columns, rows, view)
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function queuedText(queued: number): string {
  return queued === 0 ? 'There is nothing to make.' : `${plural(queued, 'file')} to be made.`
}

function regenerateReport({ byKind, dryRun, queued }: OutputOf<'sidecars.regenerate'>): readonly string[] {
  const total = dryRun && queued > 0 ? `${plural(queued, 'file')} would be made.` : queuedText(queued)
  return [...byKind.map(({ files, kind, why }) => `${kind}: ${formatCount(files)}, ${printable(why)}`), total]
}

function verifyReport({ checked, problems }: OutputOf<'sidecars.verify'>, view: View): readonly string[] {
  const sum = `${plural(checked, 'file')} checked`
  if (problems.length === 0) return [view.style('good', `${sum}, all as they were made.`)]
  const rows = problems.map(({ kind, path, problem, variant }): Cell[] => [
    { text: problem, tone: 'bad' },
    kind ?? '–',
    variant === null ? '–' : printable(variant),
    printable(path),
  ])
  const columns: readonly Column[] = [
    { title: 'PROBLEM' },
    { title: 'KIND' },
    { title: 'VARIANT', drop: 1 },
    { title: 'FILE', shrink: 'middle', min: 20 },
  ]
  return [
    ...table(columns, rows, view),
    view.withTypedCommands(
      `${sum}, ${plural(problems.length, 'problem')}. \`spacedrive sidecar reconcile\` puts them right.`,
    ),
  ]
}

function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], { style, width }: View): string[] {
  return renderTable({ columns, rows, width, style })
}
