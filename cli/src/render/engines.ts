import { printable } from '../text/escape.ts'
import { formatBytes, formatDuration } from '../text/format.ts'
import type { Tone } from '../text/style.ts'
import { renderTable } from '../text/table.ts'
import type { OutputOf } from '@spacedrive/client'
import type { Renderers, View } from './view.ts'

type Engine = OutputOf<'engines.add'>

export const engineRenderers: Renderers = {
  'engines.list': engineTable,
  'engines.add': addedLines,
  'engines.remove': engineTable,
  'engines.test': ({ engine, said, tookMs }) => [
    `${[engine.name, engine.version].filter(Boolean).map(printable).join(' ')} gave ${printable(said)} in ${formatDuration(tookMs)}.`,
  ],
}

function addedLines({ gives, job, licence, name }: Engine, view: View): readonly string[] {
  const ready = `${view.style('good', '✓')} ${printable(name)} is ready: ${printable(gives)} (${printable(licence)}).`
  const again = 'To read your scans again with it: `spacedrive sidecar regenerate --kind ocr`'
  return job === 'ocr' ? [ready, view.withTypedCommands(again)] : [ready]
}

const tones: Readonly<Record<Engine['state'], Tone>> = {
  embedded: 'good',
  found: 'good',
  available: 'warn',
  missing: 'dim',
}

function engineTable(engines: OutputOf<'engines.list'>, view: View): readonly string[] {
  if (engines.length === 0) return ['No engines.']
  const table = renderTable({
    columns: [
      { title: 'JOB' },
      { title: 'NAME', shrink: 'end', min: 12 },
      { title: 'STATE' },
      { title: 'SIZE', align: 'right', drop: 1 },
      { title: 'LICENCE', shrink: 'end', drop: 2 },
      { title: 'GIVES', shrink: 'end', min: 16 },
    ],
    rows: engines.map(({ gives, job, licence, name, size, state, version }) => [
      job,
      printable([name, version].filter(Boolean).join(' ')),
      { text: state, tone: tones[state] },
      size === null ? '' : formatBytes(size),
      printable(licence),
      printable(gives),
    ]),
    width: view.width,
    style: view.style,
  })
  const absent = engines.filter(({ state }) => state === 'available' || state === 'missing')
  if (absent.length === 0) return table
  const ways = absent.map(
    ({ gives, how, name }) => `${printable(name)}, for ${printable(gives)}: ${view.withTypedCommands(printable(how))}`,
  )
  return [...table, '', view.style('dim', 'HOW TO GET THE OTHERS'), ...ways]
}
