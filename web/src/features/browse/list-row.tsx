import type { Entry } from '@spacedrive/core/domain'
import { memo } from 'react'
import { typeKey, typeNames, useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { cn, SafeName, Skeleton, Thumbnail } from '../../ui/index.ts'
import type { ColumnId, ColumnLayout } from './columns-kept.ts'
import { CheckMark } from './check-mark.tsx'
import { EntryMarks } from './entry-marks.tsx'
import { columns, widthOf } from './list-columns.ts'

interface ListRowProps {
  readonly row: number
  /** Undefined while it is asked for. */
  readonly entry: Entry | undefined
  readonly y: number
  readonly height: number
  readonly library: string | null
  readonly layout: ColumnLayout
  readonly isChosen: boolean
  readonly isTabStop: boolean
  readonly isFaded: boolean
}

export const ListRow = memo(function ListRow(props: ListRowProps) {
  const { entry, height, isChosen, isFaded, isTabStop, layout, library, row, y } = props
  return (
    <div
      role="row"
      aria-rowindex={row + 2}
      aria-selected={isChosen}
      data-row={row}
      tabIndex={isTabStop ? 0 : -1}
      className={cn(
        'group absolute inset-x-2 flex items-center gap-3 ps-2 pe-6 outline-offset-[-2px] select-none',
        isChosen ? 'bg-accent-soft forced-colors:bg-[Highlight]' : 'hover:bg-hover rounded-control',
      )}
      style={{ height, transform: `translateY(${y}px)` }}
    >
      {entry ? (
        <Cells
          entry={entry}
          library={library}
          layout={layout}
          isChosen={isChosen}
          isFaded={isFaded || entry.hiddenBy !== undefined}
          size={height - 8}
        />
      ) : (
        <div role="gridcell" className="flex-1">
          <Skeleton className="h-3 w-1/3" />
        </div>
      )}
    </div>
  )
})

interface CellsProps {
  readonly entry: Entry
  readonly layout: ColumnLayout
  readonly library: string | null
  readonly isChosen: boolean
  readonly isFaded: boolean
  /** Pixels of the picture. */
  readonly size: number
}

function Cells({ entry, layout, library, isChosen, isFaded, size }: CellsProps) {
  return (
    <>
      <div role="gridcell" className="flex min-w-0 flex-1 items-center gap-2">
        <span draggable className="flex min-w-0 items-center gap-2">
          <Thumbnail
            entry={entry}
            library={library}
            size={size}
            iconSize={16}
            className={cn(isFaded && 'opacity-60')}
          />
          <SafeName name={entry.name} isCut className={cn(isFaded && 'text-muted')} />
        </span>
        <EntryMarks entry={entry} />
        <CheckMark isChosen={isChosen} className="ms-auto -me-2" />
      </div>
      {layout.shown.map((id) => (
        <Cell key={id} id={id} entry={entry} width={widthOf(layout, id)} />
      ))}
    </>
  )
}

function Cell({ entry, id, width }: { entry: Entry; id: ColumnId; width: number }) {
  const { bytes, date, dateTime } = useFormat()
  const types = useMessages(typeNames)
  const { createdAt, extension, kind, modifiedAt, totalSize } = entry
  const shownSize = kind === 'directory' ? totalSize : entry.size
  const text: Readonly<Record<ColumnId, string>> = {
    size: shownSize === null ? '–' : bytes(shownSize),
    modified: date(modifiedAt),
    created: createdAt ? date(createdAt) : '–',
    type: types[typeKey(entry)],
    extension: extension || '–',
  }
  const time = id === 'modified' ? modifiedAt : id === 'created' ? createdAt : null
  return (
    <div
      role="gridcell"
      className={cn(
        'text-muted shrink-0 truncate tabular-nums',
        columns[id].className,
        columns[id].isEnd && 'text-end',
      )}
      style={{ width }}
      title={time ? dateTime(time) : undefined}
    >
      {text[id]}
    </div>
  )
}
