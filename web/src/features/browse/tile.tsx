import type { Entry } from '@spacedrive/core/domain'
import { memo } from 'react'
import { useMessages } from '../../i18n/index.ts'
import { cn, FilmMark, SafeName, Skeleton, Thumbnail } from '../../ui/index.ts'
import { CheckMark } from './check-mark.tsx'
import { EntryMarks } from './entry-marks.tsx'
import { FolderPicture } from './folder-picture.tsx'
import { messages } from './messages.ts'
import { TileName } from './tile-name.tsx'

interface TileProps {
  readonly row: number
  readonly column: number
  readonly x: number
  /** Undefined while it is asked for. */
  readonly entry: Entry | undefined
  /** Edge of the picture in pixels. */
  readonly size: number
  readonly library: string | null
  readonly isChosen: boolean
  readonly isTabStop: boolean
  readonly isFaded: boolean
  /** It is not seen yet. */
  readonly isLater: boolean
  /** Folders show what is in them. */
  readonly hasContents: boolean
}

export const Tile = memo(function Tile(props: TileProps) {
  const { column, entry, isChosen, isTabStop, row, size, x } = props
  return (
    <div
      role="gridcell"
      aria-colindex={column + 1}
      aria-selected={isChosen}
      data-row={row}
      tabIndex={isTabStop ? 0 : -1}
      className={cn(
        'group rounded-tile absolute top-0 outline-offset-2 select-none',
        isChosen && 'bg-accent-soft ring-accent ring-2 forced-colors:outline-2',
      )}
      style={{ width: size, insetInlineStart: x }}
    >
      {entry ? <Content {...props} entry={entry} /> : <Skeleton className="w-full" />}
    </div>
  )
}, isSame)

/** A file asks for its picture once: whether it is seen says no more then. */
function isSame(before: TileProps, now: TileProps): boolean {
  const names = Object.keys(now) as (keyof TileProps)[]
  const isFile = now.entry !== undefined && now.entry.kind !== 'directory'
  return names.every((name) => before[name] === now[name] || (isFile && name === 'isLater'))
}

function Content({ entry, hasContents, isChosen, isFaded, isLater, library, size }: TileProps & { entry: Entry }) {
  const t = useMessages(messages)
  const fade = isFaded || entry.hiddenBy !== undefined ? 'opacity-60' : undefined
  const isFolder = entry.kind === 'directory'
  return (
    <>
      <div
        draggable
        className={cn('rounded-tile relative', isFolder ? 'overflow-hidden' : 'bg-photo', fade)}
        style={{ width: size, height: size }}
      >
        {isFolder ? (
          <FolderPicture entry={entry} library={library} size={size} hasContents={hasContents && !isLater} />
        ) : (
          <Thumbnail entry={entry} library={library} size={size} isLater={isLater} />
        )}
        {entry.type === 'video' && <FilmMark entry={entry} label={t.video} className="end-1.5 bottom-1.5" />}
        <CheckMark isChosen={isChosen} className="absolute start-0.5 top-0.5" />
      </div>
      <div
        className={cn('flex h-9 items-start justify-center gap-1 px-1 pt-1 text-xs leading-4', fade && 'text-muted')}
      >
        {isFolder ? (
          <span className="min-w-0 text-center">
            <SafeName name={entry.name} isCut className="justify-center" />
            {entry.childCount !== null && <span className="text-muted block">{t.items(entry.childCount)}</span>}
          </span>
        ) : (
          <TileName name={entry.name} width={size - 8} />
        )}
        <EntryMarks entry={entry} />
      </div>
    </>
  )
}
