import { printable } from '../text/escape.ts'
import { renderFields } from '../text/fields.ts'
import { formatBytes, formatCount, formatDate } from '../text/format.ts'
import { renderTable } from '../text/table.ts'
import type { View } from './view.ts'

type Thing = Readonly<Record<string, unknown>>

/** An output without a renderer of its own: a list of things is a table, one thing is a line for each of its fields. */
export function plainLines(output: unknown, view: View): readonly string[] {
  if (isThing(output)) return thingLines(output, view)
  if (!Array.isArray(output)) return output === null ? ['Nothing.'] : [valueText('', output)]
  return output.length === 0 ? ['Nothing.'] : listLines(output, view)
}

function thingLines(thing: Thing, view: View): readonly string[] {
  const fields = Object.entries(thing)
  const plain = fields.filter(([, value]) => !isList(value) && !isThing(value))
  const nested = fields.filter(([, value]) => isThing(value) || (isList(value) && value.length > 0))
  return [
    ...renderFields(
      plain.map(([name, value]) => [label(name), value === null ? null : valueText(name, value)]),
      view,
    ),
    ...nested.flatMap(([name, value]) => [view.style('heading', label(name)), ...plainLines(value, view)]),
  ]
}

function listLines(items: readonly unknown[], view: View): readonly string[] {
  const things = items.filter(isThing)
  const names = [...new Set(things.flatMap((thing) => Object.keys(thing)))]
  const shown = names.filter((name) => things.every((thing) => !isThing(thing[name]) && !isList(thing[name])))
  if (things.length < items.length || shown.length === 0) return items.map((item) => valueText('', item))
  return renderTable({
    columns: shown.map((name, at) => ({
      title: label(name).toUpperCase(),
      shrink: /path|folder/i.test(name) ? 'middle' : 'end',
      // On a narrow screen the last columns are left out; the first says which thing it is.
      ...(at === 0 ? {} : { drop: at }),
      ...(things.every((thing) => typeof thing[name] === 'number') ? { align: 'right' } : {}),
    })),
    rows: things.map((thing) => shown.map((name) => valueText(name, thing[name]))),
    width: view.width,
    style: view.style,
  })
}

function isThing(value: unknown): value is Thing {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

/** `createdAt` reads `Created at`. */
function label(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return printable(words.charAt(0).toUpperCase() + words.slice(1))
}

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d/

function valueText(name: string, value: unknown): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'number') return numberText(name, value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return isoTime.test(value) ? formatDate(value) : printable(value)
  return printable(JSON.stringify(value))
}

function numberText(name: string, value: number): string {
  if (/bytes|size$/i.test(name)) return formatBytes(value)
  return Number.isInteger(value) ? formatCount(value) : String(value)
}
