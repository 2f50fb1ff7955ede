import { printable } from '../text/escape.ts'
import { renderFields } from '../text/fields.ts'
import { formatBytes, formatDuration } from '../text/format.ts'
import type { OutputOf } from '@spacedrive/client'
import { checkLines, checkSummary } from './checks.ts'
import { takenPortSentence } from './taken-port.ts'
import type { Renderers, View } from './view.ts'

export const systemRenderers: Renderers = {
  'system.status': statusFields,
  'system.doctor': doctorReport,
}

function statusFields(status: OutputOf<'system.status'>, view: View): readonly string[] {
  const { jobs } = status
  const taken = takenPortSentence(status)
  return renderFields(
    [
      [
        'Daemon',
        `${view.style('good', 'running')} for ${formatDuration(status.uptimeMs)}, version ${printable(status.version)}, process ${status.pid}`,
      ],
      ['Instance', printable(status.instance)],
      [
        'Library',
        status.library
          ? `${printable(status.library.name)}${status.libraries > 1 ? ` (of ${status.libraries})` : ''}`
          : 'none open',
      ],
      ['Jobs', jobsText(jobs)],
      ['Network', status.network.state],
      ['Memory', formatBytes(status.memory.rssBytes)],
      ['Data', printable(status.dataDir)],
      ['Explorer', status.explorer],
      ['HTTP', status.httpSocket === null ? null : printable(status.httpSocket)],
      ...(status.exposed ? [['For others', view.withTypedCommands(exposedText(status.exposed))] as const] : []),
      ...(taken === null ? [] : [['Port', view.withTypedCommands(taken)] as const]),
      ...status.notices.map((notice) => ['Note', view.withTypedCommands(printable(notice))] as const),
    ],
    view,
  )
}

/** The addresses for other machines, and the fingerprint that their users compare. */
function exposedText({ fingerprint, urls }: { urls: readonly string[]; fingerprint: string }): string {
  return `${urls[0] ?? ''}, certificate ${fingerprint}; \`spacedrive web expose --off\` ends it`
}

function doctorReport({ checks, engines }: OutputOf<'system.doctor'>, view: View): readonly string[] {
  const engineLines = engines.map(({ available, how, job, licence, name, version }) => {
    const state = available
      ? [printable(name), printable(version ?? ''), `(${licence})`].filter(Boolean).join(' ')
      : `${printable(name)}: ${view.withTypedCommands(printable(how))}`
    return `${view.style(available ? 'good' : 'dim', available ? '✓' : '–')} ${printable(job)}: ${state}`
  })
  return [
    ...checkLines(checks, view),
    ...(engineLines.length > 0 ? ['', view.style('dim', 'ENGINES'), ...engineLines] : []),
    '',
    checkSummary(checks, view),
  ]
}

function jobsText({ paused, queued, running }: OutputOf<'system.status'>['jobs']): string {
  if (running + queued + paused === 0) return 'none'
  return `${running} running, ${queued} queued${paused > 0 ? `, ${paused} paused` : ''}`
}
