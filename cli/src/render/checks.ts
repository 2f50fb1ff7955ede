import { printable } from '../text/escape.ts'
import { plural } from '../text/format.ts'
import type { Tone } from '../text/style.ts'
import { wrap } from '../text/wrap.ts'
import type { View } from './view.ts'

/** The result of one check, and its remedy. */
export interface Check {
  readonly name: string
  readonly state: 'ok' | 'warning' | 'error'
  readonly detail: string
  readonly fix: string | null
}

const tones: Readonly<Record<Check['state'], Tone>> = { ok: 'good', warning: 'warn', error: 'bad' }
const marks: Readonly<Record<Check['state'], string>> = { ok: '✓', warning: '!', error: '✗' }

/** A line with a mark for each check, and its remedy on the line below. */
export function checkLines(checks: readonly Check[], view: View): readonly string[] {
  const size = checks.reduce((max, { name }) => Math.max(max, printable(name).length), 0)
  const indent = ' '.repeat(size + 4)
  return checks.flatMap(({ detail, fix, name, state }) => {
    const [first = '', ...rest] = wrap(
      view.withTypedCommands([printable(detail), ...(fix === null ? [] : [`→ ${fixText(fix)}`])].join('\n')),
      view.width - size - 4,
    )
    return [
      `${view.style(tones[state], marks[state])} ${printable(name).padEnd(size)}  ${first}`,
      ...rest.map((line) => indent + line),
    ]
  })
}

/** A remedy is a sentence or a command alone. */
function fixText(fix: string): string {
  return fix.startsWith('spacedrive ') ? `\`${printable(fix)}\`` : printable(fix)
}

/** How much is to be seen to. */
export function checkSummary(checks: readonly Check[], { style }: View): string {
  const count = checks.filter(({ state }) => state !== 'ok').length
  if (count === 0) return style('good', 'Everything is in order.')
  return style(checks.some(({ state }) => state === 'error') ? 'bad' : 'warn', `${plural(count, 'thing')} to look at.`)
}
