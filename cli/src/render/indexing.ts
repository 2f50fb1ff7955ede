import type { OutputOf } from '@spacedrive/client'
import { printable } from '../text/escape.ts'
import { formatBytes, formatCount, formatDuration, plural } from '../text/format.ts'
import { shortenMiddle } from '../text/shorten.ts'
import { entryTable } from './entries.ts'
import type { Renderers, View } from './view.ts'

/** More differences than this are counted, not listed; `--json` has them all. */
const MAX_DIFFERENCES = 50

function unreadLines(all: OutputOf<'indexing.verify'>['unreadable'], view: View): string[] {
  return all.map(({ message, path }) =>
    // Many messages name the path themselves.
    view.style('warn', printable(message.includes(path) ? message : `${path}: ${message}`)),
  )
}

export const indexingRenderers: Renderers = {
  'indexing.location': ({ location }) => [`Indexing ${printable(location.name)} (${printable(location.path)}).`],
  'indexing.quickScan': ({ path, persisted, counts, tookMs, warnings }, view) => [
    `${printable(path)}: ${plural(counts.files, 'file')}, ${counts.symlinks > 0 ? `${plural(counts.symlinks, 'link')}, ` : ''}${plural(counts.directories, 'folder')}, ${formatBytes(counts.bytes)} in ${formatDuration(tookMs)}`,
    persisted ? 'What was found is in the index.' : 'Nothing was written to the index.',
    ...unreadLines(warnings, view),
  ],
  'indexing.browse': ({ items, path, tookMs, total }, view) => [
    ...(items.length > 0 ? entryTable(items, view) : ['This folder is empty.']),
    view.style(
      'dim',
      `${items.length < total ? `${formatCount(items.length)} of ` : ''}${plural(total, 'entry', 'entries')} in ${printable(path)}, ${formatDuration(tookMs)}`,
    ),
  ],
  'indexing.verify': ({ checked, differences, fixed, tookMs, total, unreadable, unreadableTotal }, view) => {
    const shown = differences.slice(0, MAX_DIFFERENCES)
    const size = shown.reduce((max, { kind }) => Math.max(max, kind.length), 0)
    return [
      ...shown.map(
        ({ kind, path }) =>
          `${view.style('warn', kind.padEnd(size))}  ${shortenMiddle(printable(path), view.width - size - 2)}`,
      ),
      ...(total > shown.length ? [`… and ${formatCount(total - shown.length)} more; --json lists them`] : []),
      ...unreadLines(unreadable.slice(0, MAX_DIFFERENCES), view),
      ...(unreadableTotal > MAX_DIFFERENCES
        ? [`… and ${formatCount(unreadableTotal - MAX_DIFFERENCES)} more that could not be read`]
        : []),
      total === 0
        ? view.style(
            unreadableTotal > 0 ? 'warn' : 'good',
            `The index equals the disk${unreadableTotal > 0 ? ', as far as it could be read' : ''}: ${plural(checked, 'entry', 'entries')} checked in ${formatDuration(tookMs)}.`,
          )
        : view.style(
            'bad',
            `${plural(total, 'difference')} in ${plural(checked, 'entry', 'entries')}, checked in ${formatDuration(tookMs)}.`,
          ),
      ...(fixed > 0 ? [`Repaired ${plural(fixed, 'difference')} by scanning the folders again.`] : []),
    ]
  },
  'indexing.explain': ({ hiddenAt, indexed, path, reason, rule }, view) => [
    `${printable(path)}: ${indexed ? view.style('good', 'indexed') : view.style('warn', 'not indexed')}`,
    `  ${printable(reason)}`,
    ...(rule === null
      ? []
      : [
          `  rule     ${printable(rule.name)}`,
          `  from     ${printable(rule.source)}`,
          `  pattern  ${printable(rule.pattern)}`,
        ]),
    ...(hiddenAt === null || hiddenAt === path ? [] : [`  at       ${printable(hiddenAt)}`]),
  ],
}
