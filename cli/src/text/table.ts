import { shortenEnd, shortenMiddle } from './shorten.ts'
import type { Style, Tone } from './style.ts'
import { textWidth } from './width.ts'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** How it gives way on a narrow screen: cut at the end, in the middle (paths), or never. */
  readonly shrink?: 'end' | 'middle'
  /** The narrowest it may be cut to; 8 by default. */
  readonly min?: number
  /** Left out altogether where the rest does not fit; the highest number goes first. */
  readonly drop?: number
}

/** Plain text, already printable; the tone is laid on after it has been measured and cut. */
export type Cell =
  | string
  | {
      readonly text: string
      readonly tone?: Tone | undefined
      readonly paint?: ((shown: string) => string) | undefined
    }

interface TableOptions {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Cell[])[]
  /** The width of a line, in cells. */
  readonly width: number
  readonly style: Style
}

const GAP = '  '
const MIN_COLUMN = 8

/** Lines of an aligned table with a heading, none wider than `width` where cutting and leaving out can help it. */
export function renderTable({ columns, rows, width, style }: TableOptions): string[] {
  const shown = fitColumns(columns, rows, width)
  const heading = shown.map(({ column, size }, at) => pad(column, size, column.title, at === shown.length - 1))
  const body = rows.map((row) =>
    shown
      .map(({ column, index, size }, at) => renderCell(row[index] ?? '', column, size, at === shown.length - 1, style))
      .join(GAP)
      .trimEnd(),
  )
  return [style('dim', heading.join(GAP).trimEnd()), ...body]
}

interface Fitted {
  readonly column: Column
  readonly index: number
  size: number
}

function fitColumns(columns: readonly Column[], rows: readonly (readonly Cell[])[], width: number): Fitted[] {
  const natural = columns.map((column, index) => ({
    column,
    index,
    size: rows.reduce((max, row) => Math.max(max, textWidth(cellText(row[index] ?? ''))), textWidth(column.title)),
  }))
  // An empty column, such as the offline mark, takes no space.
  let shown = natural.filter(({ size }) => size > 0)
  for (;;) {
    const excess = total(shown) - width
    const room = shown.reduce((sum, { column, size }) => sum + Math.max(0, size - narrowest(column, size)), 0)
    const droppable = shown.filter(({ column }) => column.drop !== undefined)
    if (excess <= room || droppable.length === 0) break
    const last = droppable.reduce((a, b) => ((a.column.drop ?? 0) >= (b.column.drop ?? 0) ? a : b))
    shown = shown.filter((candidate) => candidate !== last)
  }
  for (let excess = total(shown) - width; excess > 0; excess--) {
    const widest = shown
      .filter(({ column, size }) => size > narrowest(column, size))
      .reduce<Fitted | null>((a, b) => (a && a.size >= b.size ? a : b), null)
    if (!widest) break
    widest.size--
  }
  return shown
}

function narrowest(column: Column, size: number): number {
  return column.shrink ? Math.min(size, Math.max(column.min ?? MIN_COLUMN, textWidth(column.title))) : size
}

function total(shown: readonly Fitted[]): number {
  return shown.reduce((sum, { size }) => sum + size + GAP.length, -GAP.length)
}

function renderCell(cell: Cell, column: Column, size: number, isLast: boolean, style: Style): string {
  const text = cellText(cell)
  const cut = column.shrink === 'middle' ? shortenMiddle(text, size) : column.shrink ? shortenEnd(text, size) : text
  const padded = pad(column, size, cut, isLast)
  if (typeof cell === 'string') return padded
  const painted = cell.paint ? cell.paint(cut) : cell.tone ? style(cell.tone, cut) : cut
  return padded.replace(cut, () => painted)
}

function pad(column: Column, size: number, text: string, isLast: boolean): string {
  const space = ' '.repeat(Math.max(0, size - textWidth(text)))
  if (column.align === 'right') return space + text
  return isLast ? text : text + space
}

function cellText(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text
}
