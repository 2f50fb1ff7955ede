import type { Entry } from '@spacedrive/core/domain'
import { memo } from 'react'
import type { Sort } from './browse-search.ts'
import { typeKey, typeNames, useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { cn, SafeName, Skeleton, Thumbnail } from '../../ui/index.ts'
import { CheckMark } from './check-mark.tsx'
import { EntryMarks } from './entry-marks.tsx'

interface Column {
  readonly id: Extract<Sort, 'name' | 'size' | 'modified' | 'created' | 'type'>
  readonly className: string
  /** The largest or latest is first as long as nobody turns it round. */
  readonly isDescending: boolean
  readonly isEnd?: true
}

/** Where there is little room the last columns go first. */
export const columns: readonly Column[] = [
  { id: 'name', className: 'min-w-0 flex-1', isDescending: false },
  { id: 'size', className: 'w-20 shrink-0 text-end', isDescending: true, isEnd: true },
  { id: 'modified', className: 'w-40 shrink-0 @max-[34rem]:hidden', isDescending: true },
  { id: 'created', className: 'w-40 shrink-0 @max-[60rem]:hidden', isDescending: true },
  { id: 'type', className: 'w-32 shrink-0 @max-[46rem]:hidden', isDescending: false },
]
const classOf = Object.fromEntries(columns.map(({ className, id }) => [id, className])) as Record<Column['id'], string>

interface ListRowProps {
  readonly row: number
  /** Undefined while it is asked for. */
  readonly entry: Entry | undefined
  readonly y: number
  readonly height: number
  readonly library: string | null
  readonly isChosen: boolean
  readonly isTabStop: boolean
  readonly isFaded: boolean
}

export const ListRow = memo(function ListRow(props: ListRowProps) {
  const { entry, height, isChosen, isFaded, isTabStop, library, row, y } = props
  return (
    <div
      role="row"
      aria-rowindex={row + 2}
      aria-selected={isChosen}
      data-row={row}
      tabIndex={isTabStop ? 0 : -1}
      className={cn(
        'group absolute inset-x-2 flex items-center gap-3 px-2 outline-offset-[-2px] select-none',
        isChosen ? 'bg-accent-soft forced-colors:bg-[Highlight]' : 'hover:bg-hover rounded-control',
      )}
      style={{ height, transform: `translateY(${y}px)` }}
    >
      {entry ? (
        <Cells
          entry={entry}
          library={library}
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
  readonly library: string | null
  readonly isChosen: boolean
  readonly isFaded: boolean
  /** Pixels of the picture. */
  readonly size: number
}

function Cells({ entry, library, isChosen, isFaded, size }: CellsProps) {
  const { bytes, date, dateTime } = useFormat()
  const types = useMessages(typeNames)
  const { createdAt, kind, modifiedAt, totalSize } = entry
  const shownSize = kind === 'directory' ? totalSize : entry.size
  const secondary = 'text-muted truncate tabular-nums'
  return (
    <>
      <div role="gridcell" className={cn(classOf.name, 'flex items-center gap-2')}>
        <Thumbnail entry={entry} library={library} size={size} iconSize={16} className={cn(isFaded && 'opacity-60')} />
        <SafeName name={entry.name} isCut className={cn(isFaded && 'text-muted')} />
        <EntryMarks entry={entry} />
        <CheckMark isChosen={isChosen} className="ms-auto -me-2" />
      </div>
      <div role="gridcell" className={cn(classOf.size, secondary)}>
        {shownSize === null ? '–' : bytes(shownSize)}
      </div>
      <div role="gridcell" className={cn(classOf.modified, secondary)} title={dateTime(modifiedAt)}>
        {date(modifiedAt)}
      </div>
      <div
        role="gridcell"
        className={cn(classOf.created, secondary)}
        title={createdAt ? dateTime(createdAt) : undefined}
      >
        {createdAt ? date(createdAt) : '–'}
      </div>
      <div role="gridcell" className={cn(classOf.type, secondary)}>
        {types[typeKey(entry)]}
      </div>
    </>
  )
}
