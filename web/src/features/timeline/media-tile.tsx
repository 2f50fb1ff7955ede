import { Camera, File } from 'lucide-react'
import { memo } from 'react'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { cn, FilmMark, Skeleton, Thumbnail } from '../../ui/index.ts'
import { CheckMark } from '../browse/index.ts'
import { messages } from './messages.ts'
import type { MediaItem } from './use-media.ts'

interface MediaTileProps {
  readonly row: number
  readonly column: number
  /** Pixels from where the line begins. */
  readonly x: number
  /** Undefined while it is asked for. */
  readonly item: MediaItem | undefined
  /** Edge in pixels. */
  readonly size: number
  readonly library: string | null
  readonly isChosen: boolean
  readonly isTabStop: boolean
  /** It is not seen yet. */
  readonly isLater: boolean
}

/** A photo or a film; when it was taken, and what says so, at the pointer. */
export const MediaTile = memo(function MediaTile(props: MediaTileProps) {
  const { column, isChosen, isLater, isTabStop, item, library, row, size, x } = props
  const t = useMessages(messages)
  const taken = useTaken(item)
  return (
    <div
      role="gridcell"
      aria-colindex={column + 1}
      aria-selected={isChosen}
      aria-label={item && `${item.name}, ${taken}`}
      title={item && `${item.name}\n${taken}`}
      data-row={row}
      tabIndex={isTabStop ? 0 : -1}
      className={cn(
        'group bg-photo absolute top-0 overflow-hidden rounded-[4px] outline-offset-[-2px] select-none',
        item?.online === false && 'opacity-60',
      )}
      style={{ width: size, height: size, insetInlineStart: x }}
    >
      {item ? (
        <>
          <Thumbnail entry={item} library={library} size={size} isLater={isLater} isFilling />
          {item.type === 'video' && <FilmMark entry={item} label={t.video} className="end-1.5 top-1.5" />}
          <Caption item={item} />
          {isChosen && (
            <span
              aria-hidden
              className="border-accent ring-canvas absolute inset-0 rounded-[4px] border-3 ring-1 ring-inset forced-colors:border-[Highlight]"
            />
          )}
          <CheckMark isChosen={isChosen} className="absolute start-0.5 top-0.5" />
        </>
      ) : (
        <Skeleton className="size-full" />
      )}
    </div>
  )
})

/** In words: when it was taken, whether the photograph says so, whether it is a film, and whether it is there. */
function useTaken(item: MediaItem | undefined): string {
  const t = useMessages(messages)
  const { dateTime } = useFormat()
  if (!item) return ''
  const taken = t.taken(dateTime(item.takenAt), item.takenFrom === 'metadata' ? t.fromMetadata : t.fromFileOne)
  return [item.type === 'video' && t.video, taken, !item.online && t.offline].filter(Boolean).join(', ')
}

/** Below the pointer. The name of the tile has the same words: who speaks what they see must reach it. */
function Caption({ item: { takenAt, takenFrom } }: { item: MediaItem }) {
  const { dateTime } = useFormat()
  const Source = takenFrom === 'metadata' ? Camera : File
  return (
    <span
      aria-hidden
      className="invisible absolute inset-x-0 bottom-0 flex items-center gap-1 bg-black/65 px-1.5 py-0.5 text-xs text-white group-hover:visible group-focus-visible:visible"
    >
      <Source size={12} strokeWidth={1.75} className="shrink-0" />
      <span className="truncate">{dateTime(takenAt)}</span>
    </span>
  )
}
