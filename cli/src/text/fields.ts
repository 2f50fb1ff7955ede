import type { Style } from './style.ts'
import { textWidth } from './width.ts'
import { wrap } from './wrap.ts'

/** `label  value` lines with the values in one column; a null value is left out, a long one wraps below itself. */
export function renderFields(
  fields: readonly (readonly [label: string, value: string | null])[],
  options: { readonly width: number; readonly style: Style },
): string[] {
  const shown = fields.filter((field): field is readonly [string, string] => field[1] !== null)
  const size = shown.reduce((max, [label]) => Math.max(max, textWidth(label)), 0)
  return shown.flatMap(([label, value]) =>
    wrap(value, Math.max(MIN_VALUE, options.width - size - 2)).map((line, at) => {
      const shownLabel = at === 0 ? label : ''
      return options.style('dim', shownLabel) + ' '.repeat(size - textWidth(shownLabel) + 2) + line
    }),
  )
}

/** A value is never squeezed below this, however narrow the screen. */
const MIN_VALUE = 20
