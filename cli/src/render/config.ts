import { printable } from '../text/escape.ts'
import { renderFields } from '../text/fields.ts'
import { type Cell, renderTable } from '../text/table.ts'
import type { OutputOf } from '@spacedrive/client'
import type { Renderers, View } from './view.ts'

type Explained = OutputOf<'config.explain'>

export const configRenderers: Renderers = {
  'config.get': (values, view) =>
    // Scripts read a single value, so nothing else is printed.
    values.length === 1 && values[0]
      ? [valueText(values[0].value)]
      : renderTable({
          columns: [
            { title: 'KEY' },
            { title: 'VALUE', shrink: 'end', min: 12 },
            { title: 'FROM', shrink: 'middle', min: 8 },
          ],
          rows: values.map((value): Cell[] => [
            value.key,
            valueText(value.value),
            { text: sourceText(value), tone: 'dim' },
          ]),
          width: view.width,
          style: view.style,
        }),
  'config.set': changed,
  'config.unset': changed,
  'config.explain': (value, view) =>
    renderFields(
      [
        ['Key', value.key],
        ['Value', valueText(value.value)],
        ['From', sourceText(value)],
        ['Scope', value.scope === 'library' ? 'each library has its own value' : 'this device'],
        ['Meaning', printable(value.summary)],
      ],
      view,
    ),
}

function changed(value: OutputOf<'config.set'>, view: View): string[] {
  return [
    `${value.key} is ${valueText(value.value) || 'empty'} now (${sourceText(value)}).`,
    ...(value.restartNeeded ? [view.withTypedCommands('It takes effect after `spacedrive restart`.')] : []),
  ]
}

function valueText(value: unknown): string {
  return printable(typeof value === 'string' ? value : (JSON.stringify(value) ?? 'not set'))
}

function sourceText({ from, source }: Explained): string {
  return from === null ? source : `${source} ${printable(from)}`
}
