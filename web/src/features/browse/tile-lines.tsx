import type { Entry } from '@spacedrive/core/domain'
import { useState } from 'react'
import { useLibraryId } from '../../api/index.ts'
import type { Choice } from './choice.ts'
import { rowsToRender } from './rows-to-render.ts'
import { isChosen } from './selection.ts'
import { Tile } from './tile.tsx'
import type { VirtualRows } from './use-virtual-rows.ts'
import type { Span } from './virtual-scroll.ts'

/** Pixels. */
const GAP = 12
/** Pixels around all tiles. */
export const TILE_PADDING = 12
/** Two lines of a name, and the room around them. */
const LABEL_HEIGHT = 40

/** The least edge of two tiles side by side, in pixels. */
const LEAST_OF_TWO = 120

/** How tiles of one size stand in lines. */
export interface TileGrid {
  /** Edge of a tile in pixels: at least the requested one, except on a narrow window. */
  readonly size: number
  readonly columns: number
  readonly lines: number
  /** Pixels from one line to the next. */
  readonly lineHeight: number
  /** Pixels from the start of a line. */
  readonly xOf: (column: number) => number
  /** The column at a place of a line; may be none. */
  readonly columnAt: (x: number) => number
  /** Rows of lines. */
  readonly rowsOf: (lines: Span) => Span
  /** The view is so wide. */
  readonly setWidth: (width: number) => void
}

/** As many tiles side by side as there is room for; they share the room, so that the gaps stay the same. */
export function useTileGrid(least: number, total: number): TileGrid {
  const [width, setWidth] = useState(0)
  const room = Math.max(least, width - 2 * TILE_PADDING)
  // On a narrow window two smaller tiles show more than one that fills it.
  const fitting = Math.floor((room + GAP) / (least + GAP))
  const columns = fitting === 1 && room >= 2 * LEAST_OF_TWO + GAP ? 2 : Math.max(1, fitting)
  const size = width > 0 ? Math.floor((room - (columns - 1) * GAP) / columns) : least
  return {
    size,
    columns,
    lines: Math.ceil(total / columns),
    lineHeight: size + LABEL_HEIGHT + GAP,
    xOf: (column) => TILE_PADDING + column * (size + GAP),
    columnAt: (x) => Math.floor((x - TILE_PADDING) / (size + GAP)),
    rowsOf: ({ first, last }) => ({
      first: first * columns,
      last: Math.max(first * columns, Math.min(total, (last + 1) * columns) - 1),
    }),
    setWidth,
  }
}

interface TileLinesProps<E extends Entry> {
  readonly grid: TileGrid
  readonly virtual: Pick<VirtualRows, 'seen' | 'span' | 'yOf'>
  readonly total: number
  readonly choice: Choice
  readonly entryAt: (row: number) => E | undefined
  readonly isFaded: (entry: E | undefined) => boolean
  /** Folders show what is in them. */
  readonly hasContents: boolean
}

/** The lines of tiles that are rendered. */
export function TileLines<E extends Entry>(props: TileLinesProps<E>) {
  const { choice, entryAt, grid, hasContents, isFaded, total, virtual } = props
  const library = useLibraryId()
  const { columns, lineHeight, lines, size, xOf } = grid
  const { seen, span, yOf } = virtual
  const active = choice.active ?? 0
  return rowsToRender(span, Math.floor(active / columns), lines).map((line) => (
    <div
      key={line}
      role="row"
      aria-rowindex={line + 1}
      className="contain-layout contain-size contain-style absolute inset-x-0"
      style={{ height: lineHeight, transform: `translateY(${yOf(line)}px)` }}
    >
      {rowsOfLine(line, columns, total).map((row) => {
        const entry = entryAt(row)
        return (
          <Tile
            key={row}
            row={row}
            column={row % columns}
            x={xOf(row % columns)}
            entry={entry}
            size={size}
            library={library}
            isChosen={isChosen(choice.selection, row)}
            isTabStop={row === active}
            isFaded={isFaded(entry)}
            isLater={line < seen.first || line > seen.last}
            hasContents={hasContents}
          />
        )
      })}
    </div>
  ))
}

function rowsOfLine(line: number, columns: number, total: number): number[] {
  const start = line * columns
  return Array.from({ length: Math.max(0, Math.min(columns, total - start)) }, (_, i) => start + i)
}
