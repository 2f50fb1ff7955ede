import type { SearchItem } from '@spacedrive/core/domain'
import { memo } from 'react'
import { typeKey, typeNames, useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { cn, SafeName, Skeleton, Thumbnail } from '../../ui/index.ts'
import { CheckMark, EntryMarks } from '../browse/index.ts'
import { messages } from './messages.ts'
import { placeHref } from './place-link.ts'
import { nameMarks } from './reasons.ts'
import { Why } from './why.tsx'

interface ResultRowProps {
  readonly row: number
  /** Undefined while it is asked for. */
  readonly item: SearchItem | undefined
  readonly y: number
  readonly height: number
  /** There is no room beside the name: what was found stands below it. */
  readonly isNarrow: boolean
  readonly library: string | null
  /** Where it lies, in words. */
  readonly place: string
  readonly isChosen: boolean
  readonly isTabStop: boolean
  readonly onShow: (item: SearchItem) => void
}

/** Pixels. */
const PICTURE = 40

export const ResultRow = memo(function ResultRow(props: ResultRowProps) {
  const { height, isChosen, isTabStop, item, row, y } = props
  return (
    <div
      role="row"
      aria-rowindex={row + 1}
      aria-selected={isChosen}
      data-row={row}
      tabIndex={isTabStop ? 0 : -1}
      className={cn(
        'group rounded-control absolute inset-x-2 flex items-center gap-3 px-2 outline-offset-[-2px] select-none',
        isChosen ? 'bg-accent-soft forced-colors:bg-[Highlight]' : 'hover:bg-hover',
        item && !item.online && 'text-muted',
      )}
      style={{ height, transform: `translateY(${y}px)` }}
    >
      {item ? (
        <Cells {...props} item={item} />
      ) : (
        <div role="gridcell" className="flex-1">
          <Skeleton className="h-3 w-1/3" />
        </div>
      )}
    </div>
  )
})

function Cells({ isChosen, isNarrow, item, library, onShow, place }: ResultRowProps & { item: SearchItem }) {
  const { bytes, date, dateTime } = useFormat()
  const types = useMessages(typeNames)
  const size = item.kind === 'directory' ? item.totalSize : item.size
  const fade = item.online ? undefined : 'opacity-60'
  return (
    <>
      <div role="gridcell" className="flex min-w-0 flex-1 items-center gap-3">
        <Thumbnail entry={item} library={library} size={PICTURE} iconSize={24} className={fade} />
        <div className="flex min-w-0 flex-1 flex-col">
          <span className="flex min-w-0 items-center gap-2">
            <SafeName name={item.name} isCut marks={nameMarks(item)} />
            <EntryMarks entry={item} />
          </span>
          <PlaceOf item={item} place={place} />
          {isNarrow && <Why item={item} library={library} lines={1} onShow={onShow} />}
        </div>
      </div>
      {!isNarrow && (
        <div role="gridcell" className="w-[42%] min-w-0 shrink-0">
          <Why item={item} library={library} lines={2} onShow={onShow} />
        </div>
      )}
      <div role="gridcell" className="text-muted w-24 shrink-0 text-end text-xs tabular-nums max-sm:w-16">
        <div className="truncate">{size === null ? types[typeKey(item)] : bytes(size)}</div>
        <div className="truncate max-sm:hidden" title={dateTime(item.modifiedAt)}>
          {date(item.modifiedAt)}
        </div>
      </div>
      <CheckMark isChosen={isChosen} className="-mx-2 shrink-0" />
    </>
  )
}

/** The folder it is in, as a way to go there; and whether its disk is plugged in. */
function PlaceOf({ item, place }: { item: SearchItem; place: string }) {
  const t = useMessages(messages)
  const isText = item.pathBase64 === undefined
  return (
    <span className="text-muted flex min-w-0 items-center gap-1.5 text-xs">
      {!item.online && <span className="text-warn shrink-0 font-medium">{t.offline}</span>}
      {isText ? (
        <a
          href={placeHref(item)}
          data-place
          tabIndex={-1}
          draggable={false}
          aria-label={t.showInFolder(place)}
          className="min-w-0 truncate hover:underline"
        >
          <bdi>{place}</bdi>
        </a>
      ) : (
        <bdi className="min-w-0 truncate">{place}</bdi>
      )}
    </span>
  )
}
