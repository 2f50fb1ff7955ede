import { type CSSProperties, memo, type MouseEvent, useMemo } from 'react'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { cn, kindColor, KindIcon, SafeName, useElementSize } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { type FolderSize, layoutTreemap, type Tile } from './treemap-layout.ts'

interface SizeMapProps {
  readonly folder: FolderSize
  readonly label: string
  /** Path of the entry that is pointed at, here or in the table. */
  readonly pointed: string | null
  readonly selected: string | undefined
  readonly onPoint: (path: string | null) => void
  /** A folder is gone into, a file is chosen. */
  readonly onChoose: (node: FolderSize) => void
  readonly onOpen: (node: FolderSize) => void
  /** What is too small for a tile of its own. */
  /** A menu is opened at it; null: at none. */
  readonly onMenu: (node: FolderSize | null) => void
  readonly onRest: (folder: FolderSize) => void
}

const NO_SIZE = { width: 0, height: 0 }

/** Area is size, colour is kind. For the pointer; keys and readers have the table. */
export function SizeMap({ folder, label, onChoose, onMenu, onOpen, onPoint, onRest, pointed, selected }: SizeMapProps) {
  const [attach, size] = useElementSize()
  const { height, width } = size ?? NO_SIZE
  const tiles = useMemo(() => layoutTreemap(folder, { width, height }), [folder, height, width])
  const tileOf = (event: MouseEvent) => {
    const index = (event.target as Element).closest<HTMLElement>('[data-tile]')?.dataset['tile']
    return index === undefined ? undefined : tiles[Number(index)]
  }
  const events = {
    onClick: (event: MouseEvent) => {
      const tile = tileOf(event)
      if (tile?.rest) onRest(tile.node)
      else if (tile) onChoose(tile.node)
    },
    onDoubleClick: (event: MouseEvent) => {
      const tile = tileOf(event)
      if (tile && !tile.rest && tile.node.kind !== 'directory') onOpen(tile.node)
    },
    onContextMenu: (event: MouseEvent) => {
      const tile = tileOf(event)
      onMenu(tile && !tile.rest ? tile.node : null)
    },
    onMouseMove: (event: MouseEvent) => onPoint(tileOf(event)?.node.path ?? null),
    onMouseLeave: () => onPoint(null),
  }
  const outlined = tiles.find(({ node, rest }) => !rest && node.path === pointed)
  const chosen = tiles.find(({ node, rest }) => !rest && node.path === selected)
  return (
    <div
      ref={attach}
      role="img"
      aria-label={label}
      {...events}
      className="relative min-h-0 min-w-0 flex-1 overflow-hidden"
    >
      {tiles.map((tile, i) => (
        <TileBox key={tile.rest ? `${tile.node.path} rest` : tile.node.path} tile={tile} index={i} />
      ))}
      {chosen && <Outline tile={chosen} className="border-accent border-3" />}
      {outlined && <Outline tile={outlined} className="border-text border-2" />}
    </div>
  )
}

/** Pixels from which there is room for a name, and for a size below it. */
const NAME_ROOM = { width: 44, height: 20 }
/** Below this a name is cut at its end: both of its ends would be too short to be read. */
const MIDDLE_ROOM = 120
const SIZE_ROOM = { width: 56, height: 40 }

const TileBox = memo(function TileBox({ index, tile }: { tile: Tile; index: number }) {
  const t = useMessages(messages)
  const { bytes } = useFormat()
  const { heading, height, node, rest, width } = tile
  const size = rest ? rest.size : node.size
  const isFolder = !rest && node.kind === 'directory'
  const hasName = width >= NAME_ROOM.width && height >= NAME_ROOM.height
  const hasSize = heading === 0 && width >= SIZE_ROOM.width && height >= SIZE_ROOM.height
  const name = rest ? t.rest(rest.count) : node.name
  return (
    <div
      data-tile={index}
      title={`${name}\n${bytes(size)}`}
      className={cn(
        'absolute overflow-hidden rounded-[3px] border text-xs',
        rest
          ? 'border-line-strong bg-sunken text-muted border-dashed'
          : isFolder
            ? 'border-line-strong bg-panel'
            : KIND,
      )}
      style={
        {
          insetInlineStart: tile.x,
          top: tile.y,
          width,
          height,
          '--kind': isFolder || rest ? undefined : kindColor(node.type),
        } as CSSProperties
      }
    >
      {hasName && (
        <div className="flex h-[17px] min-w-0 items-center gap-1 px-1">
          {!rest && width > NAME_ROOM.width * 2 && <KindIcon entry={node} size={12} />}
          <SafeName
            name={name}
            isCut={!rest && width >= MIDDLE_ROOM}
            className={cn(isFolder && 'font-medium', (rest || width < MIDDLE_ROOM) && 'block truncate')}
          />
          {heading > 0 && width > SIZE_ROOM.width * 3 && (
            <span className="text-muted ms-auto shrink-0 tabular-nums">{bytes(size)}</span>
          )}
        </div>
      )}
      {hasSize && <div className="text-muted truncate px-1 tabular-nums">{bytes(size)}</div>}
    </div>
  )
})

const KIND = 'border-(--kind) bg-[color-mix(in_oklab,var(--kind)_24%,var(--canvas))]'

function Outline({ className, tile: { height, width, x, y } }: { tile: Tile; className: string }) {
  return (
    <div
      className={cn('pointer-events-none absolute z-10 rounded-[3px] forced-colors:border-[Highlight]', className)}
      style={{ insetInlineStart: x, top: y, width, height }}
    />
  )
}
