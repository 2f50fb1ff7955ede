import type { ColumnId, ColumnLayout } from './columns-kept.ts'

interface Column {
  /** Where there is little room, the last columns go first. */
  readonly className: string
  /** Pixels. */
  readonly width: number
  /** The largest or latest is first, unless a person has turned the order round. */
  readonly isDescending: boolean
  readonly isEnd?: true
}

export const columns: Readonly<Record<ColumnId, Column>> = {
  size: { className: '', width: 80, isDescending: true, isEnd: true },
  modified: { className: '@max-[34rem]:hidden', width: 160, isDescending: true },
  created: { className: '@max-[60rem]:hidden', width: 160, isDescending: true },
  type: { className: '@max-[46rem]:hidden', width: 128, isDescending: false },
  extension: { className: '@max-[60rem]:hidden', width: 88, isDescending: false },
}

/** Pixels of a column in a layout. */
export function widthOf({ widths }: ColumnLayout, id: ColumnId): number {
  return widths[id] ?? columns[id].width
}
