import type { OutputOf } from '@spacedrive/client'
import { printable } from '../text/escape.ts'
import { formatBytes, formatCount } from '../text/format.ts'
import { shortenMiddle } from '../text/shorten.ts'
import type { View } from './view.ts'

type Node = OutputOf<'files.sizes'>

/** Cells that a size takes. */
const SIZE_WIDTH = 9
const INDENT = 2

/** The lines of a folder's tree. Each line begins with the size. */
export function sizeTree(root: Node, view: View): readonly string[] {
  return linesOf(root, 0, view)
}

function linesOf({ children, kind, name, rest, size }: Node, level: number, view: View): string[] {
  const indent = ' '.repeat(level * INDENT)
  const line = (bytes: number, text: string) => `${formatBytes(bytes).padStart(SIZE_WIDTH)}  ${indent}${text}`
  const room = view.width - SIZE_WIDTH - INDENT - indent.length - 1
  const shown = shortenMiddle(printable(name), room)
  const more =
    rest && rest.count > 0 ? [view.style('dim', `${line(rest.size, '  ')}${formatCount(rest.count)} more`)] : []
  return [
    line(size, kind === 'directory' ? view.style('accent', `${shown}/`) : shown),
    ...(children ?? []).flatMap((child) => linesOf(child, level + 1, view)),
    ...(children ? more : []),
  ]
}
