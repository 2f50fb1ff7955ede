import type { OutputOf } from '@spacedrive/client'
import { printable } from '../text/escape.ts'
import { formatBytes, formatCount, plural } from '../text/format.ts'
import { wrap } from '../text/wrap.ts'
import type { View } from './view.ts'

type Comparison = OutputOf<'files.compare'>

/** Each difference in one line with paths below the two folders, then one sentence that adds up. */
export function comparisonLines(comparison: Comparison, view: View): readonly string[] {
  const { counts, different, failures, left, moved, onlyLeft, onlyRight, right } = comparison
  const { style } = view
  const below = (top: string, path: string) =>
    printable(path === top ? path : path.slice(top.length).replace(/^\//, ''))
  const lists = [
    { name: `Only in ${printable(left)}`, count: counts.onlyLeft, lines: onlyLeft.map(oneSided(left)) },
    {
      name: `Only in ${printable(right)}`,
      count: counts.onlyRight,
      lines: onlyRight.map(oneSided(right)),
    },
    {
      name: 'Different',
      count: counts.different,
      lines: different.map((pair) => {
        const path = below(left, pair.left)
        const other = below(right, pair.right)
        return path === other ? path : `${path}  ${other}`
      }),
    },
    {
      name: 'At another path, with the same content',
      count: counts.moved,
      lines: moved.map((pair) => `${below(left, pair.left)}  →  ${below(right, pair.right)}`),
    },
    {
      name: 'Not compared',
      count: failures.length,
      lines: failures.map(({ message }) => style('warn', printable(message))),
    },
  ].filter(({ count }) => count > 0)
  const details = lists.flatMap(({ count, lines, name }) => [
    style('dim', `${name} (${formatCount(count)})`),
    ...lines.map((line) => `  ${line}`),
    ...(count > lines.length ? [style('dim', `  ${formatCount(count - lines.length)} more; --limit shows more`)] : []),
    '',
  ])
  return [...details, ...wrap(summary(comparison), view.width)]
}

function oneSided(top: string): (found: Comparison['onlyLeft'][number]) => string {
  return ({ path, size }) =>
    `${printable(path.slice(top.length).replace(/^\//, ''))}${size > 0 ? `  ${formatBytes(size)}` : ''}`
}

function summary({ counts, failures, same }: Comparison): string {
  const differences = counts.onlyLeft + counts.onlyRight + counts.different + counts.moved
  if (differences === 0 && failures.length === 0) return `No differences: ${plural(same, 'file')} compared.`
  return `${plural(differences, 'difference')}; ${plural(same, 'file')} equal.`
}
